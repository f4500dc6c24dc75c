/* SPDX-License-Identifier: MIT */
/* Where connections come from: an address to listen at, or a descriptor that systemd(1) or inetd
 * hands over. */
#ifndef DX_STATUS_SOCKET_H
#define DX_STATUS_SOCKET_H

#include <stdbool.h>

/*
 * Takes PORT, :PORT, ADDRESS:PORT or [ADDRESS]:PORT apart. *HOST, 127.0.0.1 if there is none, and
 * *PORT are the caller's to free. -1 if TEXT is anything else; they are then NULL.
 */
int socket_split(const char *text, char **host, char **port);

/*
 * Listens at TEXT, as above; port 0 lets the kernel choose. Says where with -v. Returns the
 * descriptor; -1 after a message, with the exit status in *STATUS.
 */
int socket_listen(const char *text, int *status);

/*
 * The socket that was handed over, connected or listening: descriptor 3 of LISTEN_FDS
 * (sd_listen_fds(3)), else standard input. It is moved away from the standard descriptors, and
 * these no longer lead there: what is written to them must not get into the stream. Returns it, or
 * -1 if there is none.
 */
int socket_inherited(void);

/* Whether FD is a socket that listens, not a connection. */
bool socket_listens(int fd);

#endif
