/* SPDX-License-Identifier: MIT */
/* What holds for a month. */
#include "marker/summary.h"

#include <sys/stat.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/mem.h"
#include "marker/decide.h"
#include "marker/human.h"
#include "marker/schema.h"
#include "marker/text.h"
#include "marker/value.h"

/* The most that is shown of what is not done: an estimate may be too low. */
#define PART_MAX 0.99

static time_t
time_of(const struct json_object *object, const char *name)
{
	time_t when;

	return text_time(value_text(object, name), &when) == 0 ? when : 0;
}

static int64_t
seconds_between(time_t from, time_t to)
{
	return from > 0 && to > from ? (int64_t)(to - from) : 0;
}

/* What follows from done, total and rate. */
static void
derive(struct summary_amount *a, bool completed)
{
	a->left = -1;
	if (completed) {
		a->total = a->done;
		a->about = false;
		a->part = 1;
		a->left = 0;
		return;
	}
	a->part = -1;
	if (a->total <= 0)
		return;
	a->part = (double)a->done / (double)a->total;
	if (a->part > PART_MAX)
		a->part = PART_MAX;
	if (a->rate > 0 && a->done < a->total)
		a->left = human_whole((double)(a->total - a->done) / a->rate);
}

static void
take_phase(struct summary_phase *p, const char *name, const struct json_object *phase,
    const char *files)
{
	struct json_object *errors = value_get(phase, "errors");

	p->name = name;
	p->status = value_text(phase, "status");
	p->started = time_of(phase, "started_at");
	p->ended = time_of(phase, "completed_at");
	p->files = files != NULL ? value_count(phase, files) : 0;
	p->files_total = value_count(phase, "files_total");
	p->errors = json_object_array_length(errors);
	if (p->errors > 0)
		p->error = json_object_get_string(json_object_array_get_idx(errors, p->errors - 1));
}

static struct summary_file *
find_file(struct summary *sum, const char *name)
{
	for (size_t i = 0; i < sum->count; i++)
		if (strcmp(sum->files[i].name, name) == 0)
			return &sum->files[i];
	return NULL;
}

static void
add_file(struct summary *sum, const char *name, bool known)
{
	char version[DUMP_VERSION_SIZE];
	enum dump_type type;

	if (find_file(sum, name) != NULL)
		return;
	sum->files = mem_resize(sum->files, sum->count + 1, sizeof *sum->files);
	struct summary_file *f = &sum->files[sum->count++];
	*f = (struct summary_file){.name = mem_strdup(name), .known = known};
	f->type = dump_file_parse(name, version, &type) == 0 ? dump_type_name(type) : f->name;
}

/* Those of the dumps first, in their order; then those with other names. */
static int
by_type(const void *a, const void *b)
{
	const struct summary_file *x = a, *y = b;
	enum dump_type i = DUMP_TYPES, j = DUMP_TYPES;

	if (dump_type_parse(x->type, &i) != 0)
		i = DUMP_TYPES;
	if (dump_type_parse(y->type, &j) != 0)
		j = DUMP_TYPES;
	return i != j ? (i < j ? -1 : 1) : strcmp(x->name, y->name);
}

/* The files that the marker names, and the others of a month that is to have all of them. */
static void
list_files(struct summary *sum, const struct state *s)
{
	char name[DUMP_FILE_SIZE];

	json_object_object_foreach(value_get(s->download, "downloads_by_file"), file, loaded) {
		(void)loaded;
		add_file(sum, file, true);
	}
	json_object_object_foreach(value_get(s->processing, "progress_by_file"), other, entry) {
		(void)entry;
		add_file(sum, other, true);
	}
	int64_t total = sum->phases[SUMMARY_DOWNLOAD].files_total;
	if (total < sum->phases[SUMMARY_PROCESSING].files_total)
		total = sum->phases[SUMMARY_PROCESSING].files_total;
	for (int i = 0; total == DUMP_TYPES && dump_version_valid(sum->version) && i < DUMP_TYPES;
	     i++)
		add_file(sum, dump_file_name(name, sum->version, (enum dump_type)i), false);
	if (sum->count > 0)
		qsort(sum->files, sum->count, sizeof *sum->files, by_type);
}

/* The size of the part of F that is there, which its entry does not say before its end. Notes when
 * it grew. */
static int64_t
part_size(struct summary *sum, const struct summary_file *f, const char *folder)
{
	char *path = mem_printf("%s/%s.part", folder, f->name);
	struct stat info;
	int64_t size = 0;

	/* A name from elsewhere may lead out of the folder. */
	if (text_is_file_name(f->name) && stat(path, &info) == 0 && S_ISREG(info.st_mode)) {
		size = info.st_size;
		if (info.st_mtime > sum->active)
			sum->active = info.st_mtime;
	}
	free(path);
	return size;
}

