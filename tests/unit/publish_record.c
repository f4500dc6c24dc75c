/* SPDX-License-Identifier: MIT */
/* Tests of publish/record: what is JSON, what is not, and which members are found. */
#include "publish/record.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "common/mem.h"
#include "publish/limits.h"
#include "tests/unit/unit.h"

/* Scans a copy that ends right behind the NUL, so that a sanitizer sees what reads further. */
static const char *
scan_copy(const char *text, size_t len, size_t *at)
{
	struct record r;
	char *copy = mem_strndup(text, len);
	const char *problem = record_scan(copy, len, &r, at);

	free(copy);
	return problem;
}

static const char *
scan(const char *text)
{
	size_t at;

	return scan_copy(text, strlen(text), &at);
}

START_TEST(takes_json)
{
	static const char *const good[] = {"{}", "[]", "\"\"", "null", "true", "false", "0", "-0",
	    "1", "-12.5e+10", "1E-2", "0.0", " { } ", "\t[\r\n]\t", "{\"a\":[{},[],\"\",null]}",
	    "[1,2 , 3]", "{\"a\":1,\"b\":{\"c\":[1,{\"d\":2}]}}",
	    "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"", "\"\\ud800\"",
	    "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"", "\"\x7f\"", "\"\xef\xbf\xbf\"", "{\"\":0}",
	    "\"1234567\"", "\"12345678\"", "\"123456789012345\"", "\"12345678\\n901234567\""};

	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		ck_assert_msg(scan(good[i]) == NULL, "%s: %s", good[i], scan(good[i]));
}
END_TEST

START_TEST(refuses_the_rest)
{
	static const char *const bad[] = {"", " ", "{", "[", "\"", "}", "]", ",", ":", "{]", "[}",
	    "[1,]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{1:1}", "{\"a\" 1}", "[1 2]",
	    "[,1]", "{,}", "nul", "nulll", "True", "tru", "01", "-", "+1", ".5", "1.", "1e", "1e+",
	    "0x1", "NaN", "Infinity", "'a'", "\"\\x41\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\",
	    "\"a\tb\"", "\"\x01\"", "{}{}", "1 1", "[1]]", "\"\xff\"", "\"\xc0\x80\"", "\"\xc3\"",
	    "\"\xe2\x82\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xf0\x80\x80\x80\"",
	    "\"\xe0\x80\x80\"", "\"\x80\"", "\"\xc3", "\xef\xbb\xbf{}", "{\"a\":1}x",
	    "\"1234567\x01"
	    "9012345\"",
	    "\"1234567\xff"
	    "9012345\"",
	    "/**/1", "[1,//\n2]"};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_msg(scan(bad[i]) != NULL, "%s", bad[i]);
}
END_TEST

START_TEST(refuses_nul_bytes)
{
	size_t at;

	ck_assert_ptr_nonnull(scan_copy("{}\0", 3, &at));
	ck_assert_ptr_nonnull(scan_copy("\"a\0b\"", 5, &at));
	ck_assert_ptr_nonnull(scan_copy("\0{}", 3, &at));
	ck_assert_uint_eq(at, 0);
}
END_TEST

START_TEST(says_where)
{
	size_t at;

	ck_assert_ptr_nonnull(scan_copy("{\"a\":x}", 7, &at));
	ck_assert_uint_eq(at, 5);
	ck_assert_str_eq(scan_copy("\"abc", 4, &at), "a string without end");
	ck_assert_uint_eq(at, 4);
}
END_TEST

START_TEST(limits_depth)
{
	char text[2 * PUBLISH_DEPTH_MAX + 8];
	size_t at;

	memset(text, '[', PUBLISH_DEPTH_MAX);
	memset(text + PUBLISH_DEPTH_MAX, ']', PUBLISH_DEPTH_MAX);
	ck_assert_ptr_null(scan_copy(text, 2 * PUBLISH_DEPTH_MAX, &at));
	memset(text, '[', PUBLISH_DEPTH_MAX + 1);
	ck_assert_ptr_nonnull(scan_copy(text, PUBLISH_DEPTH_MAX + 1, &at));
}
END_TEST

