/* SPDX-License-Identifier: MIT */
/* A block of records and what a worker makes of it. */
#include "parse/job.h"

#include <stdlib.h>

#include "common/limits.h"
#include "common/mem.h"
#include "common/stream.h"

/* The largest buffer of lines that is kept for the next block: that of a usual block is half of it.
 */
#define OUT_KEPT_MAX (1u << 20)

struct job *
job_new(void)
{
	return mem_zero(1, sizeof(struct job));
}

void
job_free(struct job *j)
{
	if (j == NULL)
		return;
	job_reset(j);
	buf_free(&j->out);
	free(j->records);
	free(j->blemishes);
	free(j);
}

void
job_reset(struct job *j)
{
	for (size_t i = 0; i < j->blemish_count; i++)
		free(j->blemishes[i].reason);
	/* What one large record needed is not kept for the rest of the file. */
	if (j->out.cap > OUT_KEPT_MAX)
		buf_free(&j->out);
	j->block = NULL;
	j->count = j->blemish_count = j->out.len = 0;
}

void
job_add(struct job *j, const struct split_record *r)
{
	if (j->count == j->cap) {
		j->cap = j->cap == 0 ? 256 : j->cap * 2;
		j->records = mem_resize(j->records, j->cap, sizeof *j->records);
	}
	j->records[j->count++] = *r;
}

static void
add_blemish(struct job *j, struct blemish b, const char *reason)
{
	if (j->blemish_count == j->blemish_cap) {
		j->blemish_cap = j->blemish_cap == 0 ? 16 : j->blemish_cap * 2;
		j->blemishes = mem_resize(j->blemishes, j->blemish_cap, sizeof *j->blemishes);
	}
	b.reason = mem_strdup(reason);
	j->blemishes[j->blemish_count++] = b;
}

/* Makes the line of record I, or a blemish, or both. */
static void
work_on(const struct job_worker *w, struct job *j, size_t i)
{
	const struct split_record *r = &j->records[i];
	const char *reason = r->broken;
	enum record_result result = RECORD_REJECTED;
	size_t before = j->out.len;

	if (reason == NULL)
		result = recorder_write(w->recorder, (struct slice){r->data, r->len}, &j->out,
		    &reason);
	if (result == RECORD_GOOD)
		return;
	if (result == RECORD_REPAIRED && w->strict) {
		j->out.len = before;
		result = RECORD_REJECTED;
	}
	add_blemish(j,
	    (struct blemish){.record = i,
		.out_before = before,
		.repaired = result == RECORD_REPAIRED},
	    reason);
}

void
job_work(void *state, void *job)
{
	const struct job_worker *w = state;
	struct job *j = job;

	for (size_t i = 0; i < j->count; i++) {
		work_on(w, j, i);
		uint64_t ordinal = j->records[i].ordinal;
		if (w->marks && ordinal % DX_MARK_RECORDS == 0)
			stream_encode(&j->out,
			    &(struct stream_control){.kind = STREAM_MARK, .records = ordinal});
	}
}
