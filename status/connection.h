/* SPDX-License-Identifier: MIT */
/* One connection, from its first request to its end: HTTP by libmicrohttpd, without threads. */
#ifndef DX_STATUS_CONNECTION_H
#define DX_STATUS_CONNECTION_H

#include "status/settings.h"

/*
 * Serves the connection FD, which it takes, until the client closes it, is silent for too long, has
 * had its time (limits.h), or a stop is asked for (stop.h) and no request is being answered.
 * Returns EX_OK, whatever the client did; or another exit status after a message.
 */
int connection_serve(const struct settings *s, int fd);

#endif
