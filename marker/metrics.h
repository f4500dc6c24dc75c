/* SPDX-License-Identifier: MIT */
/* metrics: the month for Prometheus, text format 0.0.4. */
#ifndef DX_MARKER_METRICS_H
#define DX_MARKER_METRICS_H

#include "marker/operation.h"

operation_run metrics_show;

#endif
