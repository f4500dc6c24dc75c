/* SPDX-License-Identifier: MIT */
/* Operations on the download phase. */
#include <sysexits.h>

#include "common/log.h"
#include "marker/ops.h"
#include "marker/schema.h"
#include "marker/value.h"

/* After a failed download the month stands where its processing stands. */
static const char *
overall_without_failure(const struct state *s)
{
	if (value_is(s->processing, "status", STATUS_FAILED))
		return STATUS_FAILED;
	return value_is(s->processing, "status", STATUS_PENDING) ? STATUS_PENDING
								 : STATUS_IN_PROGRESS;
}

int
ops_start_download(struct state *s, const struct call *c, struct buf *out)
{
	(void)out;
	value_set_text(s->download, "status", STATUS_IN_PROGRESS);
	value_set_now(s->download, "started_at");
	value_set_text(s->download, "completed_at", NULL);
	value_set_count(s->download, "files_total", c->numbers[0]);
	value_set(s->download, "downloads_by_file", value_new_object());
	state_count_downloads(s);
	if (value_is(s->summary, "overall_status", STATUS_FAILED))
		value_set_text(s->summary, "overall_status", overall_without_failure(s));
	return EX_OK;
}

int
ops_start_file_download(struct state *s, const struct call *c, struct buf *out)
{
	struct json_object *entry = state_make_download(s, c->file);

	(void)out;
	value_set_text(entry, "status", STATUS_IN_PROGRESS);
	value_set_count(entry, "bytes_downloaded", 0);
	value_set_now(entry, "started_at");
	value_set_text(entry, "completed_at", NULL);
	value_set_text(entry, "checksum", NULL);
	state_count_downloads(s);
	return EX_OK;
}

/*
 * Whether the file that is there now cannot be the one that was processed. Digests
 * decide where both are known. Without them the size does: the one that was noted when the
 * processing began, or in older markers that of the entry BEFORE, if no start-download
 * has cleared it. Knowing nothing is no reason to do a file again.
 */
static bool
processed_other_bytes(const struct state *s, const struct call *c, const struct json_object *before)
{
	const struct json_object *progress = state_find_progress(s, c->file);
	const char *source = value_text(progress, "source_checksum");

	if (progress == NULL)
		return false;
	if (source != NULL && (c->given & WITH_SHA256) != 0)
		return !value_is(progress, "source_checksum", c->sha256);
	if (value_count(progress, "source_bytes") > 0)
		return value_count(progress, "source_bytes") != c->numbers[0];
	return value_is(before, "status", STATUS_COMPLETED) &&
	    value_count(before, "bytes_downloaded") != c->numbers[0];
}

int
ops_file_downloaded(struct state *s, const struct call *c, struct buf *out)
{
	bool changed = processed_other_bytes(s, c, state_find_download(s, c->file));
	struct json_object *entry = state_make_download(s, c->file);

	(void)out;
	value_set_text(entry, "status", STATUS_COMPLETED);
	value_set_count(entry, "bytes_downloaded", c->numbers[0]);
	value_set_now(entry, "completed_at");
	if (value_get(entry, "started_at") == NULL)
		value_set_text(entry, "started_at", value_text(entry, "completed_at"));
	value_set_text(entry, "checksum", c->sha256);
	state_count_downloads(s);
	if (changed) {
		log_warn("%s: starts again: its bytes are others than those that were processed",
		    c->file);
		state_drop_progress(s, c->file);
		state_reopen(s);
	}
	return EX_OK;
}

int
ops_complete_download(struct state *s, const struct call *c, struct buf *out)
{
	(void)c;
	(void)out;
	value_set_text(s->download, "status", STATUS_COMPLETED);
	value_set_now(s->download, "completed_at");
	return EX_OK;
}

int
ops_fail_download(struct state *s, const struct call *c, struct buf *out)
{
	(void)out;
	value_set_text(s->download, "status", STATUS_FAILED);
	value_set_text(s->download, "completed_at", NULL);
	state_add_error(s->download, c->text);
	value_set_text(s->summary, "overall_status", STATUS_FAILED);
	return EX_OK;
}
