/* SPDX-License-Identifier: MIT */
/* status: the month for the eye of a person at a terminal. */
#include "marker/status.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "common/clock.h"
#include "marker/human.h"
#include "marker/schema.h"
#include "marker/screen.h"
#include "marker/summary.h"

/* Columns of a line of a file beside its bar, and what the bar may have. */
#define LINE_COLUMNS 58
#define BAR_MIN	     10
#define BAR_MAX	     40

static enum screen_style
style_of(const char *status)
{
	if (strcmp(status, STATUS_COMPLETED) == 0)
		return SCREEN_GOOD;
	if (strcmp(status, STATUS_FAILED) == 0)
		return SCREEN_BAD;
	return strcmp(status, STATUS_IN_PROGRESS) == 0 ? SCREEN_BUSY : SCREEN_FAINT;
}

/* Adds a status, for people, in WIDTH columns. */
static void
add_status(const struct screen *s, struct buf *out, const char *status, int width)
{
	const char *text = strcmp(status, STATUS_IN_PROGRESS) == 0 ? "in progress" : status;
	int len = (int)strlen(text);

	screen_text(s, out, style_of(status), text);
	buf_printf(out, "%*s", len < width ? width - len : 0, "");
}

static void
add_head(const struct screen *s, struct buf *out, const struct summary *sum)
{
	char text[HUMAN_SIZE], when[CLOCK_TEXT_SIZE];

	buf_add_str(out, "month ");
	screen_text(s, out, SCREEN_STRONG, sum->version);
	buf_add_str(out, "  ");
	add_status(s, out, sum->overall, 0);
	if (sum->updated > 0)
		buf_printf(out, "  updated %s ago, %s\n", human_span(text, sum->age),
		    clock_text(when, sum->updated));
	else
		buf_add_str(out, "  no marker yet\n");
	if (summary_busy(sum) && sum->age > SUMMARY_STALLED_SECONDS) {
		screen_text(s, out, SCREEN_BAD, "no sign of life since then");
		buf_add_char(out, '\n');
	}
	buf_add_char(out, '\n');
}

/* ", 1:02:03 left" or the like; nothing if it is not known. */
static void
add_left(struct buf *out, const struct summary_amount *a)
{
	char text[HUMAN_SIZE];

	if (a->left > 0)
		buf_printf(out, ", %s%s left", a->about ? "about " : "",
		    human_duration(text, a->left));
}

static void
add_share(struct buf *out, const struct summary_amount *a)
{
	if (a->part >= 0)
		buf_printf(out, ", %s%d %%", a->about ? "about " : "", (int)(a->part * 100));
}

static void
add_phases(const struct screen *s, struct buf *out, const struct summary *sum)
{
	char text[HUMAN_SIZE];

	for (int i = 0; i < SUMMARY_PHASES; i++) {
		const struct summary_phase *p = &sum->phases[i];
		buf_printf(out, "%-12s", p->name);
		add_status(s, out, p->status, 13);
		if (i == SUMMARY_PUBLISHING) {
			buf_printf(out, "%s messages", human_count(text, sum->messages));
			buf_printf(out, " in %s batches\n", human_count(text, sum->batches));
			continue;
		}
		buf_printf(out, "%" PRId64 " of %" PRId64 " files, ", p->files, p->files_total);
		if (i == SUMMARY_DOWNLOAD)
			buf_add_str(out, human_bytes(text, sum->bytes.done));
		else
			buf_printf(out, "%s records", human_count(text, sum->extracted));
		const struct summary_amount *a = i == SUMMARY_DOWNLOAD ? &sum->bytes
								       : &sum->records;
		if (strcmp(p->status, STATUS_IN_PROGRESS) == 0) {
			add_share(out, a);
			add_left(out, a);
		} else if (p->ended > p->started && p->started > 0) {
			buf_printf(out, " in %s",
			    human_duration(text, (int64_t)(p->ended - p->started)));
		}
		buf_add_char(out, '\n');
	}
}

