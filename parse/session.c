/* SPDX-License-Identifier: MIT */
/*
 * One file: from its bytes to lines on standard output.
 *
 * The main thread takes blocks from the input, splits them and gives each block, with the
 * places of its records, to a worker. Whichever worker completes the oldest job
 * writes it: output, rejects and counts are in order and need no lock of their own.
 */
#include "parse/session.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/io.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/progress.h"
#include "common/stop.h"
#include "common/usr1.h"
#include "parse/job.h"
#include "parse/pool.h"
#include "parse/record.h"

/* Jobs in the ring for each worker: one that it works on, one that is done or waits. */
#define JOBS_PER_WORKER 2

/* After so many records it is looked whether a stop was asked for. */
#define STOP_RECORDS 64

struct session {
	const struct session_options *options;
	const struct session_file *file;
	struct session_counts *counts;
	struct input *input;
	struct split *split;
	struct block *block; /* that is being split */
	struct job *job; /* its records so far */
	struct pool *pool; /* made when the type is known */
	struct job_worker *workers;
	int status; /* of finishing; read when the pool is idle */
	char finish_reason[128]; /* likewise */

	pthread_mutex_t lock; /* for the two below */
	struct job **free_jobs;
	size_t free_count;
};

/* Ends the file with STATUS and a message, which is kept for the marker. */
static int
fail(struct session *s, int status, const char *message)
{
	log_error("%s: %s", s->file->name, message);
	snprintf(s->counts->reason, sizeof s->counts->reason, "%s", message);
	return status;
}

/* Writes the first LEN bytes of J's lines. */
static int
write_lines(struct session *s, const struct job *j, size_t len)
{
	if (io_write_stoppable(STDOUT_FILENO, j->out.data, len) == 0)
		return 0;
	if (stop_requested()) {
		s->status = STOP_STATUS;
		return -1;
	}
	/* Not the file's fault: nothing for the marker. */
	log_error("standard output: %s", strerror(errno));
	s->status = EX_IOERR;
	return -1;
}

/* Says what was not good with a record, and counts it; -1 if the file ends there. */
static int
report_blemish(struct session *s, const struct job *j, const struct blemish *b)
{
	const struct split_record *r = &j->records[b->record];
	const struct session_options *o = s->options;

	if (o->rejects != NULL &&
	    rejects_add(o->rejects, s->file->name, r, b->repaired, b->reason) != 0) {
		s->status = stop_requested() ? STOP_STATUS : EX_IOERR;
		return -1;
	}
	log_warn("%s: line %llu: record %llu %s: %s", s->file->name, (unsigned long long)r->line,
	    (unsigned long long)r->ordinal, b->repaired ? "repaired" : "rejected", b->reason);
	if (b->repaired) {
		s->counts->repaired++;
		return 0;
	}
	s->counts->rejected++;
	if (!o->strict && s->counts->rejected <= o->max_rejects)
		return 0;
	char text[128];
	snprintf(text, sizeof text,
	    o->strict ? "a record was rejected" : "more than %llu records were rejected",
	    (unsigned long long)o->max_rejects);
	log_error("%s: %s", s->file->name, text);
	snprintf(s->finish_reason, sizeof s->finish_reason, "%s", text);
	s->status = EX_DATAERR;
	return -1;
}

/* The next job in order: its rejects, then its lines, as far as they may go. */
static int
finish_job(void *context, void *job)
{
	struct session *s = context;
	struct job *j = job;

	for (size_t i = 0; i < j->blemish_count; i++) {
		if (report_blemish(s, j, &j->blemishes[i]) == 0)
			continue;
		int status = s->status;
		if (write_lines(s, j, j->blemishes[i].out_before) == 0)
			s->status = status;
		return -1;
	}
	return write_lines(s, j, j->out.len);
}

static void
recycle_job(void *context, void *job)
{
	struct session *s = context;
	struct job *j = job;

	input_release(s->input, j->block);
	job_reset(j);
	pthread_mutex_lock(&s->lock);
	s->free_jobs[s->free_count++] = j;
	pthread_mutex_unlock(&s->lock);
}

/* An empty job. There are two more than the ring holds, so one is always free. */
static struct job *
take_job(struct session *s)
{
	pthread_mutex_lock(&s->lock);
	struct job *j = s->free_jobs[--s->free_count];
	pthread_mutex_unlock(&s->lock);
	return j;
}

static void
start_pool(struct session *s)
{
	static const struct pool_functions functions = {job_work, finish_job, recycle_job};
	unsigned n = s->options->workers;
	void **states = mem_zero(n, sizeof *states);

	s->workers = mem_zero(n, sizeof *s->workers);
	for (unsigned i = 0; i < n; i++) {
		s->workers[i] = (struct job_worker){
		    .recorder = recorder_new(s->options->shape, split_type(s->split),
			s->options->scanner),
		    .marks = s->file->marks,
		    .strict = s->options->strict,
		};
		states[i] = &s->workers[i];
	}
	s->pool = pool_new(n, states, n * JOBS_PER_WORKER, &functions, s);
	free(states);
}

