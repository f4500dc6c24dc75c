/* SPDX-License-Identifier: MIT */
/* The history of a data folder. */
#include "marker/history.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/clock.h"
#include "common/io.h"
#include "common/log.h"
#include "common/mem.h"
#include "marker/json.h"
#include "marker/months.h"
#include "marker/schema.h"
#include "marker/text.h"
#include "marker/value.h"

/* The counts of a line, with where they go. */
static const struct {
	const char *name;
	size_t member;
} counts[] = {
    {"status", offsetof(struct history_run, status)},
    {"seconds", offsetof(struct history_run, seconds)},
    {"records", offsetof(struct history_run, records)},
    {"rejected", offsetof(struct history_run, rejected)},
    {"messages", offsetof(struct history_run, messages)},
    {"batches", offsetof(struct history_run, batches)},
    {"bytes", offsetof(struct history_run, bytes)},
};

static int64_t *
count_of(struct history_run *run, size_t i)
{
	return (int64_t *)(void *)((char *)run + counts[i].member);
}

/* The count in member NAME of a line that nobody checked; 0 for anything else. */
static int64_t
some_count(const struct json_object *line, const char *name)
{
	const struct json_object *value = value_get(line, name);

	if (!json_object_is_type(value, json_type_int) || json_object_get_int64(value) < 0)
		return 0;
	return json_object_get_int64(value);
}

static void
read_positions(const struct json_object *line, int64_t positions[DUMP_TYPES])
{
	const struct json_object *object = value_get(line, "positions");

	for (int i = 0; json_object_is_type(object, json_type_object) && i < DUMP_TYPES; i++)
		positions[i] = some_count(object, dump_type_name((enum dump_type)i));
}

static void
read_version(const struct json_object *line, char version[DUMP_VERSION_SIZE])
{
	const char *text = value_text(line, "version");

	if (text != NULL && dump_version_valid(text))
		memcpy(version, text, DUMP_VERSION_SIZE);
}

/* -1 if LINE is no run. */
static int
read_run(const struct json_object *line, struct history_run *run)
{
	*run = (struct history_run){0};
	if (text_time(value_text(line, "started"), &run->started) != 0 ||
	    text_time(value_text(line, "ended"), &run->ended) != 0 ||
	    !json_object_is_type(value_get(line, "status"), json_type_int))
		return -1;
	read_version(line, run->version);
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
		*count_of(run, i) = some_count(line, counts[i].name);
	read_positions(line, run->positions);
	return 0;
}

static void
add_mark(struct history *h, const struct json_object *line, time_t when)
{
	struct history_mark mark = {.when = when};

	read_version(line, mark.version);
	read_positions(line, mark.positions);
	h->marks = mem_resize(h->marks, h->mark_count + 1, sizeof *h->marks);
	h->marks[h->mark_count++] = mark;
}

/* The end of the file PATH, terminated, for the caller to free: NULL if there is none. It may start
 * within a line. */
static char *
read_tail(const char *path, size_t *len)
{
	int fd = io_open(path, O_RDONLY, 0);
	if (fd < 0)
		return NULL;
	off_t size = lseek(fd, 0, SEEK_END);
	off_t from = size > (off_t)HISTORY_BYTES_MAX ? size - (off_t)HISTORY_BYTES_MAX : 0;
	char *text = mem_alloc(HISTORY_BYTES_MAX + 1);
	ssize_t n = size < 0 ? -1 : io_read_at(fd, text, HISTORY_BYTES_MAX, from);

	close(fd);
	if (n < 0) {
		free(text);
		return NULL;
	}
	text[n] = '\0';
	*len = (size_t)n;
	return text;
}

/* What the last run of H added: all that its month has, but what it had before. */
static void
set_added(struct history *h)
{
	struct history_run *run = &h->runs[h->count - 1];
	int64_t before = 0;

	for (size_t i = h->count - 1; i > 0; i--) {
		if (strcmp(h->runs[i - 1].version, run->version) != 0)
			continue;
		before = h->runs[i - 1].records;
		break;
	}
	/* Fewer than before: the month was started afresh. */
	run->added = run->records >= before ? run->records - before : run->records;
}

/* Adds what the LEN bytes at TEXT, which a NUL follows, say: nothing if they cannot be read. */
static void
read_line(struct history *h, const char *text, size_t len)
{
	char *why;
	struct json_object *line = json_read(text, len, &why);
	struct history_run run;
	time_t sampled;

	free(why);
	if (line != NULL && read_run(line, &run) == 0) {
		h->runs = mem_resize(h->runs, h->count + 1, sizeof *h->runs);
		h->runs[h->count++] = run;
		set_added(h);
		add_mark(h, line, run.ended);
	} else if (line != NULL && text_time(value_text(line, "sampled"), &sampled) == 0) {
		add_mark(h, line, sampled);
	}
	json_object_put(line);
}

