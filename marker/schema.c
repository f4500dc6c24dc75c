/* SPDX-License-Identifier: MIT */
/* The shape of a marker. */
#include "marker/schema.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "marker/value.h"

/* The one version of the format there is. */
#define METADATA_VERSION "1.0"

enum member_type {
	MEMBER_VERSION, /* METADATA_VERSION */
	MEMBER_TEXT, /* string */
	MEMBER_NULLABLE, /* string or null; times too, in whatever form they come */
	MEMBER_STATUS, /* one of the four */
	MEMBER_COUNT, /* whole, 0 to INT64_MAX; others write 3.0 or null too */
	MEMBER_SECONDS, /* number or null */
	MEMBER_FLAG, /* true or false */
	MEMBER_TEXTS, /* array of strings */
	MEMBER_STATUSES, /* object of statuses */
	MEMBER_OBJECT, /* object of the members INSIDE */
	MEMBER_ENTRIES /* object of objects, each of the members INSIDE */
};

struct member {
	const char *name; /* NULL ends a list */
	enum member_type type;
	bool required; /* without it nothing can be said, so it is no marker */
	const struct member *inside;
};

static const struct member download_entry[] = {
    {"status", MEMBER_STATUS, true, NULL},
    {"bytes_downloaded", MEMBER_COUNT, false, NULL},
    {"started_at", MEMBER_NULLABLE, false, NULL},
    {"completed_at", MEMBER_NULLABLE, false, NULL},
    {"checksum", MEMBER_NULLABLE, false, NULL},
    {0},
};

static const struct member download_phase[] = {
    {"status", MEMBER_STATUS, true, NULL},
    {"started_at", MEMBER_NULLABLE, false, NULL},
    {"completed_at", MEMBER_NULLABLE, false, NULL},
    {"files_downloaded", MEMBER_COUNT, false, NULL},
    {"files_total", MEMBER_COUNT, false, NULL},
    {"bytes_downloaded", MEMBER_COUNT, false, NULL},
    {"downloads_by_file", MEMBER_ENTRIES, false, download_entry},
    {"errors", MEMBER_TEXTS, false, NULL},
    {0},
};

static const struct member progress_entry[] = {
    {"status", MEMBER_STATUS, true, NULL},
    {"records_extracted", MEMBER_COUNT, false, NULL},
    {"messages_published", MEMBER_COUNT, false, NULL},
    {"batches_sent", MEMBER_COUNT, false, NULL},
    {"started_at", MEMBER_NULLABLE, false, NULL},
    {"completed_at", MEMBER_NULLABLE, false, NULL},
    {"source_checksum", MEMBER_NULLABLE, false, NULL},
    {"source_bytes", MEMBER_COUNT, false, NULL},
    {"shape", MEMBER_NULLABLE, false, NULL},
    {"options", MEMBER_NULLABLE, false, NULL},
    {"position", MEMBER_COUNT, false, NULL},
    {"completion_sent", MEMBER_FLAG, false, NULL},
    {0},
};

static const struct member processing_phase[] = {
    {"status", MEMBER_STATUS, true, NULL},
    {"started_at", MEMBER_NULLABLE, false, NULL},
    {"completed_at", MEMBER_NULLABLE, false, NULL},
    {"files_processed", MEMBER_COUNT, false, NULL},
    {"files_total", MEMBER_COUNT, false, NULL},
    {"records_extracted", MEMBER_COUNT, false, NULL},
    {"current_file", MEMBER_NULLABLE, false, NULL},
    {"progress_by_file", MEMBER_ENTRIES, false, progress_entry},
    {"errors", MEMBER_TEXTS, false, NULL},
    {0},
};

static const struct member publishing_phase[] = {
    {"status", MEMBER_STATUS, true, NULL},
    {"messages_published", MEMBER_COUNT, false, NULL},
    {"batches_sent", MEMBER_COUNT, false, NULL},
    {"errors", MEMBER_TEXTS, false, NULL},
    {"last_amqp_heartbeat", MEMBER_NULLABLE, false, NULL},
    {0},
};

