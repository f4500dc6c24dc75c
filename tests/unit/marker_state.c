/* SPDX-License-Identifier: MIT */
/* Tests of marker/json, marker/schema and marker/state: the document. */
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "marker/json.h"
#include "marker/schema.h"
#include "marker/state.h"
#include "marker/value.h"
#include "tests/unit/unit.h"

#define ARTISTS "discogs_20260801_artists.xml.gz"
#define LABELS	"discogs_20260801_labels.xml.gz"

/* The text of S, for the caller to free. */
static char *
print(const struct state *s)
{
	struct buf text = {0};

	state_print(s, &text);
	buf_add_char(&text, '\0');
	return text.data;
}

static struct state *
parse(const char *text, const char *version)
{
	char *why = NULL;
	struct state *s = state_parse(text, strlen(text), version, &why);

	ck_assert((s == NULL) == (why != NULL));
	free(why);
	return s;
}

START_TEST(what_is_printed_can_be_read)
{
	struct state *s = state_new("20260801");
	char *first = print(s);

	struct state *again = parse(first, "20260801");
	ck_assert_ptr_nonnull(again);
	char *second = print(again);
	ck_assert_str_eq(first, second);
	ck_assert_str_eq(state_version(again), "20260801");
	ck_assert_ptr_nonnull(
	    strstr(first, "  \"download_phase\": {\n    \"status\": \"pending\",\n"));
	ck_assert_ptr_nonnull(strstr(first, "\"downloads_by_file\": {},\n    \"errors\": []\n  }"));
	state_free(again);
	ck_assert_ptr_null(parse(first, "20260701"));
	again = parse(first, NULL);
	ck_assert_ptr_nonnull(again);
	state_free(again);
	free(first);
	free(second);
	state_free(s);
	state_free(NULL);
}
END_TEST

static const struct {
	const char *text;
	bool good;
} texts[] = {
    {"{}", true},
    {" {\"a\" : [ 1 , -2.5e+3 , true , null ] }\r\n\t", true},
    {"{\"a\":\"\\u00e9\\n/\\\"\"}", true},
    {"{\"a\":18446744073709551615,\"b\":-9223372036854775808}", true},
    {"", false},
    {" \n", false},
    {"null", false},
    {"1", false},
    {"[]", false},
    {"{", false},
    {"{}}", false},
    {"{} {}", false},
    {"{}\v", false},
    {"{}\f\n", false},
    {"{\"a\":}", false},
    {"{\"a\":1,}", false},
    {"{\"a\":[1,]}", false},
    {"{'a':1}", false},
    {"{a:1}", false},
    {"{\"a\":NaN}", false},
    {"{\"a\":-Infinity}", false},
    {"{\"a\":True}", false},
    {"{\"a\":01}", false},
    {"{\"a\":1.}", false},
    {"{\"a\":000}", false},
    {"{\"a\":-00.5}", false},
    {"{\"a\":[0,-0,0.5,-0e0,10]}", true},
    {"{\"a\":.5}", false},
    {"{\"a\":1e}", false},
    {"{\"a\":+1}", false},
    {"{\"a\":18446744073709551616}", false},
    {"{\"a\":-9223372036854775809}", false},
    {"{\"a\":\"\x01\"}", false},
    {"{\"a\":\"\xff\"}", false},
    {"{\"a\":\"\xc1\xbc\"}", false},
    {"{\"\xe0\x80\x80\":1}", false},
    {"{\"a\":\"\xed\xa0\x80\"}", false},
    {"{\"a\":\"\xf4\x90\x80\x80\"}", false},
    {"{\"\xf4\x8f\xbf\xbf\":\"\xc2\x80\xe2\x80\xa8\\\\\xc3\xa9\"}", true},
    {"{\"a\":\"\\x\"}", false},
    {"{\"a\":\"\\", false},
    {"{\"a\":\"", false},
    {"{/* */}", false},
    {"\xef\xbb\xbf{}", false},
};

START_TEST(json_is_read_strictly)
{
	char *why;
	struct json_object *root = json_read(texts[_i].text, strlen(texts[_i].text), &why);

	ck_assert_msg((root != NULL) == texts[_i].good, "%s", texts[_i].text);
	ck_assert((why == NULL) == texts[_i].good);
	free(why);
	json_object_put(root);
}
END_TEST

START_TEST(nothing_is_printed_short)
{
	static const char text[] = "{\"a\":{},\"b\":[],\"c\":[{}],\"d\":\"{\\n }\",\"e\":1.50}";
	struct buf out = {0};
	char *why;
	struct json_object *root = json_read(text, strlen(text), &why);

	json_print(root, &out);
	buf_add_char(&out, '\0');
	ck_assert_str_eq(out.data,
	    "{\n  \"a\": {},\n  \"b\": [],\n  \"c\": [\n    {}\n  ],\n"
	    "  \"d\": \"{\\n }\",\n  \"e\": 1.50\n}\n");
	out.len = 0;
	json_print_line(root, &out);
	buf_add_char(&out, '\0');
	ck_assert_str_eq(out.data, "{\"a\":{},\"b\":[],\"c\":[{}],\"d\":\"{\\n }\",\"e\":1.50}\n");
	buf_free(&out);
	json_object_put(root);
}
END_TEST

