/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target for the lines of the stream: they come out of the reader as they
 * went in, however the pipe cuts them; what the scanner takes for JSON is JSON to
 * json-c too, with the same members; what is decoded as a control line is JSON, and encodes to a
 * line that says the same.
 */
#include "tests/fuzz/fuzz.h"

#include <unistd.h>

#include <json-c/json.h>

#include "common/buf.h"
#include "common/ndjson.h"
#include "common/stream.h"
#include "publish/limits.h"
#include "publish/message.h"
#include "publish/record.h"

/* Longer lines are refused. */
#define LINE_MAX_BYTES 2000

static int ends[2];
static struct ndjson *reader;
static struct json_tokener *tokener;
static struct buf first, second;

static void
start(void)
{
	REQUIRE(pipe(ends) == 0);
	reader = ndjson_open(ends[0], 1u << 20);
	tokener = json_tokener_new_ex(PUBLISH_DEPTH_MAX + 2);
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
}

/* The line with its NUL as json-c reads it; whether it reads all of it. The caller puts it. */
static bool
parse_by_json_c(const char *line, size_t len, struct json_object **out)
{
	json_tokener_reset(tokener);
	*out = json_tokener_parse_ex(tokener, line, (int)len + 1);
	size_t end = json_tokener_get_parse_end(tokener);
	return json_tokener_get_error(tokener) == json_tokener_success &&
	    end + strspn(line + end, " \t\r\n") == len;
}

/* Whether NAME is a member only once, so that both scanners mean the same. */
static bool
is_once(const char *line, const char *name)
{
	const char *found = strstr(line, name);

	return found != NULL && strstr(found + 1, name) == NULL && strchr(line, '\\') == NULL;
}

/* TEXT is a piece of the line, and what json-c has for NAME if that is a text. */
static void
check_member(const char *line, size_t len, struct json_object *object, const char *quoted,
    const struct record_text *text)
{
	char name[16];
	struct json_object *value = NULL;

	REQUIRE((text->data == NULL) == (text->len == 0) || text->len == 0);
	if (text->data == NULL)
		return;
	REQUIRE(text->data >= line && text->data + text->len <= line + len);
	REQUIRE(memchr(text->data, '"', text->len) == NULL);
	REQUIRE(memchr(text->data, '\\', text->len) == NULL);
	snprintf(name, sizeof name, "%.*s", (int)strlen(quoted) - 2, quoted + 1);
	REQUIRE(json_object_object_get_ex(object, name, &value));
	if (!is_once(line, quoted) || !json_object_is_type(value, json_type_string))
		return;
	REQUIRE((size_t)json_object_get_string_len(value) == text->len);
	REQUIRE(memcmp(json_object_get_string(value), text->data, text->len) == 0);
}

/* The record and the message made of it. Returns whether the line is JSON. */
static bool
check_record(const char *line, size_t len)
{
	struct record record;
	struct message m;
	struct json_object *object;
	size_t at;
	const char *problem = record_scan(line, len, &record, &at);

	REQUIRE(at <= len);
	if (problem != NULL)
		return false;
	REQUIRE(at == len && parse_by_json_c(line, len, &object));
	check_member(line, len, object, "\"type\"", &record.type);
	check_member(line, len, object, "\"id\"", &record.id);
	check_member(line, len, object, "\"sha256\"", &record.sha256);
	json_object_put(object);
	message_of_record(&m, DUMP_MASTERS, line, len, 7, &record);
	REQUIRE(m.body == line && m.len == len && m.line == 7 && !m.control);
	REQUIRE(memchr(m.kind, '\0', sizeof m.kind) != NULL && m.kind[0] != '\0');
	REQUIRE(memchr(m.id, '\0', sizeof m.id) != NULL);
	REQUIRE(m.id[0] == '\0' || strncmp(m.id, "masters/", 8) == 0);
	return true;
}

static void
encode(struct buf *out, const struct stream_control *c)
{
	out->len = 0;
	stream_encode(out, c);
	REQUIRE(out->len > 0 && memchr(out->data, '\n', out->len) == out->data + out->len - 1);
	/* As the reader gives it. */
	out->data[--out->len] = '\0';
}

static void
check_control(const char *line, size_t len, bool json)
{
	struct stream_control c, again;
	enum stream_kind kind = stream_kind(line, len);

	if (stream_decode(line, len, &c) != 0)
		return;
	REQUIRE(json && kind != STREAM_DATA && c.kind == kind);
	encode(&first, &c);
	REQUIRE(check_record(first.data, first.len));
	REQUIRE(stream_decode(first.data, first.len, &again) == 0 && again.kind == kind);
	REQUIRE(strcmp(c.file, again.file) == 0 && strcmp(c.path, again.path) == 0);
	REQUIRE(strcmp(c.version, again.version) == 0 && strcmp(c.sha256, again.sha256) == 0);
	REQUIRE(c.bytes == again.bytes && c.records == again.records);
	REQUIRE(c.skipped == again.skipped && c.data_type == again.data_type);
	encode(&second, &again);
	REQUIRE(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
}

static void
send_part(const uint8_t *data, size_t len)
{
	REQUIRE(write(ends[1], data, len) == (ssize_t)len);
}

static void
fuzz_one(const uint8_t *data, size_t size)
{
	const uint8_t *end = data + size;
	size_t cut = size > 0 ? data[0] * size / 256 : 0, sent = cut;
	uint64_t number;
	char *line = NULL;

	if (reader == NULL)
		start();
	number = ndjson_line_number(reader);
	if (cut > 0)
		send_part(data, cut);
	while (data < end) {
		const uint8_t *lf = memchr(data, '\n', (size_t)(end - data));
		size_t len = (size_t)((lf != NULL ? lf : end) - data), got = 0;
		enum ndjson_result result;
		while ((result = ndjson_take(reader, &line, &got)) == NDJSON_MORE) {
			/* The rest of the input, then the end of its last line. */
			if (sent < size)
				send_part(end - size + sent, size - sent);
			else if (sent == size)
				send_part((const uint8_t *)"\n", 1);
			sent = sent < size ? size : size + 1;
			REQUIRE(ndjson_fill(reader) == 0);
		}
		REQUIRE(result == NDJSON_LINE && ndjson_line_number(reader) == ++number);
		REQUIRE(got == len && memcmp(line, data, len) == 0 && line[len] == '\0');
		data += len + (lf != NULL);
		/* In memory of its own, for the sanitizer to see a byte too far. */
		char *text = fuzz_text((const uint8_t *)line, len);
		if (len <= LINE_MAX_BYTES)
			check_control(text, len, check_record(text, len));
		free(text);
	}
}