static void
expect_text(const struct record_text *got, const char *wanted)
{
	if (wanted == NULL) {
		ck_assert_ptr_null(got->data);
		return;
	}
	ck_assert_ptr_nonnull(got->data);
	ck_assert_uint_eq(got->len, strlen(wanted));
	ck_assert_mem_eq(got->data, wanted, got->len);
}

START_TEST(finds_members)
{
	static const struct {
		const char *line, *type, *id, *sha256;
	} cases[] = {
	    {"{\"type\":\"data\",\"id\":\"1\",\"sha256\":\"ab\"}", "data", "1", "ab"},
	    {"{\"x\":{\"id\":\"inner\"},\"id\":\"outer\"}", NULL, "outer", NULL},
	    {"{\"id\":12,\"id\":13}", NULL, "12", NULL},
	    {"{\"id\":null,\"type\":true}", NULL, NULL, NULL},
	    {"{\"id\":[\"1\"],\"type\":{\"id\":\"2\"}}", NULL, NULL, NULL},
	    {"{\"id\":\"a\\u0062\"}", NULL, NULL, NULL},
	    {"{\"\\u0069d\":\"1\"}", NULL, NULL, NULL},
	    {"[{\"id\":\"1\"}]", NULL, NULL, NULL},
	    {"{\"id\":\"\"}", NULL, "", NULL},
	    {"{\"a\":\"id\",\"b\":\"1\"}", NULL, NULL, NULL},
	};
	struct record r;
	size_t at;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ck_assert_ptr_null(record_scan(cases[i].line, strlen(cases[i].line), &r, &at));
		expect_text(&r.type, cases[i].type);
		expect_text(&r.id, cases[i].id);
		expect_text(&r.sha256, cases[i].sha256);
	}
}
END_TEST

/* Whether json-c, strict, takes TEXT as one whole value. */
static bool
json_c_takes(const char *text, size_t len)
{
	struct json_tokener *tokener = json_tokener_new_ex(PUBLISH_DEPTH_MAX + 2);

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	struct json_object *object = json_tokener_parse_ex(tokener, text, (int)len + 1);
	bool whole = json_tokener_get_error(tokener) == json_tokener_success &&
	    json_tokener_get_parse_end(tokener) == len;
	json_object_put(object);
	json_tokener_free(tokener);
	return whole;
}

/* Records with random bytes changed: what is taken must be JSON for json-c too. The other way round
 * json-c is lenient: it takes control characters and lone bytes of surrogates. */
START_TEST(takes_nothing_that_json_c_refuses)
{
	static const char seed[] =
	    "{\"type\":\"data\",\"id\":\"2323\",\"n\":[-1.5e3,0,true,null,{\"\xc3\xa9\":\"a\\u00e9\\\"\"}],\"e\":[]}";
	static const char alphabet[] = "{}[]\",:\\u0e1-.+ntrfals\xc3\xa9\x01 ";
	char text[sizeof seed];
	size_t at, taken = 0;

	srand(1);
	for (int i = 0; i < 200000; i++) {
		memcpy(text, seed, sizeof seed);
		for (int n = rand() % 3 + 1; n > 0; n--)
			text[(size_t)rand() % (sizeof seed - 1)] =
			    alphabet[(size_t)rand() % (sizeof alphabet - 1)];
		if (scan_copy(text, sizeof seed - 1, &at) != NULL)
			continue;
		taken++;
		ck_assert_msg(json_c_takes(text, sizeof seed - 1), "%s", text);
	}
	ck_assert_uint_gt(taken, 10000);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("publish_record");
	TCase *tests = tcase_create("all");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, takes_json);
	tcase_add_test(tests, refuses_the_rest);
	tcase_add_test(tests, refuses_nul_bytes);
	tcase_add_test(tests, says_where);
	tcase_add_test(tests, limits_depth);
	tcase_add_test(tests, finds_members);
	tcase_add_test(tests, takes_nothing_that_json_c_refuses);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