static const struct member summary[] = {
    {"overall_status", MEMBER_STATUS, true, NULL},
    {"total_duration_seconds", MEMBER_SECONDS, false, NULL},
    {"files_by_type", MEMBER_STATUSES, false, NULL},
    {0},
};

static const struct member marker[] = {
    {"metadata_version", MEMBER_VERSION, true, NULL},
    {"last_updated", MEMBER_NULLABLE, false, NULL},
    {"current_version", MEMBER_TEXT, true, NULL},
    {"download_phase", MEMBER_OBJECT, true, download_phase},
    {"processing_phase", MEMBER_OBJECT, true, processing_phase},
    {"publishing_phase", MEMBER_OBJECT, true, publishing_phase},
    {"summary", MEMBER_OBJECT, true, summary},
    {0},
};

/* Puts "PLACE." before what is wrong inside of it. Returns -1. */
static int
prefix(const char *place, char **why)
{
	char *inner = *why;

	*why = mem_printf("%s.%s", place, inner);
	free(inner);
	return -1;
}

static bool
is_status(struct json_object *value)
{
	static const char *const known[] = {STATUS_PENDING, STATUS_IN_PROGRESS, STATUS_COMPLETED,
	    STATUS_FAILED};

	if (!json_object_is_type(value, json_type_string))
		return false;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(json_object_get_string(value), known[i]) == 0)
			return true;
	return false;
}

static bool
is_count(struct json_object *value)
{
	if (json_object_is_type(value, json_type_double)) {
		double count = json_object_get_double(value);
		return count >= 0 && count < (double)INT64_MAX && count == floor(count);
	}
	return value == NULL ||
	    (json_object_is_type(value, json_type_int) && json_object_get_int64(value) >= 0 &&
		json_object_get_uint64(value) <= INT64_MAX);
}

