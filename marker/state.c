/* SPDX-License-Identifier: MIT */
/* The document in memory. */
#include "marker/state.h"

#include <stdlib.h>
#include <string.h>

#include "common/dump.h"
#include "common/mem.h"
#include "marker/json.h"
#include "marker/schema.h"
#include "marker/text.h"
#include "marker/value.h"

/* Takes ROOT, which has the present shape. */
static void
adopt(struct state *s, struct json_object *root)
{
	s->root = root;
	s->download = value_get(root, "download_phase");
	s->processing = value_get(root, "processing_phase");
	s->publishing = value_get(root, "publishing_phase");
	s->summary = value_get(root, "summary");
}

struct state *
state_new(const char *version)
{
	struct state *s = mem_zero(1, sizeof *s);

	adopt(s, schema_new());
	value_set_text(s->root, "current_version", version);
	state_touch(s);
	return s;
}

void
state_free(struct state *s)
{
	if (s == NULL)
		return;
	json_object_put(s->root);
	free(s);
}

struct state *
state_parse(const char *text, size_t len, const char *version, char **why)
{
	struct json_object *root = json_read(text, len, why);
	struct state *s = NULL;

	if (root == NULL || schema_check(root, why) != 0)
		goto out;
	const char *current = value_text(root, "current_version");
	if (version != NULL && strcmp(version, current) != 0) {
		*why = mem_printf("is of the month %s, not %s", current, version);
		goto out;
	}
	s = mem_zero(1, sizeof *s);
	adopt(s, schema_fill(root));
out:
	json_object_put(root);
	return s;
}

void
state_print(const struct state *s, struct buf *out)
{
	json_print(s->root, out);
}

const char *
state_version(const struct state *s)
{
	return value_text(s->root, "current_version");
}

void
state_reset(struct state *s)
{
	struct json_object *old = s->root;

	adopt(s, schema_new());
	value_set_text(s->root, "current_version", value_text(old, "current_version"));
	s->was_reset = true;
	json_object_put(old);
}

void
state_touch(struct state *s)
{
	value_set_now(s->root, "last_updated");
}

struct json_object *
state_find_download(const struct state *s, const char *file)
{
	return value_get(value_get(s->download, "downloads_by_file"), file);
}

struct json_object *
state_make_download(struct state *s, const char *file)
{
	if (state_find_download(s, file) == NULL)
		value_set(value_get(s->download, "downloads_by_file"), file, schema_new_download());
	return state_find_download(s, file);
}

struct json_object *
state_find_progress(const struct state *s, const char *file)
{
	return value_get(value_get(s->processing, "progress_by_file"), file);
}

struct json_object *
state_make_progress(struct state *s, const char *file)
{
	if (state_find_progress(s, file) == NULL)
		value_set(value_get(s->processing, "progress_by_file"), file,
		    schema_new_progress());
	return state_find_progress(s, file);
}

void
state_drop_progress(struct state *s, const char *file)
{
	json_object_object_del(value_get(s->processing, "progress_by_file"), file);
	if (value_is(s->processing, "current_file", file))
		value_set_text(s->processing, "current_file", NULL);
	state_set_type(s, file, NULL);
	state_count_progress(s);
}

void
state_count_downloads(struct state *s)
{
	int64_t files = 0, bytes = 0;

	json_object_object_foreach(value_get(s->download, "downloads_by_file"), name, entry) {
		(void)name;
		files += value_is(entry, "status", STATUS_COMPLETED);
		bytes = value_sum(bytes, value_count(entry, "bytes_downloaded"));
	}
	value_set_count(s->download, "files_downloaded", files);
	value_set_count(s->download, "bytes_downloaded", bytes);
}

void
state_count_progress(struct state *s)
{
	int64_t files = 0, records = 0, messages = 0, batches = 0;

	json_object_object_foreach(value_get(s->processing, "progress_by_file"), name, entry) {
		(void)name;
		files += value_is(entry, "status", STATUS_COMPLETED);
		records = value_sum(records, value_count(entry, "records_extracted"));
		messages = value_sum(messages, value_count(entry, "messages_published"));
		batches = value_sum(batches, value_count(entry, "batches_sent"));
	}
	value_set_count(s->processing, "files_processed", files);
	value_set_count(s->processing, "records_extracted", records);
	value_set_count(s->publishing, "messages_published", messages);
	value_set_count(s->publishing, "batches_sent", batches);
}

void
state_set_type(struct state *s, const char *file, const char *status)
{
	struct json_object *types = value_get(s->summary, "files_by_type");
	char version[DUMP_VERSION_SIZE];
	enum dump_type type;

	if (dump_file_parse(file, version, &type) != 0)
		return;
	if (status != NULL)
		value_set_text(types, dump_type_name(type), status);
	else
		json_object_object_del(types, dump_type_name(type));
}

void
state_reopen(struct state *s)
{
	if (value_is(s->processing, "status", STATUS_COMPLETED)) {
		value_set_text(s->processing, "status", STATUS_IN_PROGRESS);
		value_set_text(s->processing, "completed_at", NULL);
	}
	if (value_is(s->publishing, "status", STATUS_COMPLETED))
		value_set_text(s->publishing, "status",
		    value_count(s->publishing, "messages_published") > 0 ? STATUS_IN_PROGRESS
									 : STATUS_PENDING);
	if (value_is(s->summary, "overall_status", STATUS_COMPLETED)) {
		value_set_text(s->summary, "overall_status", STATUS_IN_PROGRESS);
		value_set_text(s->summary, "total_duration_seconds", NULL);
	}
}

void
state_add_error(struct json_object *phase, const char *message)
{
	struct json_object *errors = value_get(phase, "errors");
	char text[TEXT_MESSAGE_SIZE];

	value_append(errors, value_new_text(text_message(text, message)));
	size_t count = json_object_array_length(errors);
	if (count > STATE_ERRORS_MAX)
		json_object_array_del_idx(errors, 0, count - STATE_ERRORS_MAX);
}
