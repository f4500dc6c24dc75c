/* SPDX-License-Identifier: MIT */
/* The addresses of a host, without waiting longer for a name server than we want to. */
#ifndef DX_PUBLISH_RESOLVE_H
#define DX_PUBLISH_RESOLVE_H

#include <netdb.h>
#include <stdint.h>

#include "publish/failure.h"

/*
 * As getaddrinfo(3), for stream sockets. Returns a list that the caller frees with freeaddrinfo;
 * NULL and *F if there is none, if DEADLINE_MS (clock_ms) comes first, or if a stop is asked for. A
 * name that nobody answers for is then still looked for by a thread of which nobody hears any more.
 */
struct addrinfo *resolve_host(const char *host, const char *port, int64_t deadline_ms,
    struct failure *f);

#endif