static bool
are_texts(struct json_object *value)
{
	if (!json_object_is_type(value, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(value); i++)
		if (!json_object_is_type(json_object_array_get_idx(value, i), json_type_string))
			return false;
	return true;
}

static bool
are_statuses(struct json_object *value)
{
	if (!json_object_is_type(value, json_type_object))
		return false;
	json_object_object_foreach(value, name, status) {
		(void)name;
		if (!is_status(status))
			return false;
	}
	return true;
}

/* What VALUE would have to be but is not; NULL if it is right. */
static const char *
complaint(enum member_type type, struct json_object *value)
{
	bool text = json_object_is_type(value, json_type_string);

	switch (type) {
	case MEMBER_VERSION:
		return text && strcmp(json_object_get_string(value), METADATA_VERSION) == 0
		    ? NULL
		    : "is not " METADATA_VERSION;
	case MEMBER_TEXT:
		return text ? NULL : "is no text";
	case MEMBER_NULLABLE:
		return text || value == NULL ? NULL : "is neither text nor null";
	case MEMBER_STATUS:
		return is_status(value) ? NULL : "is no status";
	case MEMBER_COUNT:
		return is_count(value) ? NULL : "is no count";
	case MEMBER_SECONDS:
		return value == NULL || json_object_is_type(value, json_type_int) ||
			json_object_is_type(value, json_type_double)
		    ? NULL
		    : "is neither number nor null";
	case MEMBER_FLAG:
		return json_object_is_type(value, json_type_boolean) ? NULL
								     : "is neither true nor false";
	case MEMBER_TEXTS:
		return are_texts(value) ? NULL : "is no list of texts";
	case MEMBER_STATUSES:
		return are_statuses(value) ? NULL : "is no object of statuses";
	case MEMBER_OBJECT:
	case MEMBER_ENTRIES:
		break;
	}
	return json_object_is_type(value, json_type_object) ? NULL : "is no object";
}

static int check_members(const struct member *members, struct json_object *object, char **why);

static int
check_entries(const struct member *members, struct json_object *entries, char **why)
{
	json_object_object_foreach(entries, name, entry) {
		if (!json_object_is_type(entry, json_type_object)) {
			*why = mem_printf("%s is no object", name);
			return -1;
		}
		if (check_members(members, entry, why) != 0)
			return prefix(name, why);
	}
	return 0;
}

static int
check_member(const struct member *m, struct json_object *value, char **why)
{
	const char *text = complaint(m->type, value);
	int result = 0;

	if (text != NULL) {
		*why = mem_printf("%s %s", m->name, text);
		return -1;
	}
	if (m->type == MEMBER_OBJECT)
		result = check_members(m->inside, value, why);
	else if (m->type == MEMBER_ENTRIES)
		result = check_entries(m->inside, value, why);
	return result == 0 ? 0 : prefix(m->name, why);
}

static int
check_members(const struct member *members, struct json_object *object, char **why)
{
	for (const struct member *m = members; m->name != NULL; m++) {
		struct json_object *value = NULL;
		if (json_object_object_get_ex(object, m->name, &value)) {
			if (check_member(m, value, why) != 0)
				return -1;
		} else if (m->required) {
			*why = mem_printf("%s is missing", m->name);
			return -1;
		}
	}
	return 0;
}

int
schema_check(struct json_object *root, char **why)
{
	if (!json_object_is_type(root, json_type_object)) {
		*why = mem_strdup("is no JSON object");
		return -1;
	}
	return check_members(marker, root, why);
}

static struct json_object *fill_members(const struct member *members, struct json_object *old);

static struct json_object *
fill_entries(const struct member *members, struct json_object *old)
{
	struct json_object *filled = value_new_object();

	json_object_object_foreach(old, name, entry) {
		value_set(filled, name, fill_members(members, entry));
	}
	return filled;
}

/* What a member says that is not there. */
static struct json_object *
default_value(const struct member *m)
{
	switch (m->type) {
	case MEMBER_VERSION:
		return value_new_text(METADATA_VERSION);
	case MEMBER_TEXT:
		return value_new_text("");
	case MEMBER_STATUS:
		return value_new_text(STATUS_PENDING);
	case MEMBER_COUNT:
		return value_new_count(0);
	case MEMBER_FLAG:
		return value_new_flag(false);
	case MEMBER_TEXTS:
		return value_new_array();
	case MEMBER_OBJECT:
		return fill_members(m->inside, NULL);
	case MEMBER_STATUSES:
	case MEMBER_ENTRIES:
		return value_new_object();
	case MEMBER_NULLABLE:
	case MEMBER_SECONDS:
		break;
	}
	return NULL;
}

static struct json_object *
fill_member(const struct member *m, struct json_object *old)
{
	struct json_object *value = NULL;

	if (old == NULL || !json_object_object_get_ex(old, m->name, &value))
		return default_value(m);
	if (m->type == MEMBER_OBJECT)
		return fill_members(m->inside, value);
	if (m->type == MEMBER_ENTRIES)
		return fill_entries(m->inside, value);
	if (m->type == MEMBER_COUNT && !json_object_is_type(value, json_type_int))
		return value_new_count(json_object_get_int64(value));
	return json_object_get(value);
}

/* The members in order, from OLD (or NULL) where it has them; then what else OLD has. */
static struct json_object *
fill_members(const struct member *members, struct json_object *old)
{
	struct json_object *filled = value_new_object();

	for (const struct member *m = members; m->name != NULL; m++)
		value_set(filled, m->name, fill_member(m, old));
	if (old == NULL)
		return filled;
	json_object_object_foreach(old, name, value) {
		if (!json_object_object_get_ex(filled, name, NULL))
			value_set(filled, name, json_object_get(value));
	}
	return filled;
}

struct json_object *
schema_fill(struct json_object *root)
{
	return fill_members(marker, root);
}

struct json_object *
schema_new(void)
{
	return fill_members(marker, NULL);
}

struct json_object *
schema_new_download(void)
{
	return fill_members(download_entry, NULL);
}

struct json_object *
schema_new_progress(void)
{
	return fill_members(progress_entry, NULL);
}
