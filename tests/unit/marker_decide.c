/* SPDX-License-Identifier: MIT */
/* Tests of marker/decide: every combination of what the phases can say. */
#include <stdbool.h>
#include <string.h>

#include "marker/decide.h"
#include "marker/schema.h"
#include "marker/value.h"
#include "tests/unit/unit.h"

#define FILE_NAME "discogs_20260801_artists.xml.gz"

static const char *const statuses[] = {STATUS_PENDING, STATUS_IN_PROGRESS, STATUS_COMPLETED,
    STATUS_FAILED};

/* The rule as dx-marker(1) words it. */
static const char *
expected(const char *download, const char *processing, const char *overall, bool begun)
{
	if (strcmp(download, STATUS_FAILED) == 0)
		return begun ? "continue" : "reprocess";
	if (strcmp(processing, STATUS_FAILED) == 0 || strcmp(processing, STATUS_IN_PROGRESS) == 0)
		return "continue";
	return strcmp(overall, STATUS_COMPLETED) == 0 ? "skip" : "continue";
}

START_TEST(decisions)
{
	const char *download = statuses[_i & 3], *processing = statuses[_i >> 2 & 3];
	const char *overall = statuses[_i >> 4 & 3];
	bool begun = (_i >> 6 & 1) != 0, entry = (_i >> 7 & 1) != 0;
	struct state *s = state_new("20260801");

	value_set_text(s->download, "status", download);
	value_set_text(s->processing, "status", processing);
	value_set_text(s->summary, "overall_status", overall);
	/* An entry that is pending has not begun. */
	if (entry || begun)
		state_make_progress(s, "other.xml.gz");
	if (begun)
		value_set_text(state_make_progress(s, FILE_NAME), "status", STATUS_IN_PROGRESS);
	ck_assert_str_eq(decide_run(s), expected(download, processing, overall, begun));
	state_free(s);
}
END_TEST

START_TEST(files)
{
	struct state *s = state_new("20260801");

	ck_assert(decide_pending(s, FILE_NAME));
	struct json_object *entry = state_make_progress(s, FILE_NAME);
	for (int i = 0; i < 4; i++) {
		value_set_text(entry, "status", statuses[i]);
		ck_assert_int_eq(decide_pending(s, FILE_NAME), i != 2);
		ck_assert_int_eq(decide_unsent(entry), i == 2);
	}
	value_set_text(entry, "status", STATUS_COMPLETED);
	value_set_flag(entry, "completion_sent", true);
	ck_assert(!decide_unsent(entry));
	state_free(s);
}
END_TEST

START_TEST(changes)
{
	struct state *s = state_new("20260801");

	ck_assert_int_eq(decide_change(NULL, "a", "b", "c"), DECIDE_BYTES);
	struct json_object *entry = state_make_progress(s, FILE_NAME);
	ck_assert_int_eq(decide_change(entry, "a", "b", "c"), DECIDE_BYTES);
	value_set_text(entry, "source_checksum", "a");
	ck_assert_int_eq(decide_change(entry, "a", "b", "c"), DECIDE_SHAPE);
	value_set_text(entry, "shape", "b");
	/* Options that are not known are any. */
	ck_assert_int_eq(decide_change(entry, "a", "b", "c"), DECIDE_SAME);
	value_set_text(entry, "options", "c");
	ck_assert_int_eq(decide_change(entry, "a", "b", "c"), DECIDE_SAME);
	ck_assert_int_eq(decide_change(entry, "a", "b", NULL), DECIDE_SAME);
	ck_assert_int_eq(decide_change(entry, "a", "b", "a"), DECIDE_OPTIONS);
	ck_assert_int_eq(decide_change(entry, "a", "a", "a"), DECIDE_SHAPE);
	ck_assert_int_eq(decide_change(entry, "b", "b", "c"), DECIDE_BYTES);
	state_free(s);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("marker decide");
	TCase *t = tcase_create("decide");

	tcase_add_loop_test(t, decisions, 0, 256);
	tcase_add_test(t, files);
	tcase_add_test(t, changes);
	suite_add_tcase(suite, t);
	return unit_run(suite);
}
