/* SPDX-License-Identifier: MIT */
/* A channel with confirms, and the exchanges and queues that messages go through. */
#ifndef DX_PUBLISH_TOPOLOGY_H
#define DX_PUBLISH_TOPOLOGY_H

#include <stdbool.h>
#include <stdint.h>

#include "publish/link.h"
#include "publish/settings.h"

/*
 * Opens the channel and declares and binds, durable, what the layout in S names for
 * TYPES. What is there with the same properties is left alone. An exchange that we may
 * not declare is taken if it is there. 0, or -1 and *F: EX_CONFIG if something of
 * that name is there with other properties.
 */
int topology_run(struct link *l, const struct settings *s, const bool types[DUMP_TYPES],
    int64_t deadline_ms, struct failure *f);

/* Closes the channel, on which nothing may be unanswered, and does all that again. */
int topology_renew(struct link *l, const struct settings *s, const bool types[DUMP_TYPES],
    int64_t deadline_ms, struct failure *f);

#endif
