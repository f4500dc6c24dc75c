/* SPDX-License-Identifier: MIT */
/* What the markers of a data folder say. */
#include "marker/months.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/io.h"
#include "common/mem.h"
#include "marker/schema.h"
#include "marker/store.h"
#include "marker/text.h"
#include "marker/value.h"

/* Seconds from member FROM of A to member TO of B; 0 if one is missing or they are the wrong way
 * round. */
static int64_t
between(const struct json_object *a, const char *from, const struct json_object *b, const char *to)
{
	time_t start, end;

	if (text_time(value_text(a, from), &start) != 0 || text_time(value_text(b, to), &end) != 0)
		return 0;
	return end > start ? (int64_t)(end - start) : 0;
}

static void
describe_file(const struct state *s, const char *name, struct json_object *entry,
    struct month_file *f)
{
	int64_t position = value_count(entry, "position");
	int64_t loaded = value_count(state_find_download(s, name), "bytes_downloaded");
	int64_t processed = value_count(entry, "source_bytes");

	f->completed = value_is(entry, "status", STATUS_COMPLETED);
	f->records = value_count(entry, "records_extracted");
	f->read = position > f->records ? position : f->records;
	f->bytes = processed > 0 ? processed : loaded;
	f->seconds = between(entry, "started_at", entry, "completed_at");
}

void
months_describe(const struct state *s, struct month *out)
{
	const char *version = state_version(s);

	*out = (struct month){0};
	if (dump_version_valid(version))
		memcpy(out->version, version, sizeof out->version);
	out->completed = value_is(s->summary, "overall_status", STATUS_COMPLETED);
	out->failed = value_is(s->summary, "overall_status", STATUS_FAILED);
	out->records = value_count(s->processing, "records_extracted");
	out->seconds = value_count(s->summary, "total_duration_seconds");
	if (out->seconds <= 0)
		out->seconds = between(s->download, "started_at", s->processing, "completed_at");
	json_object_object_foreach(value_get(s->processing, "progress_by_file"), name, entry) {
		char of[DUMP_VERSION_SIZE];
		enum dump_type type;
		if (dump_file_parse(name, of, &type) == 0)
			describe_file(s, name, entry, &out->files[type]);
	}
}

/* Reads the marker at PATH into M; -1 if that cannot be. */
static int
read_month(const char *path, const char *version, struct month *m)
{
	char *text, *why = NULL;
	size_t len;

	if (io_read_file(path, STORE_BYTES_MAX, &text, &len) != 0)
		return -1;
	struct state *s = state_parse(text, len, version, &why);
	free(text);
	free(why);
	if (s == NULL)
		return -1;
	months_describe(s, m);
	state_free(s);
	return 0;
}

static int
by_version(const void *a, const void *b)
{
	const struct month *x = a, *y = b;

	return strcmp(x->version, y->version);
}

void
months_read(const char *folder, struct months *out)
{
	DIR *dir = opendir(folder);

	*out = (struct months){0};
	for (struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;) {
		char *version = store_month_of(e->d_name);
		if (version == NULL)
			continue;
		char *path = mem_printf("%s/%s", folder, e->d_name);
		out->list = mem_resize(out->list, out->count + 1, sizeof *out->list);
		if (read_month(path, version, &out->list[out->count]) == 0)
			out->count++;
		free(path);
		free(version);
	}
	if (dir != NULL)
		closedir(dir);
	if (out->count > 0)
		qsort(out->list, out->count, sizeof *out->list, by_version);
}

void
months_free(struct months *m)
{
	free(m->list);
	*m = (struct months){0};
}

const struct month *
months_model(const struct months *m, const char *version, enum dump_type type)
{
	const struct month *best = NULL;

	for (size_t i = 0; i < m->count; i++) {
		const struct month *candidate = &m->list[i];
		int order = strcmp(candidate->version, version);
		if (order == 0 || !candidate->files[type].completed ||
		    candidate->files[type].read == 0)
			continue;
		/* They come oldest first: the last earlier one, and a later one if there is none.
		 */
		if (order < 0 || best == NULL)
			best = candidate;
	}
	return best;
}

const struct month *
months_completed(const struct months *m)
{
	for (size_t i = m->count; i > 0; i--)
		if (m->list[i - 1].completed)
			return &m->list[i - 1];
	return NULL;
}

int
months_newest(const char *folder, char *version)
{
	DIR *dir = opendir(folder);

	*version = '\0';
	if (dir == NULL)
		return -1;
	for (struct dirent *e; (e = readdir(dir)) != NULL;) {
		char *found = store_month_of(e->d_name);
		if (found != NULL && strcmp(found, version) > 0)
			memcpy(version, found, DUMP_VERSION_SIZE);
		free(found);
	}
	closedir(dir);
	return 0;
}

time_t
months_time(const char *version)
{
	char text[32];
	time_t when;

	if (!dump_version_valid(version))
		return 0;
	snprintf(text, sizeof text, "%.4s-%.2s-%.2sT00:00:00Z", version, version + 4, version + 6);
	return text_time(text, &when) == 0 ? when : 0;
}
