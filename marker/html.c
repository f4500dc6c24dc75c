/* SPDX-License-Identifier: MIT */
/* report: the month as a page for a browser. */
#include "marker/html.h"

#include <inttypes.h>
#include <string.h>
#include <sysexits.h>

#include "common/options.h"
#include "common/utf8.h"
#include "marker/health.h"
#include "marker/html_style.h"
#include "marker/human.h"
#include "marker/output.h"
#include "marker/plot.h"
#include "marker/schema.h"
#include "marker/summary.h"

void
html_text(struct buf *out, const char *text)
{
	static const char special[] = "&<>\"'";
	static const char *const named[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};

	while (*text != '\0') {
		size_t len = utf8_length(text, UTF8_TERMINATED);
		const char *found = strchr(special, *text);
		if (len == 0 || utf8_control(text, len))
			buf_add_str(out, "\uFFFD");
		else if (found != NULL)
			buf_add_str(out, named[found - special]);
		else
			buf_add(out, text, len);
		text += len > 0 ? len : 1;
	}
}

const char *
html_status(const char *status)
{
	return strcmp(status, STATUS_IN_PROGRESS) == 0 ? "in progress" : status;
}

static void
add_status(struct buf *out, const char *status)
{
	buf_printf(out, "<span class=\"status %s\">%s</span>", status, html_status(status));
}

/* A bar of A; LABEL says of what. */
static void
add_bar(struct buf *out, const char *class, const char *status, const char *label,
    const struct summary_amount *a)
{
	buf_printf(out, "<div class=\"bar %s %s\" role=progressbar aria-label=\"", class, status);
	html_text(out, label);
	buf_add_str(out, "\" aria-valuemin=0 aria-valuemax=100");
	if (a->part >= 0)
		buf_printf(out, " aria-valuenow=%d><i style=\"width:%.1f%%\"></i></div>\n",
		    (int)(a->part * 100), a->part * 100);
	else
		buf_add_str(out, "></div>\n");
}

/* "about 39 %", or nothing. */
static void
add_share(struct buf *out, const struct summary_amount *a)
{
	if (a->part >= 0)
		buf_printf(out, "%s%d\u00A0%%", a->about ? "about " : "", (int)(a->part * 100));
}

static void
add_left(struct buf *out, const struct summary_amount *a)
{
	char text[HUMAN_SIZE];

	if (a->left > 0)
		buf_printf(out, "%s%s left", a->about ? "about " : "",
		    human_duration(text, a->left));
}