/* Hands the block on: to a worker with its records, or back if it holds none that are wanted. */
static int
give_block(struct session *s)
{
	struct block *block = s->block;

	s->block = NULL;
	if (s->job->count == 0) {
		if (block != NULL)
			input_release(s->input, block);
		return 0;
	}
	struct job *j = s->job;
	j->block = block;
	s->job = take_job(s);
	if (s->pool == NULL)
		start_pool(s);
	return pool_give(s->pool, j);
}

/* Gives the splitter the next block, or what is left of the last. -1 ends the file, *STATUS says
 * how. */
static int
next_window(struct session *s, bool *last, int *status)
{
	struct block *next = NULL, *old = s->block;
	size_t kept = split_kept(s->split);

	switch (input_next(s->input, &next)) {
	case INPUT_BLOCK:
		break;
	case INPUT_END:
		*last = true;
		split_window(s->split, old != NULL ? old->data + kept : "",
		    old != NULL ? old->len - kept : 0, true);
		return 0;
	case INPUT_DAMAGED:
		*status = fail(s, EX_DATAERR, input_reason(s->input));
		return -1;
	case INPUT_FAILED:
		*status = stop_requested() ? STOP_STATUS
					   : fail(s, EX_IOERR, input_reason(s->input));
		return -1;
	}
	if (old != NULL)
		block_prepend(next, old->data + kept, old->len - kept);
	if (give_block(s) != 0) {
		input_release(s->input, next);
		*status = EX_OK;
		return -1;
	}
	s->block = next;
	split_window(s->split, next->data, next->len, false);
	return 0;
}

/* Takes a record that was found; true if it is the last that is wanted. */
static bool
take_record(struct session *s, const struct split_record *r)
{
	const struct session_file *f = s->file;

	s->counts->records = r->ordinal;
	if (r->ordinal <= f->skip)
		return false;
	job_add(s->job, r);
	return r->ordinal - f->skip == f->limit;
}

/* Splits the whole input. The status is that of the splitting; workers may have failed beside it.
 */
static int
split_all(struct session *s, struct progress *progress)
{
	struct split_record r;
	bool last = false;
	int status = EX_OK;

	while (s->file->limit > 0) {
		switch (split_next(s->split, &r)) {
		case SPLIT_RECORD:
			if (take_record(s, &r))
				return EX_OK;
			if (r.ordinal % STOP_RECORDS == 0 && stop_requested())
				return STOP_STATUS;
			break;
		case SPLIT_MORE:
			progress_update(progress, input_position(s->input));
			usr1_records(s->counts->records);
			if (stop_requested())
				return STOP_STATUS;
			if (next_window(s, &last, &status) != 0)
				return status;
			break;
		case SPLIT_END:
			return EX_OK;
		case SPLIT_REFUSED:
		case SPLIT_CUT:
			return fail(s, EX_DATAERR, split_reason(s->split));
		case SPLIT_GOING:
			return fail(s, EX_SOFTWARE, "the splitter stopped");
		}
	}
	return EX_OK;
}

static void
open_session(struct session *s)
{
	size_t jobs = s->options->workers * JOBS_PER_WORKER + 2;

	/* Blocks: one with each job, one that is split, one that was read, one that is being
	 * filled. */
	input_start(s->input, s->options->block_size, (unsigned)jobs + 2);
	s->split = split_new(s->file->type);
	s->free_jobs = mem_zero(jobs, sizeof(struct job *));
	for (; s->free_count < jobs; s->free_count++)
		s->free_jobs[s->free_count] = job_new();
	pthread_mutex_init(&s->lock, NULL);
	s->job = take_job(s);
}

static void
close_session(struct session *s)
{
	pool_free(s->pool);
	if (s->block != NULL)
		input_release(s->input, s->block);
	for (unsigned i = 0; s->workers != NULL && i < s->options->workers; i++)
		recorder_free(s->workers[i].recorder);
	free(s->workers);
	for (size_t i = 0; i < s->free_count; i++)
		job_free(s->free_jobs[i]);
	free(s->free_jobs);
	job_free(s->job);
	split_free(s->split);
	pthread_mutex_destroy(&s->lock);
}

int
session_run(const struct session_options *options, const struct session_file *file,
    struct input *in, struct session_counts *counts)
{
	struct session s = {.options = options, .file = file, .counts = counts, .input = in};

	*counts = (struct session_counts){.type = file->type};
	open_session(&s);
	log_about(file->name);
	struct progress *progress = progress_start(file->name, file->size, 0);
	int status = split_all(&s, progress);
	/* What was found goes out also when the file turned out bad. */
	give_block(&s);
	if (s.pool != NULL && pool_wait(s.pool) != 0 && s.status != EX_OK) {
		status = s.status;
		snprintf(counts->reason, sizeof counts->reason, "%s", s.finish_reason);
	}
	if (stop_requested())
		status = STOP_STATUS;
	progress_finish(progress);
	log_about(NULL);
	counts->type = split_type(s.split);
	close_session(&s);
	return status;
}
