/* SPDX-License-Identifier: MIT */
/* health: whether somebody should look at the month. */
#include "marker/health.h"

#include <inttypes.h>
#include <string.h>
#include <sysexits.h>

#include "marker/health_json.h"
#include "marker/human.h"
#include "marker/schema.h"
#include "marker/screen.h"

#define DAY 86400

/* Starts a further complaint behind START. */
static void
separate(struct buf *out, size_t start)
{
	if (out->len > start)
		buf_add_str(out, "; ");
}

static void
complain_failed(const struct summary *sum, struct buf *out, size_t start)
{
	static const struct screen plain = {0};

	for (int i = 0; i < SUMMARY_PHASES; i++) {
		const struct summary_phase *p = &sum->phases[i];
		if (strcmp(p->status, STATUS_FAILED) != 0)
			continue;
		separate(out, start);
		buf_printf(out, "%s failed", p->name);
		if (p->error == NULL)
			continue;
		buf_add_str(out, ": ");
		/* Control characters, line ends too, come out as text: it stays one line. */
		screen_text(&plain, out, SCREEN_PLAIN, p->error);
	}
}

static void
complain_stalled(const struct summary *sum, int64_t seconds, struct buf *out, size_t start)
{
	char text[HUMAN_SIZE];

	if (!summary_busy(sum) || summary_failed(sum) != NULL || sum->age <= seconds)
		return;
	separate(out, start);
	buf_printf(out, "stalled: in progress, and no sign of life for %s",
	    human_span(text, sum->age));
}

/* The newest month that is completed, or of which a run did the types that it was asked for; NULL
 * if there is none. */
static const char *
newest_done(const struct summary *sum)
{
	const struct month *month = months_completed(&sum->months);
	const char *newest = month != NULL ? month->version : NULL;

	for (size_t i = 0; i < sum->history.count; i++) {
		const struct history_run *run = &sum->history.runs[i];
		if (run->status == 0 && run->version[0] != '\0' &&
		    (newest == NULL || strcmp(run->version, newest) > 0))
			newest = run->version;
	}
	return newest;
}

/* Where no month was ever completed, the one that is shown is waited for. */
static void
complain_overdue(const struct summary *sum, int64_t days, struct buf *out, size_t start)
{
	const char *done = newest_done(sum);
	time_t since = months_time(done != NULL ? done : sum->version);

	if (since == 0 || (int64_t)(sum->now - since) / DAY <= days)
		return;
	separate(out, start);
	if (done != NULL)
		buf_printf(out, "overdue: the newest completed month, %s, is %" PRId64 " days old",
		    done, (int64_t)(sum->now - since) / DAY);
	else
		buf_printf(out,
		    "overdue: no month was ever completed, and this one is %" PRId64 " days old",
		    (int64_t)(sum->now - since) / DAY);
}

bool
health_complaint(const struct summary *sum, int64_t stalled_seconds, int64_t overdue_days,
    struct buf *out)
{
	size_t start = out->len;

	complain_failed(sum, out, start);
	complain_stalled(sum, stalled_seconds, out, start);
	complain_overdue(sum, overdue_days, out, start);
	return out->len > start;
}

int
health_ask(struct state *s, const struct call *c, struct buf *out)
{
	int64_t stalled = (c->given & WITH_STALLED) != 0 ? c->stalled : SUMMARY_STALLED_SECONDS;
	int64_t overdue = (c->given & WITH_OVERDUE) != 0 ? c->overdue : HEALTH_OVERDUE_DAYS;
	struct buf text = {0};
	struct summary sum;

	summary_make(&sum, s, c);
	bool ill = health_complaint(&sum, stalled, overdue, &text);
	if ((c->given & WITH_JSON) != 0) {
		health_json_print(&sum, ill, out);
	} else if (ill) {
		buf_printf(out, "%s: ", sum.version);
		buf_add(out, text.data, text.len);
		buf_add_char(out, '\n');
	}
	buf_free(&text);
	summary_free(&sum);
	return ill ? OPERATION_NO : EX_OK;
}
