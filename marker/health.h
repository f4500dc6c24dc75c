/* SPDX-License-Identifier: MIT */
/* health: whether somebody should look at the month. */
#ifndef DX_MARKER_HEALTH_H
#define DX_MARKER_HEALTH_H

#include "marker/operation.h"
#include "marker/summary.h"

/* After so many days without a newer completed month one is overdue: they come monthly, some two
 * weeks late at times. */
#define HEALTH_OVERDUE_DAYS 45

/* Appends to OUT what is wrong with the month of SUM, several things with "; " between them, and
 * returns whether something is. */
bool health_complaint(const struct summary *sum, int64_t stalled_seconds, int64_t overdue_days,
    struct buf *out);

operation_run health_ask;

#endif