static void
take_download(struct summary *sum, struct summary_file *f, const struct state *s,
    const struct month_file *model, const char *folder)
{
	const struct json_object *entry = state_find_download(s, f->name);
	const char *status = value_text(entry, "status");
	bool completed = value_is(entry, "status", STATUS_COMPLETED);

	f->download = status != NULL ? status : STATUS_PENDING;
	f->bytes.done = value_count(entry, "bytes_downloaded");
	if (strcmp(f->download, STATUS_IN_PROGRESS) == 0) {
		int64_t size = part_size(sum, f, folder);
		if (size > f->bytes.done)
			f->bytes.done = size;
	}
	int64_t seconds = seconds_between(time_of(entry, "started_at"),
	    time_of(entry, "completed_at"));
	if (completed && seconds > 0)
		f->bytes.rate = (double)f->bytes.done / (double)seconds;
	if (model != NULL) {
		f->bytes.total = model->bytes;
		f->bytes.about = true;
	}
	derive(&f->bytes, completed);
}

/* How many records F will have by MODEL. */
static int64_t
estimate(const struct summary_file *f, const struct json_object *entry,
    const struct month_file *model)
{
	int64_t bytes = value_count(entry, "source_bytes");

	if (bytes == 0 && strcmp(f->download, STATUS_COMPLETED) == 0)
		bytes = f->bytes.done;
	if (bytes == 0 || model->bytes == 0)
		return model->read;
	return human_whole((double)model->read / (double)model->bytes * (double)bytes);
}

/*
 * Records a second: of a file that is done, from its start to its end; of one at work, in the
 * present run, as far as the history tells what was there before it. A run starts with
 * start-download, whose time is newer than that of the file's start if the file is older than the
 * run.
 */
static double
records_rate(const struct summary *sum, const struct summary_file *f, bool completed)
{
	time_t from = f->started, to = completed ? f->ended : sum->updated;
	time_t run = sum->phases[SUMMARY_DOWNLOAD].started;
	const struct history_run *last = history_last(&sum->history, sum->version);
	int64_t done = f->records.done;
	enum dump_type type;

	if (!completed && run > from && last != NULL && last->ended <= run && last->ended >= from &&
	    dump_type_parse(f->type, &type) == 0 && last->positions[type] <= done) {
		from = run;
		done -= last->positions[type];
	}
	int64_t seconds = seconds_between(from, to);
	return seconds > 0 ? (double)done / (double)seconds : 0;
}

static void
take_progress(struct summary *sum, struct summary_file *f, const struct state *s,
    const struct month_file *model)
{
	struct json_object *entry = state_find_progress(s, f->name);
	const char *status = value_text(entry, "status");
	bool completed = value_is(entry, "status", STATUS_COMPLETED);
	int64_t position = value_count(entry, "position");

	f->status = status != NULL ? status : STATUS_PENDING;
	f->extracted = value_count(entry, "records_extracted");
	f->records.done = position > f->extracted ? position : f->extracted;
	f->rejected = f->records.done - f->extracted;
	f->messages = value_count(entry, "messages_published");
	f->batches = value_count(entry, "batches_sent");
	f->started = time_of(entry, "started_at");
	f->ended = time_of(entry, "completed_at");
	f->unsent = decide_unsent(entry);
	f->records.rate = records_rate(sum, f, completed);
	if (model != NULL) {
		f->records.total = estimate(f, entry, model);
		f->records.about = true;
	}
	derive(&f->records, completed);
	/* What was not begun will take as long as last time, or so. */
	if (f->records.done == 0 && !completed && model != NULL && model->seconds > 0)
		f->records.left = human_whole(
		    (double)f->records.total * (double)model->seconds / (double)model->read);
}

static void
take_files(struct summary *sum, const struct state *s, const char *folder)
{
	for (size_t i = 0; i < sum->count; i++) {
		struct summary_file *f = &sum->files[i];
		const struct month *month = NULL;
		enum dump_type type;
		if (dump_type_parse(f->type, &type) == 0)
			month = months_model(&sum->months, sum->version, type);
		const struct month_file *model = month != NULL ? &month->files[type] : NULL;
		take_download(sum, f, s, model, folder);
		take_progress(sum, f, s, model);
		sum->pending += strcmp(f->status, STATUS_COMPLETED) != 0;
		sum->unsent += f->unsent;
		sum->rejected = value_sum(sum->rejected, f->rejected);
	}
}

/* Adds the amounts at OFFSET of all files to TOTAL. One that is not known makes the sum so. */
static void
add_amounts(const struct summary *sum, size_t offset, bool completed, struct summary_amount *total)
{
	bool total_known = sum->count > 0, left_known = sum->count > 0;
	int64_t left = 0;

	for (size_t i = 0; i < sum->count; i++) {
		const struct summary_amount *a =
		    (const struct summary_amount *)(const void *)((const char *)&sum->files[i] +
			offset);
		total->done = value_sum(total->done, a->done);
		total->total = value_sum(total->total, a->total);
		total->about |= a->about;
		total_known &= a->part >= 0;
		left_known &= a->left >= 0;
		left = value_sum(left, a->left > 0 ? a->left : 0);
		if (a->part >= 0 && a->part < 1)
			total->rate = a->rate > 0 ? a->rate : total->rate;
	}
	if (!total_known)
		total->total = 0;
	derive(total, completed);
	if (!completed)
		total->left = left_known ? left : -1;
}

