/* SPDX-License-Identifier: MIT */
/* The control lines of the stream, written and read. */
#include "common/stream.h"

#include <json-c/json.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/json_tokens.h"
#include "common/mem.h"

/* How a member is kept in struct stream_control. */
enum member_type {
	MEMBER_TEXT, /* char[size] */
	MEMBER_MORE_TEXT, /* the same; older writers do not have it */
	MEMBER_NUMBER, /* uint64_t */
	MEMBER_DUMP /* enum dump_type, by name */
};

struct member {
	const char *name;
	enum member_type type;
	size_t offset;
	size_t size;
};

#define TEXT_MEMBER(type, field, name)                                                             \
	{                                                                                          \
		name, type, offsetof(struct stream_control, field),                                \
		    sizeof(((struct stream_control *)0)->field)                                    \
	}
#define TEXT(field, name)      TEXT_MEMBER(MEMBER_TEXT, field, name)
#define MORE_TEXT(field, name) TEXT_MEMBER(MEMBER_MORE_TEXT, field, name)
#define NUMBER(field)                                                                              \
	{                                                                                          \
#field, MEMBER_NUMBER, offsetof(struct stream_control, field), sizeof(uint64_t)    \
	}
#define DATA_TYPE                                                                                  \
	{                                                                                          \
		"data_type", MEMBER_DUMP, offsetof(struct stream_control, data_type), 0            \
	}

#define MEMBERS_MAX 7

/* The lines, member for member in their order (dx-stream(5)). */
static const struct line {
	const char *type;
	struct member members[MEMBERS_MAX + 1];
} lines[] = {
    [STREAM_DUMP] = {"dump",
	{TEXT(version, "version"), NUMBER(files_total), TEXT(decision, "decision"),
	    TEXT(path, "marker")}},
    [STREAM_FILE] = {"file",
	{DATA_TYPE, TEXT(file, "file"), TEXT(path, "path"), NUMBER(bytes), TEXT(sha256, "sha256"),
	    TEXT(version, "version")}},
    [STREAM_FILE_START] = {"file_start",
	{DATA_TYPE, TEXT(file, "file"), TEXT(version, "version"), TEXT(sha256, "sha256"),
	    TEXT(shape, "shape"), MORE_TEXT(options, "options"), NUMBER(skipped)}},
    [STREAM_MARK] = {"mark", {NUMBER(records)}},
    [STREAM_FILE_END] = {"file_end",
	{DATA_TYPE, TEXT(file, "file"), NUMBER(records), NUMBER(rejected), NUMBER(repaired)}},
    [STREAM_END] = {"end", {TEXT(stage, "stage")}},
};

static const char *
skip_space(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n'))
		p++;
	return p;
}

/* The place behind TOKEN and the white space before it; NULL if it is not there. */
static const char *
expect(const char *p, const char *end, const char *token)
{
	size_t len = strlen(token);

	if (p == NULL)
		return NULL;
	p = skip_space(p, end);
	if ((size_t)(end - p) < len || memcmp(p, token, len) != 0)
		return NULL;
	return p + len;
}

enum stream_kind
stream_kind(const char *line, size_t len)
{
	const char *end = line + len;
	const char *p = expect(line, end, "{");

	p = expect(p, end, "\"type\"");
	p = expect(p, end, ":");
	p = expect(p, end, "\"");
	const char *close = p != NULL ? memchr(p, '"', (size_t)(end - p)) : NULL;
	if (close == NULL)
		return STREAM_DATA;
	for (size_t i = STREAM_DUMP; i < sizeof lines / sizeof *lines; i++) {
		size_t type_len = strlen(lines[i].type);
		if ((size_t)(close - p) == type_len && memcmp(p, lines[i].type, type_len) == 0)
			return (enum stream_kind)i;
	}
	return STREAM_DATA;
}

/* Copies the string VALUE into the SIZE bytes at FIELD; -1 if it is none, too long or holds a NUL.
 */
static int
get_text(struct json_object *value, char *field, size_t size)
{
	if (!json_object_is_type(value, json_type_string))
		return -1;
	const char *text = json_object_get_string(value);
	size_t len = (size_t)json_object_get_string_len(value);
	if (len >= size || strlen(text) != len)
		return -1;
	memcpy(field, text, len + 1);
	return 0;
}

static int
get_member(struct json_object *object, const struct member *m, struct stream_control *out)
{
	struct json_object *value = NULL;
	char *field = (char *)out + m->offset;
	char name[16];

	if (!json_object_object_get_ex(object, m->name, &value))
		return m->type == MEMBER_MORE_TEXT ? 0 : -1;
	if (m->type == MEMBER_TEXT || m->type == MEMBER_MORE_TEXT)
		return get_text(value, field, m->size);
	if (m->type == MEMBER_DUMP)
		return get_text(value, name, sizeof name) == 0
		    ? dump_type_parse(name, &out->data_type)
		    : -1;
	if (!json_object_is_type(value, json_type_int) || json_object_get_int64(value) < 0)
		return -1;
	uint64_t number = json_object_get_uint64(value);
	memcpy(field, &number, sizeof number);
	return 0;
}

/* Reads the LEN bytes at LINE as exactly one JSON object; NULL if they are not. The caller puts it.
 */
static struct json_object *
parse_object(const char *line, size_t len)
{
	if (len > INT_MAX)
		return NULL;
	struct json_tokener *tokener = json_tokener_new();
	if (tokener == NULL)
		return NULL;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	struct json_object *object = json_tokener_parse_ex(tokener, line, (int)len);
	size_t stop;
	bool whole = json_tokener_get_error(tokener) == json_tokener_success &&
	    skip_space(line + json_tokener_get_parse_end(tokener), line + len) == line + len &&
	    json_object_is_type(object, json_type_object) && json_tokens_only(line, len, &stop);
	json_tokener_free(tokener);
	if (whole)
		return object;
	json_object_put(object);
	return NULL;
}

int
stream_decode(const char *line, size_t len, struct stream_control *out)
{
	enum stream_kind kind = stream_kind(line, len);
	struct json_object *object = kind != STREAM_DATA ? parse_object(line, len) : NULL;
	int result = object != NULL ? 0 : -1;

	*out = (struct stream_control){.kind = kind};
	if (result == 0)
		for (const struct member *m = lines[kind].members; m->name != NULL && result == 0;
		     m++)
			result = get_member(object, m, out);
	json_object_put(object);
	return result;
}

static void
add_text(struct buf *out, const char *text)
{
	struct json_object *s = json_object_new_string(text);
	if (s == NULL)
		mem_exhausted();
	buf_add_str(out,
	    json_object_to_json_string_ext(s,
		JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(s);
}

void
stream_encode(struct buf *out, const struct stream_control *c)
{
	const struct line *l = &lines[c->kind];

	buf_printf(out, "{\"type\":\"%s\"", l->type);
	for (const struct member *m = l->members; m->name != NULL; m++) {
		const char *field = (const char *)c + m->offset;
		uint64_t number;
		buf_printf(out, ",\"%s\":", m->name);
		switch (m->type) {
		case MEMBER_TEXT:
		case MEMBER_MORE_TEXT:
			add_text(out, field);
			break;
		case MEMBER_DUMP:
			add_text(out, dump_type_name(c->data_type));
			break;
		case MEMBER_NUMBER:
			memcpy(&number, field, sizeof number);
			buf_printf(out, "%llu", (unsigned long long)number);
			break;
		}
	}
	buf_add_str(out, "}\n");
}
