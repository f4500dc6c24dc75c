/* SPDX-License-Identifier: MIT */
/* Limits of dx-publish, each with what it bounds and why that number. */
#ifndef DX_PUBLISH_LIMITS_H
#define DX_PUBLISH_LIMITS_H

/* The most values that may lie inside each other in a line. Records nest 8 deep (dx-record(5));
 * this leaves room for anybody's lines and keeps the scanner's stack fixed. */
#define PUBLISH_DEPTH_MAX 1024

/* Bytes of unconfirmed bodies that are held in memory, whatever --window says: the window is meant
 * for records of a few kB. One larger message may always be in flight alone. */
#define PUBLISH_HELD_MAX (24u << 20)

/* Encoded frames are sent when this many bytes are waiting: dozens of messages in one write. */
#define PUBLISH_FLUSH_SIZE (64u << 10)

/* No more is encoded while this much waits for the socket: it would only be memory. */
#define PUBLISH_UNSENT_MAX (512u << 10)

/* What is written to a file at once. */
#define PUBLISH_FILE_BLOCK (256u << 10)

/* The longest wait in poll(2): a signal that comes just before it must be seen soon. */
#define PUBLISH_POLL_MS 250

/* How often the service manager is told how far it is. */
#define PUBLISH_TELL_MS 1000

/* How long one server may take to let us in, from connecting to the last declaration. */
#define PUBLISH_CONNECT_MS 15000

/* How long a broker may live and answer no message, before another is tried. That a disk is late by
 * seconds is common, by a minute is not. */
#define PUBLISH_ANSWER_MS 60000

/* After SIGTERM, how long confirms are waited for: each one is a message less to send again. */
#define PUBLISH_GRACE_MS 1000

/* The longest time between two records of progress (dx-stream(5)). */
#define PUBLISH_RECORD_MS 5000

#endif
