/* SPDX-License-Identifier: MIT */
/* Operations on the processing phase and its files. */
#include <string.h>
#include <sysexits.h>

#include "marker/ops.h"
#include "marker/schema.h"
#include "marker/value.h"

/*
 * Goes on with a phase that was begun. The first start of the month must survive all
 * restarts: consumers delete what is older (dx-publish sends it with the last
 * message), and counters follow from the entries, which are kept.
 */
static int
resume_processing(struct state *s, const struct call *c)
{
	bool running = value_is(s->processing, "status", STATUS_IN_PROGRESS);

	if (value_is(s->processing, "status", STATUS_COMPLETED))
		return OPERATION_UNCHANGED;
	if (running && !value_is(s->summary, "overall_status", STATUS_FAILED))
		return OPERATION_UNCHANGED;
	value_set_text(s->summary, "overall_status", STATUS_IN_PROGRESS);
	if (running)
		return EX_OK;
	value_set_text(s->processing, "status", STATUS_IN_PROGRESS);
	value_set_text(s->processing, "completed_at", NULL);
	if (value_get(s->processing, "started_at") == NULL)
		value_set_now(s->processing, "started_at");
	value_set_count(s->processing, "files_total", c->numbers[0]);
	state_count_progress(s);
	return EX_OK;
}

int
ops_start_processing(struct state *s, const struct call *c, struct buf *out)
{
	(void)out;
	if ((c->given & WITH_RESUME) != 0)
		return resume_processing(s, c);
	value_set_text(s->processing, "status", STATUS_IN_PROGRESS);
	value_set_now(s->processing, "started_at");
	value_set_text(s->processing, "completed_at", NULL);
	value_set_count(s->processing, "files_total", c->numbers[0]);
	value_set_count(s->processing, "files_processed", 0);
	value_set_count(s->processing, "records_extracted", 0);
	value_set_text(s->summary, "overall_status", STATUS_IN_PROGRESS);
	return EX_OK;
}

/*
 * Notes in ENTRY which bytes of FILE are processed, those with the digest SHA256 or NULL: the
 * next start-download forgets what is said of the file, and file-downloaded must tell then
 * whether it is still the same.
 */
static void
note_source(struct state *s, struct json_object *entry, const char *file, const char *sha256)
{
	const struct json_object *download = state_find_download(s, file);
	bool known = value_is(download, "status", STATUS_COMPLETED);
	const char *checksum = known ? value_text(download, "checksum") : NULL;
	bool same = sha256 == NULL || checksum == NULL || strcmp(sha256, checksum) == 0;

	value_set_text(entry, "source_checksum", sha256 != NULL ? sha256 : checksum);
	value_set_count(entry, "source_bytes",
	    known && same ? value_count(download, "bytes_downloaded") : 0);
}

/* The entry of FILE, which begins now if it is not there. */
static struct json_object *
begun_entry(struct state *s, const char *file)
{
	struct json_object *entry = state_find_progress(s, file);

	if (entry != NULL)
		return entry;
	entry = state_make_progress(s, file);
	value_set_text(entry, "status", STATUS_IN_PROGRESS);
	value_set_now(entry, "started_at");
	note_source(s, entry, file, NULL);
	state_set_type(s, file, STATUS_IN_PROGRESS);
	return entry;
}

int
ops_start_file_processing(struct state *s, const struct call *c, struct buf *out)
{
	struct json_object *entry = state_make_progress(s, c->file);

	(void)out;
	value_set_text(entry, "status", STATUS_IN_PROGRESS);
	value_set_count(entry, "records_extracted", 0);
	value_set_count(entry, "messages_published", 0);
	value_set_count(entry, "batches_sent", 0);
	value_set_now(entry, "started_at");
	value_set_text(entry, "completed_at", NULL);
	note_source(s, entry, c->file, c->sha256);
	value_set_text(entry, "shape", c->shape);
	value_set_text(entry, "options", c->options);
	value_set_count(entry, "position", 0);
	value_set_flag(entry, "completion_sent", false);
	value_set_text(s->processing, "current_file", c->file);
	state_set_type(s, c->file, STATUS_IN_PROGRESS);
	state_count_progress(s);
	state_reopen(s);
	return EX_OK;
}

