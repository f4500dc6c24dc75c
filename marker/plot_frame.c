/* SPDX-License-Identifier: MIT */
/* What the pictures of report have in common. */
#include "marker/plot_frame.h"

#include <math.h>

#include "common/dump.h"
#include "marker/human.h"

/* The step between lines of a scale up to MAX: 1, 2 or 5 times a power of ten, so that there are
 * two to five. */
static double
scale_step(double max)
{
	double power = pow(10, floor(log10(max / 2)));

	if (max / (5 * power) >= 2)
		return 5 * power;
	return max / (2 * power) >= 2 ? 2 * power : power;
}

double
plot_open(struct buf *out, const char *label, double max)
{
	double step = fmax(scale_step(max), 1); /* the numbers are whole */
	int lines = (int)ceil(max / step);
	double top = lines * step;
	char text[HUMAN_SIZE];

	buf_printf(out, "<div class=plot role=img aria-label=\"%s\">", label);
	for (int i = 0; i <= lines; i++)
		buf_printf(out, "<span style=\"bottom:%.1f%%\">%s</span>", 100.0 * i / lines,
		    human_count(text, human_whole(i * step)));
	buf_printf(out, "\n<svg viewBox=\"0 0 %d %d\" preserveAspectRatio=none>", PLOT_WIDTH,
	    PLOT_HEIGHT);
	for (int i = 1; i <= lines; i++) {
		double y = PLOT_HEIGHT - (double)PLOT_HEIGHT * i / lines;
		buf_printf(out, "<line x1=0 x2=%d y1=%.1f y2=%.1f></line>", PLOT_WIDTH, y, y);
	}
	buf_add_char(out, '\n');
	return top;
}

void
plot_close(struct buf *out, const char *from, const char *to)
{
	buf_printf(out, "</svg></div>\n<div class=\"x row\"><span>%s</span><span>%s</span></div>\n",
	    from, to);
}

void
plot_open_column(struct buf *out, const char *class, double x, double broad, double value,
    double top)
{
	double high = value / top * PLOT_HEIGHT;

	buf_printf(out, "<rect class=\"%s\" x=%.1f y=%.1f width=%.1f height=%.1f><title>", class, x,
	    PLOT_HEIGHT - high, broad > 1 ? broad : 1, high);
}

void
plot_close_column(struct buf *out)
{
	buf_add_str(out, "</title></rect>\n");
}

void
plot_add_key(struct buf *out)
{
	buf_add_str(out, "<ul class=key>");
	for (int i = 0; i < DUMP_TYPES; i++)
		buf_printf(out, "<li class=%s>%s</li>", dump_type_name((enum dump_type)i),
		    dump_type_name((enum dump_type)i));
	buf_add_str(out, "</ul>\n");
}
