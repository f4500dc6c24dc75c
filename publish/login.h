/* SPDX-License-Identifier: MIT */
/* From a fresh connection to one that is open, and its end (AMQP 0-9-1, 2.2.4). */
#ifndef DX_PUBLISH_LOGIN_H
#define DX_PUBLISH_LOGIN_H

#include <stdint.h>

#include "publish/link.h"

/*
 * Logs in to the virtual host of ADDRESS, asking for HEARTBEAT_S seconds between
 * heartbeats, and tells the broker that we understand nacks and connection.blocked. 0,
 * or -1 and *F: EX_NOPERM for user or password, EX_CONFIG for a host that is not there.
 */
int login_run(struct link *l, const struct address *address, unsigned heartbeat_s,
    int64_t deadline_ms, struct failure *f);

/* Ends the connection as the protocol wants it; does not matter if it cannot. */
void login_end(struct link *l, int64_t deadline_ms);

#endif
