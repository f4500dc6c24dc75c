/* SPDX-License-Identifier: MIT */
/* What health says to programs: the members that dashboards read of a service. */
#ifndef DX_MARKER_HEALTH_JSON_H
#define DX_MARKER_HEALTH_JSON_H

#include <stdbool.h>

#include "common/buf.h"
#include "marker/summary.h"

/* Appends one line of JSON for the month of SUM; ILL: something is wrong with it. */
void health_json_print(const struct summary *sum, bool ill, struct buf *out);

#endif
