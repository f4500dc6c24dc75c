/* SPDX-License-Identifier: MIT */
/* How long something took, of many: counted in classes an eighth of their octave wide. */
#ifndef DX_PUBLISH_LATENCY_H
#define DX_PUBLISH_LATENCY_H

#include <stdint.h>

/* Eight classes for each octave of microseconds, up to 2^40: twelve days. */
#define LATENCY_CLASSES (8 * 40)

/* Start it zeroed. */
struct latency {
	uint64_t counts[LATENCY_CLASSES];
	uint64_t total;
};

/* One that took so many microseconds; less than none counts as none. */
void latency_add(struct latency *l, int64_t us);

/* The time, in microseconds, within which PERCENT (1 to 100) of all were done; at most an eighth
 * too much. 0 if there were none. */
int64_t latency_within(const struct latency *l, unsigned percent);

#endif
