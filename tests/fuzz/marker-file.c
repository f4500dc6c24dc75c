/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target for the marker: whatever is taken for one is JSON to a strict reader,
 * is brought to the present shape once and for all, answers the same after it was written and read
 * again, and keeps doing so through changes; what a change says is so afterwards.
 *
 * The first bytes are changes, a digit or letter each, up to a line feed; the marker follows.
 */
#include "tests/fuzz/fuzz.h"

#include <sysexits.h>

#include "marker/decide.h"
#include "marker/json.h"
#include "marker/lookup.h"
#include "marker/operation.h"
#include "marker/ops.h"
#include "marker/report.h"
#include "marker/schema.h"
#include "marker/state.h"
#include "marker/value.h"

/* dx-publish's reader of JSON, written without json-c. */
#include "publish/record.c"

/* The most changes of an input. */
#define CHANGES_MAX 8

#define SHA256	    "2c1dd8d76001d568173d6eb12803f5ffbedaf0b0600fea646abd1d7462445cfd"
#define SHAPE	    "discogsography"
#define OPTIONS	    "max-rejects=5"

static char artists[] = "discogs_20260801_artists.xml.gz";
static char other[] = "other.gz";
static char *const files[] = {artists, other};

#define FILES (sizeof files / sizeof *files)

/* Changes, by the letter that stands for them. */
static const struct {
	char letter;
	operation_run *run;
	unsigned given;
} changes[] = {
    {'d', ops_start_download, 0},
    {'f', ops_start_file_download, 0},
    {'g', ops_file_downloaded, 0},
    {'G', ops_file_downloaded, WITH_SHA256},
    {'D', ops_complete_download, 0},
    {'x', ops_fail_download, 0},
    {'p', ops_start_processing, 0},
    {'P', ops_start_processing, WITH_RESUME},
    {'s', ops_start_file_processing, WITH_SHA256 | WITH_SHAPE},
    {'S', ops_start_file_processing, WITH_SHA256 | WITH_SHAPE | WITH_OPTIONS},
    {'u', ops_update_file_progress, WITH_POSITION},
    {'c', ops_complete_file_processing, 0},
    {'t', ops_completion_sent, 0},
    {'C', ops_complete_processing, 0},
    {'y', ops_fail_processing, 0},
    {'a', ops_update_publishing, 0},
    {'z', ops_fail_publishing, 0},
    {'E', ops_complete_extraction, 0},
    {'r', ops_reset, 0},
};

static struct buf text, again, answers, answers_again;

/* Every question there is, answered for every file. */
static void
ask(struct state *s, struct buf *out)
{
	static operation_run *const questions[] = {report_should_process, report_pending_files,
	    report_resume_point, report_verified, report_file_counts, report_unsent,
	    report_extraction_summary};

	out->len = 0;
	for (size_t i = 0; i < FILES; i++) {
		struct call c = {.file = files[i],
		    .files = files,
		    .file_count = FILES,
		    .sha256 = SHA256,
		    .shape = SHAPE,
		    .options = OPTIONS};
		for (size_t q = 0; q < sizeof questions / sizeof *questions; q++)
			REQUIRE(questions[q](s, &c, out) <= OPERATION_NO);
		REQUIRE(value_count(state_find_progress(s, files[i]), "position") >= 0);
	}
}

static bool
same(const struct buf *a, const struct buf *b)
{
	return a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}

/* Writes S, reads it, and finds the same. */
static void
check_written(struct state *s)
{
	char *why = NULL;

	text.len = again.len = 0;
	state_print(s, &text);
	buf_add_char(&text, '\0');
	struct state *read = state_parse(text.data, text.len - 1, state_version(s), &why);
	if (read == NULL)
		fprintf(stderr, "%s\n%s", why, text.data);
	REQUIRE(read != NULL && why == NULL);
	state_print(read, &again);
	buf_add_char(&again, '\0');
	REQUIRE(same(&text, &again));
	ask(s, &answers);
	ask(read, &answers_again);
	REQUIRE(same(&answers, &answers_again));
	state_free(read);
}

