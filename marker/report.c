/* SPDX-License-Identifier: MIT */
/* The questions to the marker. */
#include "marker/report.h"

#include <inttypes.h>
#include <sysexits.h>

#include "common/dump.h"
#include "common/log.h"
#include "marker/decide.h"
#include "marker/json.h"
#include "marker/lookup.h"
#include "marker/schema.h"
#include "marker/value.h"

int
report_should_process(struct state *s, const struct call *c, struct buf *out)
{
	(void)c;
	buf_printf(out, "%s\n", decide_run(s));
	return EX_OK;
}

int
report_pending_files(struct state *s, const struct call *c, struct buf *out)
{
	for (size_t i = 0; i < c->file_count; i++)
		if (decide_pending(s, c->files[i]))
			buf_printf(out, "%s\n", c->files[i]);
	return EX_OK;
}

/* Says why what is done of the file of ENTRY does not count, if CHANGE is a reason. */
static void
say_change(const struct call *c, const struct json_object *entry, enum decide_change change)
{
	const char *shape = value_text(entry, "shape");

	switch (change) {
	case DECIDE_SAME:
		break;
	case DECIDE_BYTES:
		log_warn("%s: starts again: its bytes are others than those that were processed",
		    c->file);
		break;
	case DECIDE_SHAPE:
		log_warn("%s: starts again: the shape was %s", c->file,
		    shape != NULL ? shape : "not noted");
		break;
	case DECIDE_OPTIONS:
		log_warn("%s: starts again: it was begun with other options: %s", c->file,
		    value_text(entry, "options"));
		break;
	}
}

int
report_resume_point(struct state *s, const struct call *c, struct buf *out)
{
	const struct json_object *entry = state_find_progress(s, c->file);
	enum decide_change change = decide_change(entry, c->sha256, c->shape, c->options);
	int64_t position = value_count(entry, "position");

	if (position > 0)
		say_change(c, entry, change);
	buf_printf(out, "%" PRId64 "\n", change == DECIDE_SAME ? position : 0);
	return EX_OK;
}

/* Says no with the digest that is known instead: of the download, else of what was processed. */
int
report_verified(struct state *s, const struct call *c, struct buf *out)
{
	const struct json_object *entry = state_find_download(s, c->file);
	const char *known = value_text(entry, "checksum");

	if (value_is(entry, "status", STATUS_COMPLETED) && value_is(entry, "checksum", c->sha256))
		return EX_OK;
	if (known == NULL)
		known = value_text(state_find_progress(s, c->file), "source_checksum");
	if (known != NULL)
		buf_printf(out, "%s\n", known);
	return OPERATION_NO;
}

int
report_file_counts(struct state *s, const struct call *c, struct buf *out)
{
	const struct json_object *entry = state_find_progress(s, c->file);

	buf_printf(out, "%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 "\n",
	    value_count(entry, "position"), value_count(entry, "records_extracted"),
	    value_count(entry, "messages_published"), value_count(entry, "batches_sent"));
	return EX_OK;
}

/* A tab ends the name: neither it nor the options can hold one. */
int
report_completed(struct state *s, const struct call *c, struct buf *out)
{
	(void)c;
	json_object_object_foreach(value_get(s->processing, "progress_by_file"), name, entry) {
		const char *options = value_text(entry, "options");
		if (value_is(entry, "status", STATUS_COMPLETED))
			buf_printf(out, "%s\t%s\n", name, options != NULL ? options : "");
	}
	return EX_OK;
}

int
report_unsent(struct state *s, const struct call *c, struct buf *out)
{
	(void)c;
	json_object_object_foreach(value_get(s->processing, "progress_by_file"), name, entry) {
		if (decide_unsent(entry))
			buf_printf(out, "%s\n", name);
	}
	return EX_OK;
}

/* Adds the records of each completed file to its type's count. */
static void
count_types(const struct state *s, int64_t records[DUMP_TYPES], bool seen[DUMP_TYPES])
{
	json_object_object_foreach(value_get(s->processing, "progress_by_file"), name, entry) {
		char version[DUMP_VERSION_SIZE];
		enum dump_type type;
		if (dump_file_parse(name, version, &type) != 0 ||
		    !value_is(entry, "status", STATUS_COMPLETED))
			continue;
		seen[type] = true;
		records[type] = value_sum(records[type], value_count(entry, "records_extracted"));
	}
}

int
report_extraction_summary(struct state *s, const struct call *c, struct buf *out)
{
	struct json_object *line = value_new_object(), *counts = value_new_object();
	int64_t records[DUMP_TYPES] = {0};
	bool seen[DUMP_TYPES] = {false};

	(void)c;
	count_types(s, records, seen);
	/* The types stand in the order of their names. */
	for (int i = 0; i < DUMP_TYPES; i++)
		if (seen[i])
			value_set_count(counts, dump_type_name((enum dump_type)i), records[i]);
	value_set_text(line, "version", state_version(s));
	value_set_text(line, "started_at", value_text(s->processing, "started_at"));
	value_set(line, "record_counts", counts);
	json_print_line(line, out);
	json_object_put(line);
	return EX_OK;
}

int
report_show(struct state *s, const struct call *c, struct buf *out)
{
	(void)c;
	state_print(s, out);
	return EX_OK;
}

/* Texts come without quotes, for the shell; everything else as JSON. */
int
report_get(struct state *s, const struct call *c, struct buf *out)
{
	struct json_object *found = NULL;

	if (!lookup(s->root, c->text, &found))
		return OPERATION_NO;
	if (!json_object_is_type(found, json_type_string)) {
		json_print(found, out);
		return EX_OK;
	}
	buf_add(out, json_object_get_string(found), (size_t)json_object_get_string_len(found));
	buf_add_char(out, '\n');
	return EX_OK;
}

int
report_path(struct state *s, const struct call *c, struct buf *out)
{
	(void)s;
	buf_printf(out, "%s\n", c->marker);
	return EX_OK;
}
