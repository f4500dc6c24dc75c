/* SPDX-License-Identifier: MIT */
/* What the pictures of report have in common: a scale of records a second, and columns on it. */
#ifndef DX_MARKER_PLOT_FRAME_H
#define DX_MARKER_PLOT_FRAME_H

#include "common/buf.h"

/* The pictures' own units; the page stretches them. */
#define PLOT_WIDTH  1000
#define PLOT_HEIGHT 200

/* The length of the day in what human_time writes: 2026-08-03. */
#define PLOT_DAY_LEN 10

/* Starts a picture with a scale of records a second up to MAX. Returns where the scale ends. */
double plot_open(struct buf *out, const char *label, double max);

/* Ends it; FROM and TO stand below its two ends. */
void plot_close(struct buf *out, const char *from, const char *to);

/* A column from X over BROAD, in the picture's units, as high as VALUE of TOP. What is added until
 * plot_close_column is its title. */
void plot_open_column(struct buf *out, const char *class, double x, double broad, double value,
    double top);
void plot_close_column(struct buf *out);

/* The types and their colours. */
void plot_add_key(struct buf *out);

#endif