/* Sums that no entry bears out, as an old marker has them, are what the phases say. */
static void
take_totals(struct summary *sum, const struct state *s)
{
	bool downloaded = value_is(s->download, "status", STATUS_COMPLETED);
	bool processed = value_is(s->processing, "status", STATUS_COMPLETED);
	int64_t bytes = value_count(s->download, "bytes_downloaded");

	add_amounts(sum, offsetof(struct summary_file, bytes), downloaded, &sum->bytes);
	add_amounts(sum, offsetof(struct summary_file, records), processed, &sum->records);
	if (bytes > sum->bytes.done)
		sum->bytes.done = bytes;
	sum->extracted = value_count(s->processing, "records_extracted");
	sum->messages = value_count(s->publishing, "messages_published");
	sum->batches = value_count(s->publishing, "batches_sent");
	sum->seconds = value_count(s->summary, "total_duration_seconds");
	if (sum->seconds == 0)
		sum->seconds = seconds_between(sum->phases[SUMMARY_DOWNLOAD].started,
		    processed ? sum->phases[SUMMARY_PROCESSING].ended : sum->updated);
}

/* The file that a restart would go on with: one that was begun, else the first that was not. */
static const struct summary_file *
next_file(const struct summary *sum)
{
	const struct summary_file *next = NULL;

	for (size_t i = 0; i < sum->count; i++) {
		const struct summary_file *f = &sum->files[i];
		if (strcmp(f->status, STATUS_COMPLETED) == 0)
			continue;
		if (f->records.done > 0)
			return f;
		if (next == NULL)
			next = f;
	}
	return next;
}

static void
take_restart(struct summary *sum)
{
	const struct summary_file *next = next_file(sum);
	const struct summary_phase *failed = summary_failed(sum);
	char count[HUMAN_SIZE];

	if (strcmp(sum->decision, "skip") == 0) {
		sum->would = mem_strdup("do nothing");
		sum->why = mem_strdup("the month is completed");
		return;
	}
	if (strcmp(sum->decision, "reprocess") == 0) {
		sum->would = mem_strdup("download the month again");
	} else if (sum->count == 0) {
		sum->would = mem_strdup("start the month");
	} else if (next == NULL) {
		sum->would = mem_strdup("finish the month, all its files are done");
	} else if (next->records.done > 0) {
		sum->would = mem_printf("go on with %s behind record %s, %zu of %zu files left",
		    next->type, human_count(count, next->records.done), sum->pending, sum->count);
	} else {
		sum->would =
		    mem_printf("go on with %s from its first record, %zu of %zu files left",
			next->type, sum->pending, sum->count);
	}
	if (failed != NULL)
		sum->why = mem_printf("%s failed", failed->name);
	else if (sum->count == 0)
		sum->why = mem_strdup("nothing of it is done");
	else
		sum->why = mem_strdup("the month is not completed");
}

void
summary_make(struct summary *out, const struct state *s, const struct call *c)
{
	*out = (struct summary){.version = state_version(s),
	    .overall = value_text(s->summary, "overall_status"),
	    .now = operation_now(c),
	    .decision = decide_run(s)};
	months_read(c->folder, &out->months);
	history_read(c->folder, &out->history);
	/* A marker that is not there was not updated either. */
	if (access(c->marker, F_OK) == 0)
		out->updated = out->active = time_of(s->root, "last_updated");
	take_phase(&out->phases[SUMMARY_DOWNLOAD], "download", s->download, "files_downloaded");
	take_phase(&out->phases[SUMMARY_PROCESSING], "processing", s->processing,
	    "files_processed");
	take_phase(&out->phases[SUMMARY_PUBLISHING], "publishing", s->publishing, NULL);
	list_files(out, s);
	take_files(out, s, c->folder);
	take_totals(out, s);
	take_restart(out);
	out->age = seconds_between(out->active, out->now);
	const struct history_run *last = history_last(&out->history, out->version);
	out->at_rest = last != NULL && last->status == 0 && last->ended >= out->active;
}

void
summary_free(struct summary *sum)
{
	for (size_t i = 0; i < sum->count; i++)
		free(sum->files[i].name);
	free(sum->files);
	free(sum->would);
	free(sum->why);
	months_free(&sum->months);
	history_free(&sum->history);
	*sum = (struct summary){0};
}

const struct summary_phase *
summary_failed(const struct summary *sum)
{
	for (int i = 0; i < SUMMARY_PHASES; i++)
		if (strcmp(sum->phases[i].status, STATUS_FAILED) == 0)
			return &sum->phases[i];
	return NULL;
}

bool
summary_busy(const struct summary *sum)
{
	return !sum->at_rest &&
	    (strcmp(sum->phases[SUMMARY_DOWNLOAD].status, STATUS_IN_PROGRESS) == 0 ||
		strcmp(sum->phases[SUMMARY_PROCESSING].status, STATUS_IN_PROGRESS) == 0);
}