static void
add_page_start(struct buf *out, const struct summary *sum)
{
	buf_printf(out,
	    "<!DOCTYPE html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n"
	    "<meta name=viewport content=\"width=device-width, initial-scale=1\">\n"
	    "<meta http-equiv=refresh content=%d>\n"
	    "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; "
	    "style-src 'unsafe-inline'; img-src data:\">\n"
	    "<link rel=icon href=\"data:,\">\n<title>",
	    HTML_REFRESH_SECONDS);
	html_text(out, sum->version);
	buf_printf(out, " %s", html_status(sum->overall));
	if (sum->records.part >= 0 && sum->records.part < 1)
		buf_printf(out, ", %d %%", (int)(sum->records.part * 100));
	buf_printf(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n", html_style);
}

static void
add_head(struct buf *out, const struct summary *sum)
{
	char month[HUMAN_SIZE], text[HUMAN_SIZE];
	struct buf wrong = {0};

	buf_add_str(out, "<header>\n<div class=row><h1>Discogs ");
	html_text(out,
	    dump_version_valid(sum->version) ? human_month(month, sum->version) : sum->version);
	buf_add_str(out, "</h1>");
	add_status(out, sum->overall);
	buf_add_str(out, "</div>\n");
	if (sum->updated > 0) {
		buf_printf(out, "<p class=soft>Last change %s, ", human_time(text, sum->updated));
		buf_printf(out, "%s ago.</p>\n", human_span(text, sum->age));
	} else {
		buf_add_str(out, "<p class=soft>Nothing is known of this month yet.</p>\n");
	}
	if (health_complaint(sum, SUMMARY_STALLED_SECONDS, HEALTH_OVERDUE_DAYS, &wrong)) {
		buf_add_char(&wrong, '\0');
		buf_add_str(out, "<p class=\"note error\">");
		html_text(out, wrong.data);
		buf_add_str(out, "</p>\n");
	}
	buf_free(&wrong);
	buf_add_str(out, "</header>\n");
}

static void
add_total(struct buf *out, const struct summary *sum)
{
	char text[HUMAN_SIZE];

	add_bar(out, "large", sum->overall, "the month", &sum->records);
	buf_printf(out, "<div class=row><span>%s records", human_count(text, sum->extracted));
	if (sum->records.about && sum->records.total > 0)
		buf_printf(out, " of about %s", human_count(text, sum->records.total));
	buf_add_str(out, "</span><span>");
	add_share(out, &sum->records);
	if (sum->records.left > 0) {
		buf_add_str(out, ", ");
		add_left(out, &sum->records);
	} else if (sum->seconds > 0 && strcmp(sum->overall, STATUS_COMPLETED) == 0) {
		buf_printf(out, " in %s", human_duration(text, sum->seconds));
	}
	buf_add_str(out, "</span></div>\n");
}

/* Below its bar: how many records, how quick, how long. */
static void
add_file_numbers(struct buf *out, const struct summary_file *f)
{
	char text[HUMAN_SIZE];

	buf_printf(out, "<div class=\"row small soft\"><span>%s", human_count(text, f->extracted));
	if (f->records.about && f->records.total > 0)
		buf_printf(out, " of about %s", human_count(text, f->records.total));
	buf_add_str(out, " records");
	if (f->rejected > 0)
		buf_printf(out, ", %s rejected", human_count(text, f->rejected));
	buf_add_str(out, "</span><span>");
	if (f->records.done == 0 && f->bytes.done > 0) {
		buf_printf(out, "%s downloaded", human_bytes(text, f->bytes.done));
		if (f->bytes.about && f->bytes.total > f->bytes.done)
			buf_printf(out, " of about %s", human_bytes(text, f->bytes.total));
	} else if (f->records.rate >= 0.5) {
		buf_printf(out, "%s/s", human_count(text, human_whole(f->records.rate)));
	}
	if (f->records.done > 0 && f->records.left > 0) {
		buf_add_str(out, f->records.rate >= 0.5 ? ", " : "");
		add_left(out, &f->records);
	}
	if (f->unsent)
		buf_add_str(out, ", completion not sent");
	buf_add_str(out, "</span></div></li>\n");
}

static void
add_files(struct buf *out, const struct summary *sum)
{
	if (sum->count == 0)
		return;
	buf_add_str(out, "<section id=files>\n<h2>Files</h2>\n<ul class=files>\n");
	for (size_t i = 0; i < sum->count; i++) {
		const struct summary_file *f = &sum->files[i];
		buf_add_str(out, "<li><div class=row><span>");
		html_text(out, f->type);
		buf_printf(out, "</span><span class=%s>", f->status);
		add_share(out, &f->records);
		buf_add_str(out, "</span></div>\n");
		add_bar(out, "", f->status, f->type, &f->records);
		add_file_numbers(out, f);
	}
	buf_add_str(out, "</ul>\n</section>\n");
}

/* What the phase numbered I has done. */
static void
add_phase_numbers(struct buf *out, const struct summary *sum, int i)
{
	const struct summary_phase *p = &sum->phases[i];
	char text[HUMAN_SIZE];

	if (i == SUMMARY_PUBLISHING) {
		buf_printf(out, "%s messages<br>", human_count(text, sum->messages));
		buf_printf(out, "%s batches", human_count(text, sum->batches));
		return;
	}
	buf_printf(out, "%" PRId64 " of %" PRId64 " files<br>", p->files, p->files_total);
	if (i == SUMMARY_DOWNLOAD)
		buf_add_str(out, human_bytes(text, sum->bytes.done));
	else
		buf_printf(out, "%s records", human_count(text, sum->extracted));
	if (p->started > 0 && p->ended > p->started)
		buf_printf(out, " in %s", human_duration(text, (int64_t)(p->ended - p->started)));
}

static void
add_phases(struct buf *out, const struct summary *sum)
{
	buf_add_str(out, "<section id=phases>\n<h2>Phases</h2>\n<ul class=phases>\n");
	for (int i = 0; i < SUMMARY_PHASES; i++) {
		const struct summary_phase *p = &sum->phases[i];
		buf_printf(out, "<li class=%s><div class=row><b>%s</b>", p->status, p->name);
		add_status(out, p->status);
		buf_add_str(out, "</div><span class=\"small soft\">");
		add_phase_numbers(out, sum, i);
		buf_add_str(out, "</span></li>\n");
	}
	buf_add_str(out, "</ul>\n");
	for (int i = 0; i < SUMMARY_PHASES; i++) {
		const struct summary_phase *p = &sum->phases[i];
		/* That of a phase that failed stands at the top. */
		if (p->error == NULL || strcmp(p->status, STATUS_FAILED) == 0)
			continue;
		buf_printf(out, "<p class=note>%s, earlier: ", p->name);
		html_text(out, p->error);
		buf_add_str(out, "</p>\n");
	}
	buf_add_str(out, "</section>\n");
}

static void
add_restart(struct buf *out, const struct summary *sum)
{
	const struct history_run *run = history_last(&sum->history, NULL);
	char text[HUMAN_SIZE];

	buf_add_str(out, "<section id=restart>\n<h2>What a restart would do</h2>\n<p>It would ");
	html_text(out, sum->would);
	buf_add_str(out, ", because ");
	html_text(out, sum->why);
	buf_add_str(out, ".</p>\n");
	if (run != NULL) {
		buf_add_str(out, "<p class=\"small soft\">The last run");
		if (strcmp(run->version, sum->version) != 0 && run->version[0] != '\0')
			buf_printf(out, ", of %s,", run->version);
		buf_printf(out, " ended at %s", human_time(text, run->ended));
		buf_printf(out, " with status %" PRId64 ", after %s,", run->status,
		    human_duration(text, run->seconds));
		buf_printf(out, " and added %s records.</p>\n", human_count(text, run->added));
	}
	buf_add_str(out, "</section>\n");
}

/* A section of what PLOT draws, if that is something. */
static void
add_plot(struct buf *out, const char *id, void (*plot)(struct buf *, const struct summary *),
    const struct summary *sum)
{
	struct buf drawn = {0};

	plot(&drawn, sum);
	if (drawn.len > 0) {
		buf_printf(out, "<section id=%s>\n", id);
		buf_add(out, drawn.data, drawn.len);
		buf_add_str(out, "</section>\n");
	}
	buf_free(&drawn);
}

int
html_report(struct state *s, const struct call *c, struct buf *out)
{
	struct summary sum;
	struct buf page = {0};
	char text[HUMAN_SIZE];

	summary_make(&sum, s, c);
	add_page_start(&page, &sum);
	add_head(&page, &sum);
	buf_add_str(&page, "<main>\n");
	add_total(&page, &sum);
	add_files(&page, &sum);
	add_phases(&page, &sum);
	add_restart(&page, &sum);
	add_plot(&page, "rate", plot_files, &sum);
	add_plot(&page, "runs", plot_runs, &sum);
	add_plot(&page, "months", plot_months, &sum);
	buf_printf(&page,
	    "</main>\n<footer class=\"small soft\">Made by dx-marker %s at %s. "
	    "The page looks for a newer one every %d seconds.</footer>\n</body>\n</html>\n",
	    DX_VERSION, human_time(text, sum.now), HTML_REFRESH_SECONDS);
	int status = output_write(c, &page, out);
	buf_free(&page);
	summary_free(&sum);
	return status;
}
