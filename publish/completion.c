/* SPDX-License-Identifier: MIT */
/* What follows when a file or a month is complete. */
#include "publish/completion.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "publish/target.h"

/* Adds VALUE, which the object takes, under NAME. */
static void
add(struct json_object *object, const char *name, struct json_object *value)
{
	if (value == NULL || json_object_object_add(object, name, value) != 0)
		mem_exhausted();
}

/* A message that begins as all do; the caller puts it. */
static struct json_object *
start_message(const char *type)
{
	struct json_object *object = json_object_new_object();

	if (object == NULL)
		mem_exhausted();
	add(object, "type", json_object_new_string(type));
	return object;
}

static void
add_time(struct json_object *object)
{
	char now[CLOCK_TEXT_SIZE];

	add(object, "timestamp", json_object_new_string(clock_text(now, time(NULL))));
}

/* The text, which belongs to OBJECT. */
static const char *
text_of(struct json_object *object)
{
	const char *text = json_object_to_json_string_ext(object,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);

	if (text == NULL)
		mem_exhausted();
	return text;
}

/* Sends file_complete for FILE and waits until it is confirmed. */
static int
tell_file(struct sink *sink, enum dump_type type, const char *file, uint64_t records)
{
	struct json_object *object = start_message("file_complete");
	struct message m;

	add(object, "data_type", json_object_new_string(dump_type_name(type)));
	add_time(object);
	add(object, "total_processed", json_object_new_uint64(records));
	add(object, "file", json_object_new_string(file));
	message_of_control(&m, type, "file_complete", text_of(object));
	int status = sink_send(sink, &m);
	json_object_put(object);
	return status == EX_OK ? sink_drain(sink, -1) : status;
}

int
completion_of_file(struct sink *sink, struct ledger *ledger, const struct stream_control *end)
{
	int status = ledger_complete_file(ledger, end->records);

	if (status == EX_OK)
		status = tell_file(sink, end->data_type, end->file, end->records);
	if (status == EX_OK)
		status = ledger_completion_sent(ledger, end->file);
	return status;
}

int
completion_warn(const struct stream_control *dump, const char *target)
{
	bool month = strcmp(dump->decision, "skip") == 0;
	char *files = NULL, *save = NULL, *options;
	int status = dump->path[0] != '\0' ? ledger_completed(dump, &files) : EX_OK;

	for (char *file = files != NULL ? strtok_r(files, "\n", &save) : NULL; file != NULL;
	     file = strtok_r(NULL, "\n", &save)) {
		file = strtok_r(file, "\t", &options);
		const char *before = target_find(options);
		if (*options == '\0' || strcmp(before, target) == 0)
			continue;
		log_warn("%s%s: is complete, and was sent to %s; --force sends %s again",
		    month ? "month " : "", month ? dump->version : file, before,
		    month ? "it" : "the month");
		if (month)
			break;
	}
	free(files);
	return status;
}

static int
resend_one(struct sink *sink, struct ledger *ledger, const char *file)
{
	char version[DUMP_VERSION_SIZE];
	enum dump_type type;
	uint64_t records;

	if (dump_file_parse(file, version, &type) != 0) {
		log_warn("%s: not a file of a month, so its completion is not told", file);
		return EX_OK;
	}
	int status = ledger_records(ledger, file, &records);
	if (status == EX_OK)
		status = tell_file(sink, type, file, records);
	if (status == EX_OK)
		status = ledger_completion_sent(ledger, file);
	return status;
}

int
completion_resend(struct sink *sink, struct ledger *ledger)
{
	char *files = NULL, *save = NULL;
	int status = ledger_unsent(ledger, &files);

	for (char *file = status == EX_OK ? strtok_r(files, "\n", &save) : NULL;
	     file != NULL && status == EX_OK; file = strtok_r(NULL, "\n", &save))
		status = resend_one(sink, ledger, file);
	free(files);
	return status;
}

/* Moves member NAME of FROM, null if it has none, into OBJECT. */
static void
move(struct json_object *object, struct json_object *from, const char *name)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(from, name, &value);
	if (json_object_object_add(object, name, json_object_get(value)) != 0)
		mem_exhausted();
}

/* Sends extraction_complete, made of the marker's SUMMARY, everywhere. */
static int
tell_month(struct sink *sink, const char *summary)
{
	struct json_object *from = json_tokener_parse(summary);
	struct message m;

	if (!json_object_is_type(from, json_type_object)) {
		log_error("dx-marker extraction-summary: unexpected answer");
		json_object_put(from);
		return EX_SOFTWARE;
	}
	struct json_object *object = start_message("extraction_complete");
	move(object, from, "version");
	add_time(object);
	move(object, from, "started_at");
	move(object, from, "record_counts");
	message_of_control(&m, DUMP_ARTISTS, "extraction_complete", text_of(object));
	int status = sink_broadcast(sink, &m);
	json_object_put(object);
	json_object_put(from);
	return status == EX_OK ? sink_drain(sink, -1) : status;
}

int
completion_of_month(struct sink *sink, struct ledger *ledger, bool tell)
{
	char *summary = NULL;
	bool done = false;

	int status = ledger_month_done(ledger, &done);
	if (status != EX_OK || !done)
		return status;
	status = ledger_complete_processing(ledger);
	if (status == EX_OK && tell)
		status = ledger_summary(ledger, &summary);
	if (status == EX_OK && tell)
		status = tell_month(sink, summary);
	free(summary);
	return status == EX_OK ? ledger_complete_extraction(ledger) : status;
}