/* The least that is a marker. */
#define LEAST(more, entries)                                                                       \
	"{\"metadata_version\":\"1.0\",\"current_version\":\"20260801\"," more                     \
	"\"download_phase\":{\"status\":\"pending\"},"                                             \
	"\"processing_phase\":{\"status\":\"completed\",\"x\":[1],\"progress_by_file\":{" entries  \
	"}},\"publishing_phase\":{\"status\":\"pending\"},"                                        \
	"\"summary\":{\"overall_status\":\"failed\"}}"

START_TEST(what_is_missing_is_added)
{
	struct state *s = parse(LEAST("\"y\":null,", "\"f\":{\"z\":2,\"status\":\"completed\"}"),
	    NULL);

	ck_assert_ptr_nonnull(s);
	char *text = print(s);
	ck_assert_ptr_nonnull(strstr(text, "\"overall_status\": \"failed\""));
	ck_assert_ptr_nonnull(
	    strstr(text, "\"progress_by_file\": {\n      \"f\": {\n        \"status\""));
	ck_assert_ptr_nonnull(strstr(text, "\"completion_sent\": false,\n        \"z\": 2\n"));
	ck_assert_ptr_nonnull(strstr(text, "    \"errors\": [],\n    \"x\": [\n"));
	ck_assert_ptr_nonnull(strstr(text, "  \"y\": null\n}\n"));
	ck_assert_int_eq(value_count(s->download, "files_total"), 0);
	free(text);
	state_free(s);
}
END_TEST

START_TEST(wrong_members_are_named)
{
	static const char text[] = LEAST("", "\"f\":{\"status\":\"completed\",\"position\":\"1\"}");
	char *why;

	ck_assert_ptr_null(state_parse(text, strlen(text), NULL, &why));
	ck_assert_str_eq(why, "processing_phase.progress_by_file.f.position is no count");
	free(why);
	static const char other[] = LEAST("", "\"f\":{}");
	ck_assert_ptr_null(state_parse(other, strlen(other), NULL, &why));
	ck_assert_str_eq(why, "processing_phase.progress_by_file.f.status is missing");
	free(why);
}
END_TEST

START_TEST(sums_follow_the_entries)
{
	struct state *s = state_new("20260801");
	struct json_object *a = state_make_progress(s, ARTISTS);
	struct json_object *b = state_make_progress(s, LABELS);

	ck_assert_ptr_eq(a, state_make_progress(s, ARTISTS));
	value_set_text(a, "status", STATUS_COMPLETED);
	value_set_count(a, "records_extracted", 3);
	value_set_count(b, "records_extracted", 4);
	value_set_count(b, "messages_published", INT64_MAX);
	value_set_count(a, "messages_published", 1);
	for (int i = 0; i < 2; i++)
		state_count_progress(s);
	ck_assert_int_eq(value_count(s->processing, "files_processed"), 1);
	ck_assert_int_eq(value_count(s->processing, "records_extracted"), 7);
	ck_assert_int_eq(value_count(s->publishing, "messages_published"), INT64_MAX);

	state_set_type(s, ARTISTS, STATUS_COMPLETED);
	state_set_type(s, "other.xml.gz", STATUS_COMPLETED);
	value_set_text(s->processing, "current_file", ARTISTS);
	state_drop_progress(s, ARTISTS);
	ck_assert_ptr_null(state_find_progress(s, ARTISTS));
	ck_assert_ptr_null(value_get(s->processing, "current_file"));
	ck_assert_int_eq(value_count(s->processing, "records_extracted"), 4);
	ck_assert_int_eq(json_object_object_length(value_get(s->summary, "files_by_type")), 0);
	state_drop_progress(s, ARTISTS);
	state_free(s);
}
END_TEST

START_TEST(errors_are_bounded)
{
	struct state *s = state_new("20260801");

	for (int i = 0; i < STATE_ERRORS_MAX + 5; i++) {
		char *text = mem_printf("error %d", i);
		state_add_error(s->download, text);
		free(text);
	}
	struct json_object *errors = value_get(s->download, "errors");
	ck_assert_uint_eq(json_object_array_length(errors), STATE_ERRORS_MAX);
	ck_assert_str_eq(json_object_get_string(json_object_array_get_idx(errors, 0)), "error 5");
	state_free(s);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("marker state");
	TCase *t = tcase_create("state");

	tcase_add_test(t, what_is_printed_can_be_read);
	tcase_add_loop_test(t, json_is_read_strictly, 0, sizeof texts / sizeof *texts);
	tcase_add_test(t, nothing_is_printed_short);
	tcase_add_test(t, what_is_missing_is_added);
	tcase_add_test(t, wrong_members_are_named);
	tcase_add_test(t, sums_follow_the_entries);
	tcase_add_test(t, errors_are_bounded);
	suite_add_tcase(suite, t);
	return unit_run(suite);
}
