/* SPDX-License-Identifier: MIT */
/* What health says to programs. */
#include "marker/health_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/dump.h"
#include "common/mem.h"
#include "marker/json.h"
#include "marker/schema.h"
#include "marker/value.h"

static bool
is_at_work(const char *status)
{
	return strcmp(status, STATUS_IN_PROGRESS) == 0;
}

static const char *
extraction_status(const struct summary *sum)
{
	if (summary_failed(sum) != NULL)
		return "failed";
	if (strcmp(sum->overall, STATUS_COMPLETED) == 0)
		return "completed";
	return summary_busy(sum) ? "running" : "idle";
}

/* What is done now, for the caller to free; NULL if that is nothing. What is processed is further
 * than what is downloaded beside it. */
static char *
current_task(const struct summary *sum, bool running)
{
	char *task = NULL;

	for (size_t i = 0; running && i < sum->count; i++) {
		const struct summary_file *f = &sum->files[i];
		if (is_at_work(f->status)) {
			free(task);
			return mem_printf("processing %s", f->type);
		}
		if (task == NULL && is_at_work(f->download))
			task = mem_printf("downloading %s", f->type);
	}
	return task;
}

/* Those that are being sent, each over a connection of its own. */
static int64_t
count_connections(const struct summary *sum, bool running)
{
	int64_t count = 0;

	for (size_t i = 0; running && i < sum->count; i++)
		count += is_at_work(sum->files[i].status);
	return count;
}

/* A share, with four digits; null if it is not known. */
static struct json_object *
new_part(double part)
{
	char text[32];

	if (part < 0)
		return NULL;
	snprintf(text, sizeof text, "%.4g", part);
	struct json_object *value = json_object_new_double_s(part, text);
	if (value == NULL)
		mem_exhausted();
	return value;
}

/* The file of TYPE, NULL if the month has none. */
static const struct summary_file *
find_type(const struct summary *sum, enum dump_type type)
{
	for (size_t i = 0; i < sum->count; i++)
		if (strcmp(sum->files[i].type, dump_type_name(type)) == 0)
			return &sum->files[i];
	return NULL;
}

/* Records by type, and of the month. */
static struct json_object *
new_counts(const struct summary *sum)
{
	struct json_object *counts = value_new_object();

	for (enum dump_type type = 0; type < DUMP_TYPES; type++) {
		const struct summary_file *f = find_type(sum, type);
		value_set_count(counts, dump_type_name(type), f != NULL ? f->extracted : 0);
	}
	value_set_count(counts, "total", sum->extracted);
	return counts;
}

/* When the last record of each type is known to have been sent. */
static struct json_object *
new_times(const struct summary *sum)
{
	struct json_object *times = value_new_object();
	char text[CLOCK_TEXT_SIZE];

	for (enum dump_type type = 0; type < DUMP_TYPES; type++) {
		const struct summary_file *f = find_type(sum, type);
		time_t when = 0;
		if (f != NULL && f->records.done > 0)
			when = is_at_work(f->status) ? sum->updated : f->ended;
		value_set_text(times, dump_type_name(type),
		    when > 0 ? clock_text(text, when) : NULL);
	}
	return times;
}

void
health_json_print(const struct summary *sum, bool ill, struct buf *out)
{
	struct json_object *line = value_new_object();
	const char *status = extraction_status(sum);
	bool running = strcmp(status, "running") == 0;
	char *task = current_task(sum, running);
	char now[CLOCK_TEXT_SIZE];
	int64_t errors = 0;

	for (int i = 0; i < SUMMARY_PHASES; i++)
		errors += (int64_t)sum->phases[i].errors;
	value_set_text(line, "status", ill ? "unhealthy" : "healthy");
	value_set_text(line, "service", "dx");
	value_set_text(line, "current_task", task);
	value_set(line, "progress", new_part(sum->records.part));
	value_set(line, "extraction_progress", new_counts(sum));
	value_set(line, "last_extraction_time", new_times(sum));
	value_set_count(line, "active_connections", count_connections(sum, running));
	value_set_count(line, "error_count", errors);
	value_set_text(line, "extraction_status", status);
	value_set_text(line, "timestamp", clock_text(now, sum->now));
	json_print_line(line, out);
	json_object_put(line);
	free(task);
}
