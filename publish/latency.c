/* SPDX-License-Identifier: MIT */
/* How long something took, of many. */
#include "publish/latency.h"

/* Below this each number is a class of its own. */
#define EXACT 8

/* The class of US: its octave, and the three bits behind the highest. */
static unsigned
class_of(uint64_t us)
{
	if (us < EXACT)
		return (unsigned)us;
	unsigned octave = 63 - (unsigned)__builtin_clzll(us);
	unsigned class = (octave - 2) * EXACT + (unsigned)(us >> (octave - 3) & (EXACT - 1));
	return class < LATENCY_CLASSES ? class : LATENCY_CLASSES - 1;
}

/* The largest number of CLASS. */
static int64_t
end_of(unsigned class)
{
	if (class < EXACT)
		return class;
	unsigned octave = class / EXACT + 2;
	return (((int64_t)(class % EXACT + EXACT) + 1) << (octave - 3)) - 1;
}

void
latency_add(struct latency *l, int64_t us)
{
	l->counts[class_of(us > 0 ? (uint64_t)us : 0)]++;
	l->total++;
}

int64_t
latency_within(const struct latency *l, unsigned percent)
{
	uint64_t wanted = (l->total * percent + 99) / 100, seen = 0;

	for (unsigned i = 0; i < LATENCY_CLASSES && wanted > 0; i++) {
		seen += l->counts[i];
		if (seen >= wanted)
			return end_of(i);
	}
	return 0;
}
