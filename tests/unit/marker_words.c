/* SPDX-License-Identifier: MIT */
/* Tests of marker/words, marker/text and marker/lookup: what comes in as text. */
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "marker/lookup.h"
#include "marker/text.h"
#include "marker/words.h"
#include "tests/unit/unit.h"

static const struct {
	const char *line;
	const char *words; /* each followed by '|'; NULL: refused */
} lines[] = {
    {"", ""},
    {" \t ", ""},
    {"# all 'of it", ""},
    {"one", "one|"},
    {"  one\ttwo  ", "one|two|"},
    {"one # two", "one|"},
    {"one#two", "one#two|"},
    {"'a b' \"c d\"", "a b|c d|"},
    {"''", "|"},
    {"\"\" ''x", "|x|"},
    {"a'b'\"c\"d", "abcd|"},
    {"'\\'", "\\|"},
    {"\"\\\\ \\\" \\$ \\` \\n\"", "\\ \" $ ` \\n|"},
    {"a\\ b \\# \\'", "a b|#|'|"},
    {"$HOME *.c `x` ; | &", "$HOME|*.c|`x`|;|||&|"},
    {"caf\xc3\xa9", "caf\xc3\xa9|"},
    {"'", NULL},
    {"a 'b", NULL},
    {"\"", NULL},
    {"\"a\\\"", NULL},
    {"\"a\\", NULL},
    {"a\\", NULL},
};

START_TEST(lines_become_words)
{
	struct words words;
	char *joined = mem_strdup("");
	/* Exactly as long as it is, so that sanitizers see a byte too much. */
	char *line = mem_alloc(strlen(lines[_i].line));

	memcpy(line, lines[_i].line, strlen(lines[_i].line));
	const char *wrong = words_split(line, strlen(lines[_i].line), &words);
	ck_assert((wrong != NULL) == (lines[_i].words == NULL));
	for (size_t i = 0; i < words.count; i++) {
		char *longer = mem_printf("%s%s|", joined, words.list[i]);
		free(joined);
		joined = longer;
	}
	ck_assert_str_eq(joined, wrong != NULL ? "" : lines[_i].words);
	words_free(&words);
	free(joined);
	free(line);
}
END_TEST

START_TEST(nul_is_no_word)
{
	struct words words;

	ck_assert_ptr_nonnull(words_split("a\0b", 3, &words));
	ck_assert_uint_eq(words.count, 0);
}
END_TEST