/* What is going on with F, behind its bar: the download until the processing has begun. */
static void
add_amount(struct buf *out, const struct summary_file *f)
{
	bool loading = strcmp(f->status, STATUS_PENDING) == 0;
	const struct summary_amount *a = loading ? &f->bytes : &f->records;
	char text[HUMAN_SIZE], share[16] = "";

	/* The percentages of a bar are those of the records, always. */
	if (f->records.part >= 0 && (f->records.done > 0 || f->records.part >= 1))
		snprintf(share, sizeof share, "%s%d %%", f->records.about ? "~" : "",
		    (int)(f->records.part * 100));
	else if (f->records.done == 0)
		snprintf(share, sizeof share, "0 %%");
	buf_printf(out, " %5s", share);
	if (!loading) {
		buf_printf(out, " %12s records", human_count(text, f->extracted));
		if (a->rate >= 0.5)
			buf_printf(out, " %8s/s", human_count(text, human_whole(a->rate)));
	} else if (strcmp(f->download, STATUS_PENDING) != 0) {
		buf_printf(out, "  %s", human_bytes(text, a->done));
		if (strcmp(f->download, STATUS_COMPLETED) == 0)
			buf_add_str(out, " downloaded");
		else if (a->total > a->done)
			buf_printf(out, " of %s%s", a->about ? "about " : "",
			    human_bytes(text, a->total));
	}
}

static void
add_files(const struct screen *s, struct buf *out, const struct summary *sum)
{
	int width = s->columns - LINE_COLUMNS;
	char text[HUMAN_SIZE];

	width = width < BAR_MIN ? BAR_MIN : width > BAR_MAX ? BAR_MAX : width;
	if (sum->count > 0)
		buf_add_char(out, '\n');
	for (size_t i = 0; i < sum->count; i++) {
		const struct summary_file *f = &sum->files[i];
		int len = (int)strlen(f->type);
		screen_text(s, out, SCREEN_PLAIN, f->type);
		buf_printf(out, "%*s", len < 9 ? 9 - len : 1, "");
		screen_bar(s, out, style_of(f->status), width, f->records.part);
		add_amount(out, f);
		if (f->records.done > 0)
			add_left(out, &f->records);
		if (f->rejected > 0 && strcmp(f->status, STATUS_COMPLETED) == 0)
			buf_printf(out, ", %s rejected", human_count(text, f->rejected));
		if (f->unsent)
			buf_add_str(out, ", completion not sent");
		buf_add_char(out, '\n');
	}
}

static void
add_errors(const struct screen *s, struct buf *out, const struct summary *sum)
{
	for (int i = 0; i < SUMMARY_PHASES; i++) {
		const struct summary_phase *p = &sum->phases[i];
		if (p->error == NULL)
			continue;
		bool failed = strcmp(p->status, STATUS_FAILED) == 0;
		buf_printf(out, "%s: ", p->name);
		screen_text(s, out, failed ? SCREEN_BAD : SCREEN_FAINT, p->error);
		if (!failed)
			buf_add_str(out, " (earlier)");
		buf_add_char(out, '\n');
	}
}

static void
add_last_run(struct buf *out, const struct summary *sum)
{
	const struct history_run *run = history_last(&sum->history, NULL);
	char text[HUMAN_SIZE], when[CLOCK_TEXT_SIZE];

	if (run == NULL)
		return;
	buf_add_str(out, "The last run");
	if (strcmp(run->version, sum->version) != 0 && run->version[0] != '\0')
		buf_printf(out, ", of %s,", run->version);
	buf_printf(out, " ended at %s with status %" PRId64 ",\n", clock_text(when, run->ended),
	    run->status);
	buf_printf(out, "after %s, and added ", human_duration(text, run->seconds));
	buf_printf(out, "%s records.\n", human_count(text, run->added));
}

int
status_show(struct state *s, const struct call *c, struct buf *out)
{
	struct screen screen;
	struct summary sum;

	screen_look(&screen);
	summary_make(&sum, s, c);
	add_head(&screen, out, &sum);
	add_phases(&screen, out, &sum);
	add_files(&screen, out, &sum);
	buf_add_char(out, '\n');
	add_errors(&screen, out, &sum);
	buf_printf(out, "A restart would %s,\nbecause %s.\n", sum.would, sum.why);
	add_last_run(out, &sum);
	summary_free(&sum);
	return EX_OK;
}
