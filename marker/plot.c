/* SPDX-License-Identifier: MIT */
/* The pictures of report. */
#include "marker/plot.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "marker/html.h"
#include "marker/human.h"

/* The pictures' own units; the page stretches them. */
#define WIDTH	   1000
#define HEIGHT	   200

#define RUNS_MAX   60
#define MONTHS_MAX 12

/* How broad the column of a run may be, so that three of them are no walls. */
#define COLUMN_MAX 60

/* The length of the day in what human_time writes: 2026-08-03. */
#define DAY_LEN 10

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

/* Starts a picture with a scale of records a second up to MAX. Returns where the scale ends. */
static double
open_plot(struct buf *out, const char *label, double max)
{
	double step = fmax(scale_step(max), 1); /* the numbers are whole */
	int lines = (int)ceil(max / step);
	double top = lines * step;
	char text[HUMAN_SIZE];

	buf_printf(out, "<div class=plot role=img aria-label=\"%s\">", label);
	for (int i = 0; i <= lines; i++)
		buf_printf(out, "<span style=\"bottom:%.1f%%\">%s</span>", 100.0 * i / lines,
		    human_count(text, human_whole(i * step)));
	buf_printf(out, "\n<svg viewBox=\"0 0 %d %d\" preserveAspectRatio=none>", WIDTH, HEIGHT);
	for (int i = 1; i <= lines; i++) {
		double y = HEIGHT - (double)HEIGHT * i / lines;
		buf_printf(out, "<line x1=0 x2=%d y1=%.1f y2=%.1f></line>", WIDTH, y, y);
	}
	buf_add_char(out, '\n');
	return top;
}

/* Ends it; FROM and TO stand below its two ends. */
static void
close_plot(struct buf *out, const char *from, const char *to)
{
	buf_printf(out, "</svg></div>\n<div class=\"x row\"><span>%s</span><span>%s</span></div>\n",
	    from, to);
}

/* A column from X over BROAD, in the picture's units, as high as VALUE of TOP. */
static void
open_column(struct buf *out, const char *class, double x, double broad, double value, double top)
{
	double high = value / top * HEIGHT;

	buf_printf(out, "<rect class=\"%s\" x=%.1f y=%.1f width=%.1f height=%.1f><title>", class, x,
	    HEIGHT - high, broad > 1 ? broad : 1, high);
}

static void
close_column(struct buf *out)
{
	buf_add_str(out, "</title></rect>\n");
}

/* The class of a type's colour. A file with another name has that for its type. */
static const char *
class_of(const struct summary_file *f)
{
	return strcmp(f->type, f->name) == 0 ? "other" : f->type;
}

static void
add_key(struct buf *out)
{
	buf_add_str(out, "<ul class=key>");
	for (int i = 0; i < DUMP_TYPES; i++)
		buf_printf(out, "<li class=%s>%s</li>", dump_type_name((enum dump_type)i),
		    dump_type_name((enum dump_type)i));
	buf_add_str(out, "</ul>\n");
}

/* When the last record of F was done, as far as it goes. */
static time_t
end_of(const struct summary *sum, const struct summary_file *f)
{
	return f->records.part >= 1 ? f->ended : sum->updated;
}

static bool
has_rate(const struct summary *sum, const struct summary_file *f)
{
	return f->records.rate > 0 && f->started > 0 && end_of(sum, f) > f->started;
}

void
plot_files(struct buf *out, const struct summary *sum)
{
	time_t from = 0, to = 0;
	double max = 0;
	char text[HUMAN_SIZE], until[HUMAN_SIZE];

	for (size_t i = 0; i < sum->count; i++) {
		const struct summary_file *f = &sum->files[i];
		if (!has_rate(sum, f))
			continue;
		from = from == 0 || f->started < from ? f->started : from;
		to = end_of(sum, f) > to ? end_of(sum, f) : to;
		max = fmax(max, f->records.rate);
	}
	if (max <= 0)
		return;
	buf_add_str(out, "<h2>Records a second</h2>\n");
	double top = open_plot(out, "Records a second over the time of the month", max);
	for (size_t i = 0; i < sum->count; i++) {
		const struct summary_file *f = &sum->files[i];
		if (!has_rate(sum, f))
			continue;
		double scale = (double)WIDTH / (double)(to - from);
		open_column(out, class_of(f), (double)(f->started - from) * scale,
		    (double)(end_of(sum, f) - f->started) * scale, f->records.rate, top);
		html_text(out, f->type);
		buf_printf(out, ": %s/s", human_count(text, human_whole(f->records.rate)));
		close_column(out);
	}
	human_time(text, from);
	human_time(until, to);
	/* The day of the end only where it is another. */
	close_plot(out, text, strncmp(text, until, DAY_LEN) == 0 ? until + DAY_LEN + 1 : until);
	add_key(out);
}