START_TEST(names_of_files)
{
	static const char *const good[] = {"a", "discogs_20260801_artists.xml.gz", "...", "a b",
	    "\xc3\xa9", "\xf0\x9f\x8e\xb5", "\xc2\xa0", "-x"};
	static const char *const bad[] = {"", ".", "..", "a/b", "/", "a\n", "\x1f", "\x7f", "\x80",
	    "\xc2", "\xc2\x9f", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
	    "\xf8\x88\x80\x80\x80", "\xe2\x82"};
	char name[257];

	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		ck_assert_msg(text_is_file_name(good[i]), "%s", good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_msg(!text_is_file_name(bad[i]), "%s", bad[i]);
	memset(name, 'a', 256);
	name[256] = '\0';
	ck_assert(!text_is_file_name(name));
	ck_assert(text_is_file_name(name + 1));
}
END_TEST

START_TEST(names_of_shapes)
{
	ck_assert(text_is_shape("discogsography"));
	ck_assert(text_is_shape("a-b_c.1"));
	ck_assert(text_is_shape("1234567890123456789012345678901"));
	ck_assert(!text_is_shape("12345678901234567890123456789012"));
	ck_assert(!text_is_shape(""));
	ck_assert(!text_is_shape("a b"));
	ck_assert(!text_is_shape("\xc3\xa9"));
}
END_TEST

START_TEST(messages_are_utf8_and_bounded)
{
	char out[TEXT_MESSAGE_SIZE], in[2 * TEXT_MESSAGE_SIZE];

	ck_assert_str_eq(text_message(out, "plain\nand \xc3\xa9"), "plain\nand \xc3\xa9");
	ck_assert_str_eq(text_message(out,
			     "a\xff"
			     "b\xc3"),
	    "a\xef\xbf\xbd"
	    "b\xef\xbf\xbd");
	memset(in, '\xff', sizeof in - 1);
	in[sizeof in - 1] = '\0';
	ck_assert_uint_eq(strlen(text_message(out, in)), TEXT_MESSAGE_SIZE - 1);
	memset(in, 'x', sizeof in - 1);
	ck_assert_uint_eq(strlen(text_message(out, in)), TEXT_MESSAGE_SIZE - 1);
	ck_assert_str_eq(text_message(out, ""), "");
}
END_TEST

static const struct {
	const char *text;
	int64_t seconds; /* -1: none */
} times[] = {
    {"1970-01-01T00:00:00Z", 0},
    {"2026-02-04T00:02:54Z", 1770163374},
    {"2026-11-23T13:56:37.728517+00:00", 1795442197},
    {"2026-11-23T13:56:37.728517789Z", 1795442197},
    {"2026-11-23T15:56:37+02:00", 1795442197},
    {"2026-11-23T08:26:37-05:30", 1795442197},
    {NULL, -1},
    {"", -1},
    {"yesterday", -1},
    {"2026-11-23", -1},
    {"2026-11-23 13:56:37Z", -1},
    {"2026-11-23T13:56:37", -1},
    {"2026-11-23T13:56:37.Z", -1},
    {"2026-11-23T13:56:37Zx", -1},
    {"2026-11-23T13:56:37+0200", -1},
    {"2026-11-23T13:56:37+02:00x", -1},
    {"2026-1 -23T13:56:37Z", -1},
};

START_TEST(times_of_all_programs)
{
	time_t seconds = -1;

	ck_assert_int_eq(text_time(times[_i].text, &seconds), times[_i].seconds < 0 ? -1 : 0);
	ck_assert_int_eq(seconds, times[_i].seconds);
}
END_TEST

static const struct {
	const char *path;
	const char *found; /* as JSON; NULL: nothing */
} paths[] = {
    {".", "{\"a\":{\"b.c\":1,\"b\":{\"c\":2,\"d\":3}},\"l\":[4,[5]],\"n\":null,\"x.y\":6}"},
    {"a.b", "{\"c\":2,\"d\":3}"},
    {".a.b.d", "3"},
    {"a.b.c", "1"},
    {"/a/b/c", "2"},
    {"/a/b.c", "1"},
    {"x.y", "6"},
    {"l.0", "4"},
    {"l.1.0", "5"},
    {"n", "null"},
    {"", NULL},
    {"x", NULL},
    {"a.", NULL},
    {"a..b", NULL},
    {"..a", NULL},
    {"l.2", NULL},
    {"l.-1", NULL},
    {"l.00000000000", NULL},
    {"l.", NULL},
    {"n.x", NULL},
    {"l.0.x", NULL},
    {"/x", NULL},
    {"/", NULL},
};

START_TEST(members_are_found)
{
	struct json_object *root = json_tokener_parse(paths[0].found), *found = NULL;

	ck_assert_int_eq(lookup(root, paths[_i].path, &found), paths[_i].found != NULL);
	if (paths[_i].found != NULL)
		ck_assert_str_eq(json_object_to_json_string_ext(found, JSON_C_TO_STRING_PLAIN),
		    paths[_i].found);
	json_object_put(root);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("marker texts");
	TCase *t = tcase_create("texts");

	tcase_add_loop_test(t, lines_become_words, 0, sizeof lines / sizeof *lines);
	tcase_add_test(t, nul_is_no_word);
	tcase_add_test(t, names_of_files);
	tcase_add_test(t, names_of_shapes);
	tcase_add_test(t, messages_are_utf8_and_bounded);
	tcase_add_loop_test(t, times_of_all_programs, 0, sizeof times / sizeof *times);
	tcase_add_loop_test(t, members_are_found, 0, sizeof paths / sizeof *paths);
	suite_add_tcase(suite, t);
	return unit_run(suite);
}
