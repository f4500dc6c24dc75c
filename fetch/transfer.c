/* SPDX-License-Identifier: MIT */
/* Getting pages and files from a server that breaks, hangs, bans and cuts. */
#include "fetch/transfer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/progress.h"
#include "common/stop.h"

/* The longest pause between two tries. */
#define DELAY_MAX_MS 60000

/* The largest file that is believed where no size is listed: five times the largest of 2026. */
#define FILE_MAX_BYTES (UINT64_C(64) << 30)

/* By how much a file may pass twice its listed size. */
#define FILE_SLACK_BYTES (UINT64_C(16) << 20)

/* A resumed try that brought so much was no failure: tries are counted from it anew. */
#define GAIN_BYTES (UINT64_C(16) << 20)

/* The verdict on a try that may be repeated; other verdicts are exit statuses. */
#define TRY_AGAIN (-1)

/* One thing to get, over all its tries. */
struct job {
	struct http_request request;
	const char *what; /* for messages */
	/* Called before each try: sets the request's offset. 0, or -1 for failure. */
	int (*prepare)(struct job *job);
	/* Called after a whole answer of 200 or 206: 0 or TRY_AGAIN. */
	int (*finish)(struct job *job);
	struct http_head head;
	int failure; /* why a callback ended the try; TRY_AGAIN is possible */
	char problem[512]; /* what broke the last try */
	uint64_t gained; /* bytes that this try appended to those of earlier ones */

	struct buf *text; /* transfer_text */
	size_t max;
	bool pages;

	struct part *part; /* transfer_file */
	uint64_t listed;
	bool whole; /* the part is of no use: start from the first byte */
	bool begun; /* bytes of this answer were taken */
	bool resumed;
	struct progress *progress;
};

static int
fail_job(struct job *job, int failure)
{
	job->failure = failure;
	return -1;
}

/* Remembers what the server wants and says it. */
static int
told_to_wait(struct transfer *t, const struct job *job)
{
	time_t now = time(NULL);
	time_t until = throttle_parse(job->head.retry_after, now);
	char text[CLOCK_TEXT_SIZE];

	if (until == 0)
		until = now + THROTTLE_DEFAULT_S;
	throttle_remember(t->throttle, now, until);
	log_error("%s: answers HTTP %ld: wait until %s (%lld s)", t->server, job->head.status,
	    clock_text(text, until), (long long)(until - now));
	return EX_TEMPFAIL;
}

/* 0 if the server may be asked now. */
static int
may_ask(struct transfer *t)
{
	time_t now = time(NULL);
	time_t until = throttle_until(t->throttle, now);
	char text[CLOCK_TEXT_SIZE];

	if (until == 0)
		return 0;
	log_error("%s: asked us to wait until %s (%lld s): not asked again before", t->server,
	    clock_text(text, until), (long long)(until - now));
	return EX_TEMPFAIL;
}

static int
judge_status(struct transfer *t, struct job *job)
{
	long status = job->head.status;

	snprintf(job->problem, sizeof job->problem, "HTTP %ld", status);
	if (status == 200 || status == 206)
		return job->finish(job);
	if (status == 404 || status == 410)
		return EX_NOINPUT;
	if (status == 429 ||
	    (status == 503 && throttle_parse(job->head.retry_after, time(NULL)) != 0))
		return told_to_wait(t, job);
	if (status == 401 || status == 403 || status == 407) {
		log_error("%s: not allowed: HTTP %ld from %s%s", job->what, status, t->server,
		    status == 403 ? " (it may refuse this network's addresses)" : "");
		return EX_NOPERM;
	}
	if (status == 416 && job->request.offset > 0) {
		job->whole = true;
		return TRY_AGAIN;
	}
	if (status == 408 || status >= 500)
		return TRY_AGAIN;
	log_error("%s: HTTP %ld from %s", job->what, status, t->server);
	return EX_UNAVAILABLE;
}

static int
judge(struct transfer *t, struct job *job, enum http_end end)
{
	switch (end) {
	case HTTP_ANSWERED:
		return judge_status(t, job);
	case HTTP_STOPPED:
		return STOP_STATUS;
	case HTTP_REJECTED:
		return job->failure;
	case HTTP_BROKEN:
		snprintf(job->problem, sizeof job->problem, "%s", http_problem(t->http));
		return TRY_AGAIN;
	case HTTP_REFUSED:
		break;
	}
	log_error("%s: %s", job->what, http_problem(t->http));
	return EX_UNAVAILABLE;
}

/* All tries of JOB; what the functions of the header return. */
static int
run_job(struct transfer *t, struct job *job)
{
	for (unsigned tries = 0;; tries++) {
		int status = may_ask(t);
		if (status != 0)
			return status;
		if (job->prepare(job) != 0)
			return job->failure;
		status = judge(t, job, http_get(t->http, &job->request, &job->head));
		progress_finish(job->progress);
		job->progress = NULL;
		if (status != TRY_AGAIN)
			return status;
		if (job->gained >= GAIN_BYTES)
			tries = 0;
		if (tries >= t->retries) {
			log_error("%s: %s; given up after %u tries", job->what, job->problem,
			    tries + 1);
			return EX_UNAVAILABLE;
		}
		int64_t pause = clock_backoff_ms(tries, t->delay_ms, DELAY_MAX_MS);
		log_info("%s: %s; trying again in %.1f s", job->what, job->problem,
		    (double)pause / 1000);
		if (clock_sleep_ms(pause) != 0)
			return STOP_STATUS;
	}
}

