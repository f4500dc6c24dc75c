/* SPDX-License-Identifier: MIT */
/* Tests of marker/summary: shares, rates, time left, and what a restart would do. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/mem.h"
#include "marker/human.h"
#include "marker/schema.h"
#include "marker/summary.h"
#include "marker/value.h"
#include "tests/unit/unit.h"

#define JULY   "20260701"
#define AUGUST "20260801"
#define NOW    1785758400 /* 2026-08-03T12:00:00Z */

static void
set_time(struct json_object *object, const char *name, time_t when)
{
	char text[CLOCK_TEXT_SIZE];

	value_set_text(object, name, clock_text(text, when));
}

/* An entry of TYPE in S with RECORDS, at work from FROM to TO, or still if that is 0. */
static struct json_object *
add_progress(struct state *s, enum dump_type type, int64_t records, time_t from, time_t to)
{
	char name[DUMP_FILE_SIZE];
	struct json_object *e = state_make_progress(s,
	    dump_file_name(name, state_version(s), type));

	value_set_text(e, "status", to > 0 ? STATUS_COMPLETED : STATUS_IN_PROGRESS);
	value_set_count(e, "records_extracted", records);
	value_set_count(e, "position", records);
	set_time(e, "started_at", from);
	if (to > 0)
		set_time(e, "completed_at", to);
	state_count_progress(s);
	return e;
}

static void
save(const struct state *s, const char *folder)
{
	char *path = mem_printf("%s/.extraction_status_%s.json", folder, state_version(s));
	FILE *f = fopen(path, "w");
	struct buf text = {0};

	ck_assert_ptr_nonnull(f);
	state_print(s, &text);
	ck_assert_uint_eq(fwrite(text.data, 1, text.len, f), text.len);
	ck_assert_int_eq(fclose(f), 0);
	buf_free(&text);
	free(path);
}

/* A folder with July: 1000 labels of 500 bytes in 100 seconds, 8000 releases in 400. */
static char *
folder_with_july(void)
{
	char *folder = unit_folder();
	struct state *s = state_new(JULY);

	value_set_count(add_progress(s, DUMP_LABELS, 1000, NOW, NOW + 100), "source_bytes", 500);
	add_progress(s, DUMP_RELEASES, 8000, NOW, NOW + 400);
	value_set_text(s->summary, "overall_status", STATUS_COMPLETED);
	save(s, folder);
	state_free(s);
	return folder;
}

/* What holds for S, which was updated at NOW. */
static struct summary
summarise(struct state *s, const char *folder)
{
	struct summary sum;
	char *path = mem_printf("%s/.extraction_status_%s.json", folder, state_version(s));
	struct call c = {.folder = folder, .marker = path, .given = WITH_NOW, .now = NOW + 7};

	set_time(s->root, "last_updated", NOW);
	save(s, folder);
	summary_make(&sum, s, &c);
	free(path);
	return sum;
}

static const struct summary_file *
file_of(const struct summary *sum, const char *type)
{
	for (size_t i = 0; i < sum->count; i++)
		if (strcmp(sum->files[i].type, type) == 0)
			return &sum->files[i];
	ck_abort_msg("no %s", type);
	return NULL;
}

START_TEST(totals_come_from_the_month_before)
{
	char *folder = folder_with_july();
	struct state *s = state_new(AUGUST);

	/* Twice the bytes of July: twice the records. */
	value_set_count(add_progress(s, DUMP_LABELS, 500, NOW - 50, 0), "source_bytes", 1000);
	value_set_count(s->processing, "files_total", DUMP_TYPES);
	value_set_text(s->processing, "status", STATUS_IN_PROGRESS);
	struct summary sum = summarise(s, folder);

	ck_assert_uint_eq(sum.count, DUMP_TYPES);
	ck_assert_int_eq(sum.age, 7);
	const struct summary_file *f = file_of(&sum, "labels");
	ck_assert_int_eq(f->records.total, 2000);
	ck_assert(f->records.about);
	ck_assert_double_eq_tol(f->records.part, 0.25, 1e-9);
	ck_assert_double_eq_tol(f->records.rate, 10, 1e-9);
	ck_assert_int_eq(f->records.left, 150);
	/* Not begun: as many as in July, in the time of July. */
	f = file_of(&sum, "releases");
	ck_assert_int_eq(f->records.total, 8000);
	ck_assert_int_eq(f->records.left, 400);
	/* July had none: nothing is known of these, nor of the month as a whole. */
	ck_assert_double_lt(file_of(&sum, "artists")->records.part, 0);
	ck_assert_double_lt(sum.records.part, 0);
	ck_assert_int_eq(sum.records.left, -1);
	ck_assert_str_eq(sum.would, "go on with labels behind record 500, 4 of 4 files left");
	summary_free(&sum);
	state_free(s);
	free(folder);
}
END_TEST

