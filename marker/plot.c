/* SPDX-License-Identifier: MIT */
/* The pictures of report. */
#include "marker/plot.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "marker/human.h"
#include "marker/plot_frame.h"

#define RUNS_MAX   60
#define MONTHS_MAX 12

/* How broad the column of a run may be, so that three of them are no walls. */
#define COLUMN_MAX 60

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
	double top = plot_open(out, "Records a second of each run", max);
	double place = (double)PLOT_WIDTH / (double)count, broad = fmin(0.7 * place, COLUMN_MAX);
	/* They were found newest first. */
	for (size_t i = 0; i < count; i++) {
		const struct history_run *run = shown[count - 1 - i];
		plot_open_column(out, run->status == 0 ? "completed" : "failed",
		    ((double)i + 0.5) * place - broad / 2, broad, run_rate(run), top);
		buf_printf(out, "%s, status %" PRId64, human_time(text, run->ended), run->status);
		buf_printf(out, ": %s/s", human_count(text, human_whole(run_rate(run))));
		plot_close_column(out);
	}
	human_time(text, shown[count - 1]->ended)[PLOT_DAY_LEN] = '\0';
	human_time(until, shown[0]->ended)[PLOT_DAY_LEN] = '\0';
	plot_close(out, text, until);
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
	    PLOT_WIDTH, human_count(text, m->records));
	for (int i = 0; i < DUMP_TYPES; i++) {
		const char *type = dump_type_name((enum dump_type)i);
		double broad = (double)m->files[i].records / (double)max * PLOT_WIDTH;
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
	plot_add_key(out);
	add_month_table(out, m, first);
}
