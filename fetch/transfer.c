/* SPDX-License-Identifier: MIT */
/* Getting pages and files from a server that breaks, hangs, bans and cuts. */
#include "fetch/transfer.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "common/log.h"
#include "fetch/job.h"

/* The largest file that is believed where no size is listed: five times the largest of 2026. */
#define FILE_MAX_BYTES (UINT64_C(64) << 30)

/* By how much a file may pass twice its listed size. */
#define FILE_SLACK_BYTES (UINT64_C(16) << 20)

/* How a gzip file begins (RFC 1952, 2.3.1). */
static const unsigned char gzip_magic[JOB_MAGIC_BYTES] = {0x1f, 0x8b};

static int
refuse_page(struct job *job)
{
	job_complain(job->optional,
	    "%s: the server sent a web page instead (a challenge to a browser?)", job->what);
	return job_fail(job, EX_UNAVAILABLE);
}

static int
refuse_size(struct job *job)
{
	job_complain(job->optional, "%s: the server sends more than can be true; given up",
	    job->what);
	return job_fail(job, EX_DATAERR);
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
	return JOB_AGAIN;
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
	int status = job_run(t, &job);

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
	return job_fail(job, EX_IOERR);
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
		return job_fail(job, EX_IOERR);
	job->whole = job->begun = false;
	job->magic_len = 0;
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
	return job_fail(job, JOB_AGAIN);
}

/*
 * Whether the part is of another file than ours: a server that does not heed If-Range
 * must still say which it sends (RFC 9110, 15.3.7.3).
 */
static bool
is_of_another(const struct job *job, const struct http_head *head)
{
	const char *asked = job->request.if_range;

	if (asked == NULL)
		return false;
	const char *own = *asked == '"' ? head->etag : head->modified;
	return *own != '\0' && strcmp(own, asked) != 0;
}

static int
on_file_head(void *context, const struct http_head *head)
{
	struct job *job = context;
	uint64_t total = head->length_known ? head->length : 0;

	if (head->status == 206) {
		if (!head->range_valid || head->range_first != job->request.offset ||
		    (head->range_total != 0 && head->range_last + 1 != head->range_total) ||
		    (head->range_total == 0 && !job->checked) || is_of_another(job, head))
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

static int
refuse_start(struct job *job)
{
	if (job->magic[0] == '<')
		return refuse_page(job);
	snprintf(job->problem, sizeof job->problem, "an answer that is no gzip file");
	return job_fail(job, JOB_AGAIN);
}

/*
 * The first bytes of an answer, taken off *DATA until all of them are there. Only then
 * the part of an earlier try is given up: an error page must not cost it.
 */
static int
begin_file(struct job *job, const char **data, size_t *len)
{
	job->resumed = job->head.status == 206 && job->request.offset > 0;
	job->begun = job->resumed;
	for (; !job->begun && *len > 0; ++*data, --*len) {
		size_t at = job->magic_len++;
		job->magic[at] = (unsigned char)**data;
		if (job->magic[at] != gzip_magic[at])
			return refuse_start(job);
		job->begun = job->magic_len == JOB_MAGIC_BYTES;
	}
	if (!job->begun || job->resumed)
		return 0;
	if (part_restart(job->part, job->head.validator) != 0 ||
	    part_append(job->part, job->magic, JOB_MAGIC_BYTES) != 0)
		return job_fail(job, EX_IOERR);
	return 0;
}

static int
on_file(void *context, const void *bytes, size_t len)
{
	struct job *job = context;
	const char *data = bytes;

	if (!job->begun && begin_file(job, &data, &len) != 0)
		return -1;
	if (len == 0)
		return 0;
	if (len > file_limit(job) - part_bytes(job->part)) {
		/* Nothing of it is worth keeping. */
		part_restart(job->part, "");
		return refuse_size(job);
	}
	if (part_append(job->part, data, len) != 0)
		return job_fail(job, EX_IOERR);
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
		return JOB_AGAIN;
	}
	if (!job->checked && part_bytes(job->part) < job->listed) {
		snprintf(job->problem, sizeof job->problem, "less than the listed size");
		return JOB_AGAIN;
	}
	if (head->status == 206 && part_bytes(job->part) != head->range_last + 1) {
		snprintf(job->problem, sizeof job->problem, "a part of another length than said");
		return JOB_AGAIN;
	}
	return 0;
}

int
transfer_file(struct transfer *t, const char *url, const char *name, uint64_t listed, bool checked,
    struct part *part, bool *resumed)
{
	struct job job = {
	    .request = {.url = url, .on_head = on_file_head, .on_body = on_file, .context = &job},
	    .what = name,
	    .prepare = prepare_file,
	    .finish = finish_file,
	    .part = part,
	    .listed = listed,
	    .checked = checked,
	};
	log_about(name);
	int status = job_run(t, &job);
	log_about(NULL);

	*resumed = job.resumed;
	return status;
}