START_TEST(an_estimate_that_is_too_low_is_never_all)
{
	char *folder = folder_with_july();
	struct state *s = state_new(AUGUST);

	add_progress(s, DUMP_LABELS, 5000, NOW - 50, 0);
	struct summary sum = summarise(s, folder);
	ck_assert_double_lt(sum.files[0].records.part, 1);
	ck_assert_int_eq(sum.files[0].records.left, -1);
	summary_free(&sum);
	state_free(s);

	s = state_new(AUGUST);
	add_progress(s, DUMP_LABELS, 5000, NOW - 50, NOW);
	sum = summarise(s, folder);
	ck_assert_double_eq(sum.files[0].records.part, 1);
	ck_assert_int_eq(sum.files[0].records.total, 5000);
	ck_assert(!sum.files[0].records.about);
	ck_assert_uint_eq(sum.unsent, 1);
	summary_free(&sum);
	state_free(s);
	free(folder);
}
END_TEST

START_TEST(the_rate_is_that_of_the_present_run)
{
	char *folder = folder_with_july();
	struct state *s = state_new(AUGUST);
	struct call c = {.folder = folder,
	    .given = WITH_NOW,
	    .now = NOW - 5000,
	    .started = NOW - 9000,
	    .status = 69};

	/* 4000 records, then a day of nothing, then 40 records in 10 seconds. */
	add_progress(s, DUMP_RELEASES, 4000, NOW - 9000, 0);
	ck_assert_int_eq(history_record(s, &c, NULL), 0);
	add_progress(s, DUMP_RELEASES, 4040, NOW - 9000, 0);
	set_time(s->download, "started_at", NOW - 10);
	struct summary sum = summarise(s, folder);
	ck_assert_double_eq_tol(sum.files[0].records.rate, 4, 1e-9);
	ck_assert_int_eq(sum.files[0].records.left, 990);
	summary_free(&sum);
	state_free(s);
	free(folder);
}
END_TEST

START_TEST(a_part_on_disk_counts_and_is_a_sign_of_life)
{
	char *folder = folder_with_july();
	char *path = mem_printf("%s/discogs_" AUGUST "_labels.xml.gz.part", folder);
	struct state *s = state_new(AUGUST);
	struct json_object *e = state_make_download(s, "discogs_" AUGUST "_labels.xml.gz");
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	fprintf(f, "%125s", "");
	ck_assert_int_eq(fclose(f), 0);
	value_set_text(e, "status", STATUS_IN_PROGRESS);
	struct summary sum = summarise(s, folder);
	ck_assert_int_eq(sum.files[0].bytes.done, 125);
	ck_assert_double_eq_tol(sum.files[0].bytes.part, 0.25, 1e-9);
	ck_assert(sum.active > sum.updated);
	summary_free(&sum);
	state_free(s);
	free(path);
	free(folder);
}
END_TEST

START_TEST(numbers_that_cannot_be_are_bounded)
{
	char *folder = unit_folder();
	struct state *s = state_new(JULY);

	value_set_count(add_progress(s, DUMP_LABELS, INT64_MAX, 1, NOW), "source_bytes", 1);
	save(s, folder);
	state_free(s);
	s = state_new(AUGUST);
	value_set_count(add_progress(s, DUMP_LABELS, 1, 1, 0), "source_bytes", INT64_MAX);
	add_progress(s, DUMP_ARTISTS, INT64_MAX, NOW - 1, NOW);
	struct summary sum = summarise(s, folder);
	ck_assert_int_eq(file_of(&sum, "labels")->records.total, INT64_MAX);
	ck_assert_int_eq(file_of(&sum, "labels")->records.left, INT64_MAX);
	ck_assert_int_eq(human_whole(file_of(&sum, "artists")->records.rate), INT64_MAX);
	ck_assert_int_eq(sum.records.done, INT64_MAX);
	summary_free(&sum);
	state_free(s);
	free(folder);
}
END_TEST

START_TEST(a_restart_is_foretold)
{
	char *folder = unit_folder();
	struct state *s = state_new(AUGUST);
	struct summary sum = summarise(s, folder);

	ck_assert_str_eq(sum.would, "start the month");
	ck_assert_uint_eq(sum.count, 0);
	ck_assert_double_lt(sum.records.part, 0);
	summary_free(&sum);
	value_set_text(s->download, "status", STATUS_FAILED);
	sum = summarise(s, folder);
	ck_assert_str_eq(sum.would, "download the month again");
	ck_assert_str_eq(sum.why, "download failed");
	summary_free(&sum);
	value_set_text(s->download, "status", STATUS_COMPLETED);
	value_set_text(s->summary, "overall_status", STATUS_COMPLETED);
	sum = summarise(s, folder);
	ck_assert_str_eq(sum.would, "do nothing");
	summary_free(&sum);
	state_free(s);
	free(folder);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("marker summary");
	TCase *t = tcase_create("summary");

	tcase_add_test(t, totals_come_from_the_month_before);
	tcase_add_test(t, an_estimate_that_is_too_low_is_never_all);
	tcase_add_test(t, the_rate_is_that_of_the_present_run);
	tcase_add_test(t, a_part_on_disk_counts_and_is_a_sign_of_life);
	tcase_add_test(t, numbers_that_cannot_be_are_bounded);
	tcase_add_test(t, a_restart_is_foretold);
	suite_add_tcase(suite, t);
	return unit_run(suite);
}
