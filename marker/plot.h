/* SPDX-License-Identifier: MIT */
/*
 * The pictures of report, as SVG in HTML. They stretch to the width that there is; words stand
 * beside them in HTML, so that they keep their size.
 */
#ifndef DX_MARKER_PLOT_H
#define DX_MARKER_PLOT_H

#include "common/buf.h"
#include "marker/summary.h"

/* The rate over the time of the month: of each file, and within it from mark to mark of the
 * history. Nothing if no file has one. */
void plot_files(struct buf *out, const struct summary *sum);

/* The rate of each run in the history that added something, the newest 60. Nothing if there are
 * less than two. */
void plot_runs(struct buf *out, const struct summary *sum);

/* The newest 12 months side by side: records by type, and how long it took. */
void plot_months(struct buf *out, const struct summary *sum);

#endif
