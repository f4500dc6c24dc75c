/* SPDX-License-Identifier: MIT */
/* How long something that fails is tried again, and when: back-off with jitter, up to a limit. */
#ifndef DX_PUBLISH_PATIENCE_H
#define DX_PUBLISH_PATIENCE_H

#include <stdbool.h>
#include <stdint.h>

/* Start it zeroed. Times are those of clock_ms. */
struct patience {
	bool tried; /* it failed and has not come good since */
	int64_t since_ms; /* the first failure */
	int64_t next_ms; /* when to try again */
	unsigned attempt;
};

/* Notes a failure; the next try comes after BASE_MS, doubled each time up to MAX_MS. False if
 * LIMIT_MS have passed since the first one: then it is over. The last try is not before that. */
bool patience_fail(struct patience *p, int64_t limit_ms, int64_t base_ms, int64_t max_ms);

/* Whether a try is due. */
bool patience_due(const struct patience *p);

/* It came good. Returns whether it had failed. */
bool patience_reset(struct patience *p);

#endif
