/* SPDX-License-Identifier: MIT */
/* Tests of status/token: who may start a run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/io.h"
#include "common/mem.h"
#include "status/limits.h"
#include "status/token.h"
#include "tests/unit/unit.h"

#define TOKEN "0123456789abcdef"

static char *path;

/* The status of reading a file that holds TEXT. */
static int
read_text(struct token *t, const char *text)
{
	memset(t, 0, sizeof *t);
	ck_assert_int_eq(io_replace_file(path, text, strlen(text), NULL), 0);
	return token_read(t, path);
}

START_TEST(only_the_whole_token_is_right)
{
	static const char *const wrong[] = {"", "Bearer", "Bearer ", TOKEN, "Basic " TOKEN,
	    "Bearer" TOKEN, "Bearer 0123456789abcde", "Bearer " TOKEN "0",
	    "Bearer 0123456789abcdeF", "Bearer 0123456789ABCDEF", "Bearer\t" TOKEN,
	    "Bearer " TOKEN "\n", "Bearer \"" TOKEN "\""};
	struct token t;

	ck_assert_int_eq(read_text(&t, TOKEN "\n"), EX_OK);
	ck_assert(token_matches(&t, "Bearer " TOKEN));
	ck_assert(token_matches(&t, "Bearer " TOKEN " \t "));
	ck_assert(token_matches(&t, "bearer   " TOKEN));
	ck_assert(!token_matches(&t, NULL));
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		ck_assert_msg(!token_matches(&t, wrong[i]), "%s", wrong[i]);
}
END_TEST

START_TEST(the_first_line_is_the_token)
{
	static const char *const good[] = {TOKEN, TOKEN "\n", TOKEN "\r\n", TOKEN "\nmore\n"};
	static const char *const bad[] = {"", "\n", "0123456789abcde\n", "\n" TOKEN, " " TOKEN,
	    TOKEN " \n", "01234567 89abcdef", "0123456789abcd\xc3\xa9"};
	struct token t;

	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		ck_assert_int_eq(read_text(&t, good[i]), EX_OK);
		ck_assert(token_matches(&t, "Bearer " TOKEN));
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		ck_assert_int_eq(read_text(&t, bad[i]), EX_CONFIG);
		ck_assert(!t.known);
	}
	ck_assert_int_eq(token_read(&t, "/nonexistent/token"), EX_NOINPUT);
}
END_TEST

START_TEST(tokens_have_a_size)
{
	char text[STATUS_TOKEN_MAX + 2], header[STATUS_TOKEN_MAX + 16];
	struct token t;

	memset(text, 'x', sizeof text);
	text[STATUS_TOKEN_MAX + 1] = '\0';
	ck_assert_int_eq(read_text(&t, text), EX_CONFIG);
	text[STATUS_TOKEN_MAX] = '\0';
	ck_assert_int_eq(read_text(&t, text), EX_OK);
	snprintf(header, sizeof header, "Bearer %s", text);
	ck_assert(token_matches(&t, header));
}
END_TEST

/* Without a token nothing matches, not even the digest that is there then. */
START_TEST(no_token_lets_nobody_in)
{
	struct token t = {0};

	ck_assert(!token_matches(&t, "Bearer "));
	ck_assert(!token_matches(&t, "Bearer " TOKEN));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("status/token");
	TCase *tests = tcase_create("token");
	char *folder = unit_folder();

	path = mem_printf("%s/token", folder);
	tcase_add_test(tests, only_the_whole_token_is_right);
	tcase_add_test(tests, the_first_line_is_the_token);
	tcase_add_test(tests, tokens_have_a_size);
	tcase_add_test(tests, no_token_lets_nobody_in);
	suite_add_tcase(suite, tests);
	int result = unit_run(suite);
	free(path);
	free(folder);
	return result;
}
