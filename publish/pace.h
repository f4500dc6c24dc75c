/* SPDX-License-Identifier: MIT */
/* No more than so many messages a second (--rate), evenly. */
#ifndef DX_PUBLISH_PACE_H
#define DX_PUBLISH_PACE_H

#include <stdint.h>

/* Start it as `struct pace p = {.rate = N};`, 0 for as many as there are. */
struct pace {
	uint64_t rate; /* messages a second */
	int64_t due_ns; /* when the next message is due */
};

/*
 * How long the next message has to wait, in milliseconds, at NOW_NS (clock_ns): 0 if it
 * may go. What was late is made up for within a tenth of a second, and no more: a pause
 * gives no right to a flood.
 */
int pace_wait_ms(struct pace *p, int64_t now_ns);

/* It went. */
void pace_went(struct pace *p);

#endif