void
history_read(const char *folder, struct history *out)
{
	char *path = mem_printf("%s/%s", folder, HISTORY_NAME);
	size_t len = 0;
	char *text = read_tail(path, &len);

	*out = (struct history){0};
	free(path);
	for (char *p = text, *end; p != NULL && p < text + len; p = end + 1) {
		end = memchr(p, '\n', (size_t)(text + len - p));
		if (end == NULL)
			end = text + len;
		*end = '\0';
		read_line(out, p, (size_t)(end - p));
	}
	free(text);
}

void
history_free(struct history *h)
{
	free(h->runs);
	free(h->marks);
	*h = (struct history){0};
}

const struct history_run *
history_last(const struct history *h, const char *version)
{
	for (size_t i = h->count; i > 0; i--)
		if (version == NULL || strcmp(h->runs[i - 1].version, version) == 0)
			return &h->runs[i - 1];
	return NULL;
}

/* How many records of each type MONTH has read. */
static struct json_object *
new_positions(const struct month *month)
{
	struct json_object *positions = value_new_object();

	for (int i = 0; i < DUMP_TYPES; i++)
		if (month->files[i].read > 0)
			value_set_count(positions, dump_type_name((enum dump_type)i),
			    month->files[i].read);
	return positions;
}

/* What S says of the month, for a line. */
static void
add_month(struct json_object *line, const struct state *s)
{
	struct month month;
	int64_t rejected = 0;

	months_describe(s, &month);
	for (int i = 0; i < DUMP_TYPES; i++)
		rejected = value_sum(rejected, month.files[i].read - month.files[i].records);
	value_set_count(line, "records", month.records);
	value_set_count(line, "rejected", rejected);
	value_set_count(line, "messages", value_count(s->publishing, "messages_published"));
	value_set_count(line, "batches", value_count(s->publishing, "batches_sent"));
	value_set_count(line, "bytes", value_count(s->download, "bytes_downloaded"));
	value_set(line, "positions", new_positions(&month));
}

/* Appends TEXT to PATH by one write. A line that was left without its end gets it first. */
static int
append(const char *path, const struct buf *text)
{
	struct buf whole = {0};
	char last = '\n';
	int fd = io_open(path, O_RDWR | O_APPEND | O_CREAT, 0644);
	int result = -1;

	if (fd >= 0) {
		off_t size = lseek(fd, 0, SEEK_END);
		if (size > 0 && io_read_at(fd, &last, 1, size - 1) == 1 && last != '\n')
			buf_add_char(&whole, '\n');
		buf_add(&whole, text->data, text->len);
		result = io_write_all(fd, whole.data, whole.len);
		if (result == 0)
			result = io_sync_data(fd);
		if (result == 0)
			result = io_close_synced(fd);
		else
			close(fd);
	}
	if (result != 0)
		log_error("%s: cannot be written: %s", path, strerror(errno));
	buf_free(&whole);
	return result == 0 ? EX_OK : EX_IOERR;
}

/* Appends LINE, which it frees, to the history of C's folder. */
static int
append_line(const struct call *c, struct json_object *line)
{
	struct buf bytes = {0};
	char *path = mem_printf("%s/%s", c->folder, HISTORY_NAME);

	json_print_line(line, &bytes);
	int status = append(path, &bytes);
	free(path);
	buf_free(&bytes);
	json_object_put(line);
	return status;
}

int
history_record(struct state *s, const struct call *c, struct buf *out)
{
	struct json_object *line = value_new_object();
	char text[CLOCK_TEXT_SIZE];
	time_t now = operation_now(c);

	(void)out;
	value_set_text(line, "started", clock_text(text, (time_t)c->started));
	value_set_text(line, "ended", clock_text(text, now));
	value_set_text(line, "version", s != NULL ? state_version(s) : NULL);
	value_set_count(line, "status", c->status);
	value_set_count(line, "seconds", now > c->started ? (int64_t)now - c->started : 0);
	if (s != NULL)
		add_month(line, s);
	return append_line(c, line);
}

int
history_sample(struct state *s, const struct call *c, struct buf *out)
{
	char text[CLOCK_TEXT_SIZE];
	struct month month;

	(void)out;
	if (s == NULL || !value_is(s->processing, "status", STATUS_IN_PROGRESS))
		return EX_OK;
	struct json_object *line = value_new_object();
	months_describe(s, &month);
	value_set_text(line, "sampled", clock_text(text, operation_now(c)));
	value_set_text(line, "version", state_version(s));
	value_set(line, "positions", new_positions(&month));
	return append_line(c, line);
}
