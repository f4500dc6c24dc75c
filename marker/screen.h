/* SPDX-License-Identifier: MIT */
/* What standard output can show: nothing but text, or a terminal with colours. */
#ifndef DX_MARKER_SCREEN_H
#define DX_MARKER_SCREEN_H

#include <stdbool.h>

#include "common/buf.h"

enum screen_style {
	SCREEN_PLAIN,
	SCREEN_STRONG,
	SCREEN_FAINT,
	SCREEN_GOOD,
	SCREEN_BUSY,
	SCREEN_BAD
};

struct screen {
	bool terminal;
	bool colours; /* a terminal that has them, and NO_COLOR is not set */
	bool blocks; /* a terminal that has U+2588 and its like */
	int columns;
};

/* Looks at standard output and at COLUMNS, TERM, NO_COLOR and the locale's variables. */
void screen_look(struct screen *s);

/* Appends TEXT in STYLE, without its control characters, which are shown as \xNN. */
void screen_text(const struct screen *s, struct buf *out, enum screen_style style,
    const char *text);

/* Appends a bar of WIDTH columns of which PART (0 to 1; less: not known) is filled. */
void screen_bar(const struct screen *s, struct buf *out, enum screen_style style, int width,
    double part);

/* Makes OUT, whole lines, the next picture of several: on a terminal in the place of the one before
 * it, elsewhere behind an empty line. AGAIN: there is one before it. */
void screen_next(struct buf *out, bool again);

#endif
