/* SPDX-License-Identifier: MIT */
/* Operations on the publishing phase and on the month as a whole. */
#include <sysexits.h>

#include "marker/ops.h"
#include "marker/schema.h"
#include "marker/text.h"
#include "marker/value.h"

/* Totals that no entry holds; the next progress of a file derives them anew. */
int
ops_update_publishing(struct state *s, const struct call *c, struct buf *out)
{
	(void)out;
	value_set_count(s->publishing, "messages_published",
	    value_sum(value_count(s->publishing, "messages_published"), c->numbers[0]));
	value_set_count(s->publishing, "batches_sent",
	    value_sum(value_count(s->publishing, "batches_sent"), c->numbers[1]));
	value_set_text(s->publishing, "status", STATUS_IN_PROGRESS);
	value_set_now(s->publishing, "last_amqp_heartbeat");
	return EX_OK;
}

int
ops_fail_publishing(struct state *s, const struct call *c, struct buf *out)
{
	(void)out;
	value_set_text(s->publishing, "status", STATUS_FAILED);
	state_add_error(s->publishing, c->text);
	return EX_OK;
}

/* From the start of the download to the end of the processing, if both are known. */
static void
set_duration(struct state *s)
{
	time_t start, end;

	if (text_time(value_text(s->download, "started_at"), &start) == 0 &&
	    text_time(value_text(s->processing, "completed_at"), &end) == 0)
		value_set_count(s->summary, "total_duration_seconds",
		    end > start ? (int64_t)(end - start) : 0);
	else
		value_set_text(s->summary, "total_duration_seconds", NULL);
}

int
ops_complete_extraction(struct state *s, const struct call *c, struct buf *out)
{
	(void)c;
	(void)out;
	value_set_text(s->publishing, "status", STATUS_COMPLETED);
	value_set_text(s->summary, "overall_status", STATUS_COMPLETED);
	set_duration(s);
	return EX_OK;
}

int
ops_reset(struct state *s, const struct call *c, struct buf *out)
{
	(void)c;
	(void)out;
	state_reset(s);
	return EX_OK;
}