static int
refuse_page(struct job *job)
{
	log_error("%s: the server sent a web page instead (a challenge to a browser?)", job->what);
	return fail_job(job, EX_UNAVAILABLE);
}

static int
refuse_size(struct job *job)
{
	log_error("%s: the server sends more than can be true; given up", job->what);
	return fail_job(job, EX_DATAERR);
}

static int
prepare_text(struct job *job)
{
	job->text->len = 0;
	return 0;
}

static int
on_text_head(void *context, const struct http_head *head)
{
	struct job *job = context;

	if (head->html && !job->pages)
		return refuse_page(job);
	return head->length > job->max ? refuse_size(job) : 0;
}

static int
on_text(void *context, const void *data, size_t len)
{
	struct job *job = context;

	if (len > job->max - job->text->len)
		return refuse_size(job);
	if (!job->pages && job->text->len == 0 && len > 0 && *(const char *)data == '<')
		return refuse_page(job);
	buf_add(job->text, data, len);
	return 0;
}

static int
finish_text(struct job *job)
{
	if (job->head.status == 200)
		return 0;
	snprintf(job->problem, sizeof job->problem, "a part that was not asked for");
	return TRY_AGAIN;
}

int
transfer_text(struct transfer *t, const char *url, bool pages, size_t max, struct buf *out)
{
	struct job job = {
	    .request = {.url = url, .on_head = on_text_head, .on_body = on_text, .context = &job},
	    .what = url,
	    .prepare = prepare_text,
	    .finish = finish_text,
	    .text = out,
	    .max = max,
	    .pages = pages,
	};
	int status = run_job(t, &job);

	buf_add_char(out, '\0');
	out->len--;
	return status;
}

/* Whether the disk takes TOTAL bytes, of which the part holds some; -1 after a message. */
static int
check_room(struct job *job, uint64_t total)
{
	uint64_t held = part_bytes(job->part);
	uint64_t room;

	if (total <= held || part_room(job->part, &room) != 0 || total - held <= room)
		return 0;
	log_error("%s: needs %.1f MB more, the disk has %.1f MB left", job->what,
	    (double)(total - held) / 1e6, (double)room / 1e6);
	return fail_job(job, EX_IOERR);
}

static uint64_t
file_limit(const struct job *job)
{
	return job->listed > 0 ? 2 * job->listed + FILE_SLACK_BYTES : FILE_MAX_BYTES;
}

static int
prepare_file(struct job *job)
{
	if (job->whole && part_restart(job->part, "") != 0)
		return fail_job(job, EX_IOERR);
	job->whole = job->begun = false;
	job->gained = 0;
	job->request.if_range = part_validator(job->part);
	job->request.offset = job->request.if_range != NULL ? part_bytes(job->part) : 0;
	return check_room(job, job->listed);
}

/* A part that is not the one asked for: the next try is for the whole. */
static int
wrong_range(struct job *job)
{
	snprintf(job->problem, sizeof job->problem, "another part than was asked for");
	job->whole = true;
	return fail_job(job, TRY_AGAIN);
}

static int
on_file_head(void *context, const struct http_head *head)
{
	struct job *job = context;
	uint64_t total = head->length_known ? head->length : 0;

	if (head->status == 206) {
		if (!head->range_valid || head->range_first != job->request.offset ||
		    (head->range_total != 0 && head->range_last + 1 != head->range_total))
			return wrong_range(job);
		total = head->range_last + 1;
	}
	if (total > file_limit(job))
		return refuse_size(job);
	if (check_room(job, total) != 0)
		return -1;
	job->progress = progress_start(job->what, total != 0 ? total : job->listed,
	    head->status == 206 ? job->request.offset : 0);
	return 0;
}

/*
 * The first bytes of an answer. Only now the part of an earlier try is given up: an
 * error page must not cost it.
 */
static int
begin_file(struct job *job, const char *data)
{
	job->begun = true;
	job->resumed = job->head.status == 206 && job->request.offset > 0;
	if (job->resumed)
		return 0;
	if (*data == '<')
		return refuse_page(job);
	return part_restart(job->part, job->head.validator) == 0 ? 0 : fail_job(job, EX_IOERR);
}

static int
on_file(void *context, const void *data, size_t len)
{
	struct job *job = context;

	if (len == 0)
		return 0;
	if (!job->begun && begin_file(job, data) != 0)
		return -1;
	if (len > file_limit(job) - part_bytes(job->part)) {
		/* Nothing of it is worth keeping. */
		part_restart(job->part, "");
		return refuse_size(job);
	}
	if (part_append(job->part, data, len) != 0)
		return fail_job(job, EX_IOERR);
	if (job->resumed)
		job->gained += len;
	progress_update(job->progress, part_bytes(job->part));
	return 0;
}

static int
finish_file(struct job *job)
{
	const struct http_head *head = &job->head;

	if (!job->begun) {
		snprintf(job->problem, sizeof job->problem, "an empty answer");
		return TRY_AGAIN;
	}
	if (head->status == 206 && part_bytes(job->part) != head->range_last + 1) {
		snprintf(job->problem, sizeof job->problem, "a part of another length than said");
		return TRY_AGAIN;
	}
	return 0;
}

int
transfer_file(struct transfer *t, const char *url, const char *name, uint64_t listed,
    struct part *part, bool *resumed)
{
	struct job job = {
	    .request = {.url = url, .on_head = on_file_head, .on_body = on_file, .context = &job},
	    .what = name,
	    .prepare = prepare_file,
	    .finish = finish_file,
	    .part = part,
	    .listed = listed,
	};
	int status = run_job(t, &job);

	*resumed = job.resumed;
	return status;
}