/* Records a second of RUN; 0 if it added nothing. */
static double
run_rate(const struct history_run *run)
{
	return run->seconds > 0 ? (double)run->added / (double)run->seconds : 0;
}

void
plot_runs(struct buf *out, const struct summary *sum)
{
	const struct history_run *shown[RUNS_MAX];
	size_t count = 0;
	double max = 0;
	char text[HUMAN_SIZE], until[HUMAN_SIZE];

	for (size_t i = sum->history.count; i > 0 && count < RUNS_MAX; i--) {
		const struct history_run *run = &sum->history.runs[i - 1];
		if (run_rate(run) <= 0)
			continue;
		shown[count++] = run;
		max = fmax(max, run_rate(run));
	}
	if (count < 2)
		return;
	buf_add_str(out, "<h2>Records a second, run by run</h2>\n");
	double top = open_plot(out, "Records a second of each run", max);
	double place = (double)WIDTH / (double)count, broad = fmin(0.7 * place, COLUMN_MAX);
	/* They were found newest first. */
	for (size_t i = 0; i < count; i++) {
		const struct history_run *run = shown[count - 1 - i];
		open_column(out, run->status == 0 ? "completed" : "failed",
		    ((double)i + 0.5) * place - broad / 2, broad, run_rate(run), top);
		buf_printf(out, "%s, status %" PRId64, human_time(text, run->ended), run->status);
		buf_printf(out, ": %s/s", human_count(text, human_whole(run_rate(run))));
		close_column(out);
	}
	human_time(text, shown[count - 1]->ended)[DAY_LEN] = '\0';
	human_time(until, shown[0]->ended)[DAY_LEN] = '\0';
	close_plot(out, text, until);
	buf_add_str(out,
	    "<ul class=key><li class=completed>done</li>"
	    "<li class=failed>ended with another status than 0</li></ul>\n");
}

/* One month's bar of which MAX records are the whole width. */
static void
add_month_bar(struct buf *out, const struct month *m, int64_t max)
{
	double x = 0;
	char text[HUMAN_SIZE];

	buf_printf(out,
	    "<svg class=bars viewBox=\"0 0 %d 10\" preserveAspectRatio=none role=img "
	    "aria-label=\"%s records\">",
	    WIDTH, human_count(text, m->records));
	for (int i = 0; i < DUMP_TYPES; i++) {
		const char *type = dump_type_name((enum dump_type)i);
		double broad = (double)m->files[i].records / (double)max * WIDTH;
		if (broad <= 0)
			continue;
		buf_printf(out, "<rect class=%s x=%.1f y=0 width=%.1f height=10>", type, x, broad);
		buf_printf(out, "<title>%s: %s</title></rect>", type,
		    human_count(text, m->files[i].records));
		x += broad;
	}
	buf_add_str(out, "</svg>");
}

/* The numbers behind the bars. */
static void
add_month_table(struct buf *out, const struct months *m, size_t first)
{
	char text[HUMAN_SIZE];

	buf_add_str(out, "<div class=scroll><table><tr><th>Month</th>");
	for (int i = 0; i < DUMP_TYPES; i++)
		buf_printf(out, "<th>%s</th>", dump_type_name((enum dump_type)i));
	buf_add_str(out, "</tr>\n");
	for (size_t i = m->count; i > first; i--) {
		const struct month *month = &m->list[i - 1];
		buf_printf(out, "<tr><td>%s</td>", human_month(text, month->version));
		for (int j = 0; j < DUMP_TYPES; j++)
			buf_printf(out, "<td>%s</td>", human_count(text, month->files[j].records));
		buf_add_str(out, "</tr>\n");
	}
	buf_add_str(out, "</table></div>\n");
}

void
plot_months(struct buf *out, const struct summary *sum)
{
	const struct months *m = &sum->months;
	size_t first = m->count > MONTHS_MAX ? m->count - MONTHS_MAX : 0;
	int64_t max = 1;
	char text[HUMAN_SIZE];

	if (m->count == 0)
		return;
	for (size_t i = first; i < m->count; i++)
		max = m->list[i].records > max ? m->list[i].records : max;
	buf_add_str(out, "<h2>Months side by side</h2>\n<ul class=months>\n");
	for (size_t i = m->count; i > first; i--) {
		const struct month *month = &m->list[i - 1];
		buf_printf(out, "<li><span>%s</span>", human_month(text, month->version));
		add_month_bar(out, month, max);
		buf_printf(out, "<span class=right>%s</span>", human_count(text, month->records));
		buf_printf(out, "<span class=\"right soft\">%s</span></li>\n",
		    month->seconds > 0	   ? human_duration(text, month->seconds)
			: month->failed	   ? "failed"
			: month->completed ? "-"
					   : "not done");
	}
	buf_add_str(out, "</ul>\n");
	add_key(out);
	add_month_table(out, m, first);
}
