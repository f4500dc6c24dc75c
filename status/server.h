/* SPDX-License-Identifier: MIT */
/* A socket that listens, and a process for each connection: the same as a socket unit makes of it.
 */
#ifndef DX_STATUS_SERVER_H
#define DX_STATUS_SERVER_H

#include "status/settings.h"

/* Serves what connects to FD, which it takes, until a stop is asked for (stop.h), and then waits
 * for those at work. Returns EX_OK, or another exit status after a message. */
int server_run(const struct settings *s, int fd);

#endif