/* The counts of update-file-progress in the order of its operands. */
static const struct {
	unsigned option;
	const char *member;
} counts[] = {
    {WITH_RECORDS, "records_extracted"},
    {WITH_MESSAGES, "messages_published"},
    {WITH_BATCHES, "batches_sent"},
    {WITH_POSITION, "position"},
};

/* The value for count number I, as operand or as option; -1 if it was not given. */
static int64_t
given_count(const struct call *c, size_t i)
{
	const int64_t options[] = {c->records, c->messages, c->batches, c->position};

	if (i < c->number_count)
		return c->numbers[i];
	return (c->given & counts[i].option) != 0 ? options[i] : -1;
}

bool
ops_check_progress(const struct call *c)
{
	if (c->number_count == 0 && c->given == 0)
		operation_complain(c, "nothing to set (usage: %s %s)", c->operation->name,
		    c->operation->usage);
	else if (c->number_count == 1)
		operation_complain(c, "RECORDS without MESSAGES (usage: %s %s)", c->operation->name,
		    c->operation->usage);
	else if ((c->number_count > 0 && (c->given & (WITH_RECORDS | WITH_MESSAGES)) != 0) ||
	    (c->number_count > 2 && (c->given & WITH_BATCHES) != 0))
		operation_complain(c, "a count given twice, as operand and as option");
	else
		return true;
	return false;
}

int
ops_update_file_progress(struct state *s, const struct call *c, struct buf *out)
{
	struct json_object *entry = begun_entry(s, c->file);

	(void)out;
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		int64_t count = given_count(c, i);
		if (count >= 0)
			value_set_count(entry, counts[i].member, count);
	}
	state_count_progress(s);
	if (given_count(c, 1) > 0) {
		value_set_text(s->publishing, "status", STATUS_IN_PROGRESS);
		value_set_now(s->publishing, "last_amqp_heartbeat");
	}
	return EX_OK;
}

int
ops_complete_file_processing(struct state *s, const struct call *c, struct buf *out)
{
	struct json_object *entry = begun_entry(s, c->file);

	(void)out;
	value_set_text(entry, "status", STATUS_COMPLETED);
	value_set_now(entry, "completed_at");
	value_set_count(entry, "records_extracted", c->numbers[0]);
	/* Nothing of it is left to do; a mark may have counted rejected records too. */
	if (value_count(entry, "position") < c->numbers[0])
		value_set_count(entry, "position", c->numbers[0]);
	state_set_type(s, c->file, STATUS_COMPLETED);
	state_count_progress(s);
	return EX_OK;
}

int
ops_completion_sent(struct state *s, const struct call *c, struct buf *out)
{
	struct json_object *entry = state_find_progress(s, c->file);

	(void)out;
	if (entry == NULL) {
		operation_complain(c, "%s: was never processed", c->file);
		return EX_DATAERR;
	}
	value_set_flag(entry, "completion_sent", true);
	return EX_OK;
}

int
ops_complete_processing(struct state *s, const struct call *c, struct buf *out)
{
	(void)c;
	(void)out;
	value_set_text(s->processing, "status", STATUS_COMPLETED);
	value_set_now(s->processing, "completed_at");
	value_set_text(s->processing, "current_file", NULL);
	return EX_OK;
}

/* current_file stays: it says where it failed. */
int
ops_fail_processing(struct state *s, const struct call *c, struct buf *out)
{
	(void)out;
	value_set_text(s->processing, "status", STATUS_FAILED);
	value_set_text(s->processing, "completed_at", NULL);
	state_add_error(s->processing, c->text);
	value_set_text(s->summary, "overall_status", STATUS_FAILED);
	return EX_OK;
}
