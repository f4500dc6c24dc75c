/* SPDX-License-Identifier: MIT */
/* What a client, dx-marker and the command of a trigger may take, and why that much. */
#ifndef DX_STATUS_LIMITS_H
#define DX_STATUS_LIMITS_H

/* A request line and its headers with what MHD keeps of a connection: browsers send 2 KiB, proxies
 * add cookies. It answers 431 to more. */
#define STATUS_HEADER_MAX 16384

/* The body of a request. None is needed; callers that send {} anyway are not turned away. */
#define STATUS_BODY_MAX 1024

/* How long a connection may take without --timeout, and how long it may be silent in that time:
 * nobody holds a process for longer. After half of it the next answer tells the client to close, so
 * that one that polls over the same connection does so between two requests. */
#define STATUS_LIFE_MS	   60000
#define STATUS_LIFE_MIN_MS 1000
#define STATUS_LIFE_MAX_MS 3600000
#define STATUS_IDLE_MS	   10000

/* What a client has still to send when all is answered is waited for that long, and no more of it
 * than this is read: a close with bytes unread would take the answer away from it. */
#define STATUS_LINGER_MS  500
#define STATUS_LINGER_MAX (256u << 10)

/* Connections at once with --listen; more wait in the kernel's queue. */
#define STATUS_CLIENTS_MAX 32

/* dx-marker takes milliseconds for any of its questions, Prometheus gives a target 10 s. */
#define STATUS_ASK_MS  5000
#define STATUS_ASK_MAX (8u << 20)

/* systemctl --no-block is as quick; nothing that it prints is used. */
#define STATUS_TRIGGER_MS  5000
#define STATUS_TRIGGER_MAX (64u << 10)

/* A token, in bytes. What is shorter could be guessed. */
#define STATUS_TOKEN_MIN 16
#define STATUS_TOKEN_MAX 1024

#endif