/* What a change says is so. */
static void
check_change(const struct state *s, operation_run *run, const struct call *c)
{
	const struct json_object *progress = state_find_progress(s, c->file);
	const struct json_object *download = state_find_download(s, c->file);

	if (run == ops_start_file_processing)
		REQUIRE(decide_change(progress, c->sha256, c->shape, OPTIONS) == DECIDE_SAME &&
		    value_count(progress, "position") == 0 && decide_pending(s, c->file) &&
		    strcmp(decide_run(s), "skip") != 0);
	else if (run == ops_update_file_progress)
		REQUIRE(value_count(progress, "position") == c->position &&
		    value_count(progress, "records_extracted") == c->numbers[0]);
	else if (run == ops_complete_file_processing)
		REQUIRE(!decide_pending(s, c->file) &&
		    value_count(progress, "position") >= c->numbers[0]);
	else if (run == ops_completion_sent)
		REQUIRE(!decide_unsent(progress));
	else if (run == ops_file_downloaded)
		REQUIRE(value_is(download, "status", STATUS_COMPLETED) &&
		    value_count(download, "bytes_downloaded") == c->numbers[0] &&
		    value_is(download, "checksum", SHA256) == (c->sha256 != NULL));
	else if (run == ops_fail_processing)
		REQUIRE(strcmp(decide_run(s), "skip") != 0);
}

static void
change(struct state *s, char letter, size_t number)
{
	char message[] = "why\xff not";

	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		if (changes[i].letter != letter)
			continue;
		const struct operation operation = {.name = "fuzz", .usage = ""};
		struct call c = {.operation = &operation,
		    .file = files[number % FILES],
		    .text = message,
		    .numbers = {(int64_t)number * 1000, 5, 6},
		    .number_count = 3,
		    .given = changes[i].given,
		    .position = (int64_t)number * 500};
		c.sha256 = (c.given & WITH_SHA256) != 0 ? SHA256 : NULL;
		c.shape = (c.given & WITH_SHAPE) != 0 ? SHAPE : NULL;
		c.options = (c.given & WITH_OPTIONS) != 0 ? OPTIONS : NULL;
		int result = changes[i].run(s, &c, &answers);
		REQUIRE(result <= OPERATION_NO || result == EX_DATAERR);
		if (result == EX_OK)
			check_change(s, changes[i].run, &c);
		state_touch(s);
		return;
	}
}

/* Looks for what surely is there, by all names that lead to it. */
static void
look(struct state *s)
{
	struct json_object *a = NULL, *b = NULL;

	REQUIRE(lookup(s->root, "download_phase.status", &a) &&
	    lookup(s->root, "/download_phase/status", &b) && a == b && a != NULL);
	REQUIRE(lookup(s->root, ".", &a) && a == s->root);
	lookup(s->root, "processing_phase.errors.0", &a);
	lookup(s->root, "download_phase.downloads_by_file.other.gz.status", &a);
}

static void
fuzz_one(const uint8_t *data, size_t size)
{
	const uint8_t *lf = memchr(data, '\n', size);
	size_t before = lf != NULL ? (size_t)(lf - data) + 1 : 0;
	char *marker = fuzz_text(data + before, size - before), *why = NULL;
	struct state *s = state_parse(marker, size - before, NULL, &why);
	struct record record;
	size_t at;

	REQUIRE((s == NULL) == (why != NULL));
	if (s != NULL) {
		REQUIRE(record_scan(marker, size - before, &record, &at) == NULL);
		check_written(s);
		look(s);
		for (size_t i = 0; i + 1 < before && i < CHANGES_MAX; i++)
			change(s, (char)data[i], i);
		/* After all of them: fewer are another input. */
		check_written(s);
	}
	free(why);
	state_free(s);
	free(marker);
}
