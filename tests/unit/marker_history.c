/* SPDX-License-Identifier: MIT */
/* Tests of marker/history: what is written can be read, and what cannot be read is left out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/mem.h"
#include "marker/history.h"
#include "marker/value.h"
#include "tests/unit/unit.h"

#define RUN(ended, version, records)                                                               \
	"{\"started\":\"2026-08-03T12:00:00Z\",\"ended\":\"" ended "\",\"version\":" version       \
	",\"status\":0,\"seconds\":60,\"records\":" records "}\n"

/* Writes TEXT as the history of a new folder, reads it. */
static struct history
read_text(const char *text)
{
	struct history h;
	char *folder = unit_folder();
	char *path = mem_printf("%s/%s", folder, HISTORY_NAME);
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	ck_assert_int_eq(fclose(f), 0);
	history_read(folder, &h);
	free(path);
	free(folder);
	return h;
}

START_TEST(bad_lines_are_left_out)
{
	static const char *const bad[] = {"", "\n", "{}", "[]\n", "null\n", "{\"started\":1",
	    "\xff\n", "{\"started\":\"2026-08-03T12:00:00Z\",\"ended\":\"x\",\"status\":0}\n",
	    "{\"started\":\"2026-08-03T12:00:00Z\",\"ended\":\"2026-08-03T12:00:01Z\"}\n",
	    ("{\"started\":\"2026-08-03T12:00:00Z\",\"ended\":\"2026-08-03T12:00:01Z\","
	     "\"status\":\"0\"}\n")};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct history h = read_text(bad[i]);
		ck_assert_uint_eq(h.count, 0);
		ck_assert_ptr_null(history_last(&h, NULL));
		history_free(&h);
	}
	struct history h = read_text(RUN("2026-08-03T12:01:00Z", "\"20260801\"",
	    "5") "{\"sta\n" RUN("2026-08-04T12:01:00Z", "7", "-1") "\n\n");
	ck_assert_uint_eq(h.count, 2);
	ck_assert_str_eq(h.runs[1].version, "");
	ck_assert_int_eq(h.runs[1].records, 0);
	history_free(&h);
}
END_TEST

START_TEST(none_is_one_without_runs)
{
	struct history h;

	history_read("/nonexistent", &h);
	ck_assert_uint_eq(h.count, 0);
	history_free(&h);
}
END_TEST

START_TEST(what_a_run_added_follows_from_the_one_before)
{
	struct history h = read_text(RUN("2026-08-03T12:01:00Z", "\"20260801\"", "500")
		RUN("2026-08-03T12:02:00Z", "\"20260701\"", "7") RUN("2026-08-03T12:03:00Z",
		    "\"20260801\"", "900") RUN("2026-08-03T12:04:00Z", "\"20260801\"", "900")
		    RUN("2026-08-03T12:05:00Z", "\"20260801\"", "30"));
	static const int64_t added[] = {500, 7, 400, 0, 30};

	ck_assert_uint_eq(h.count, 5);
	for (size_t i = 0; i < h.count; i++)
		ck_assert_int_eq(h.runs[i].added, added[i]);
	ck_assert_int_eq(history_last(&h, "20260701")->records, 7);
	ck_assert_int_eq(history_last(&h, NULL)->records, 30);
	ck_assert_ptr_null(history_last(&h, "20260601"));
	history_free(&h);
}
END_TEST

START_TEST(what_is_written_can_be_read)
{
	char *folder = unit_folder();
	struct state *s = state_new("20260801");
	struct json_object *entry = state_make_progress(s, "discogs_20260801_labels.xml.gz");
	struct call c = {.folder = folder,
	    .given = WITH_NOW,
	    .now = 1785758460,
	    .started = 1785758400,
	    .status = 69};
	struct history h;

	value_set_count(entry, "records_extracted", 40);
	value_set_count(entry, "position", 42);
	state_count_progress(s);
	ck_assert_int_eq(history_record(s, &c, NULL), EX_OK);
	c.status = 0;
	ck_assert_int_eq(history_record(NULL, &c, NULL), EX_OK);
	history_read(folder, &h);
	ck_assert_uint_eq(h.count, 2);
	ck_assert_str_eq(h.runs[0].version, "20260801");
	ck_assert_int_eq(h.runs[0].status, 69);
	ck_assert_int_eq(h.runs[0].seconds, 60);
	ck_assert_int_eq(h.runs[0].records, 40);
	ck_assert_int_eq(h.runs[0].rejected, 2);
	ck_assert_int_eq(h.runs[0].positions[DUMP_LABELS], 42);
	ck_assert_str_eq(h.runs[1].version, "");
	history_free(&h);
	state_free(s);
	free(folder);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("marker history");
	TCase *t = tcase_create("history");

	tcase_add_test(t, bad_lines_are_left_out);
	tcase_add_test(t, none_is_one_without_runs);
	tcase_add_test(t, what_a_run_added_follows_from_the_one_before);
	tcase_add_test(t, what_is_written_can_be_read);
	suite_add_tcase(suite, t);
	return unit_run(suite);
}
