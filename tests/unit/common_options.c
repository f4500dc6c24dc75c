/* SPDX-License-Identifier: MIT */
/* Tests of common/options: one table gives parser, defaults, refusals and help. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/numbers.h"
#include "common/options.h"
#include "tests/unit/unit.h"

enum { OPT_LEVEL = OPTION_LONG };

static const struct option_def defs[] = {
    {'d', "data-dir", "DIR", "TEST_DATA_DIR", "folder of the data", false},
    {'t', "type", "TYPE", NULL, "only this type", true},
    {'v', "verbose", NULL, NULL, "say more", true},
    {OPT_LEVEL, "level", "N", "TEST_LEVEL", "a number to 9", false},
};
static const struct option_program program = {
    .name = "dx-test",
    .operands = "[FILE ...]",
    .purpose = "tests options.",
    .options = defs,
    .count = sizeof defs / sizeof *defs,
};

/* Notes each option as "letter=value;". */
static int
take(void *context, int letter, const char *value)
{
	struct buf *out = context;
	uint64_t n;

	if (letter == OPT_LEVEL && number_parse(value, 0, 9, &n) != 0)
		return -1;
	if (letter == OPT_LEVEL)
		buf_printf(out, "level=%s;", value);
	else
		buf_printf(out, "%c=%s;", letter, value != NULL ? value : "");
	return 0;
}

/* Parses the words of LINE; *GOT (the caller frees) is what was set, then the operands. */
static enum options_result
parse(const char *line, char **got)
{
	char words[512], *argv[32] = {words};
	int argc = 0, operand = 0;
	struct buf out = {0};

	snprintf(words, sizeof words, "dx-test %s", line);
	for (char *w = strtok(words, " "); w != NULL; w = strtok(NULL, " "))
		argv[argc++] = w;
	argv[argc] = NULL;
	enum options_result result = options_parse(&program, argc, argv, take, &out, &operand);
	for (; result == OPTIONS_RUN && operand < argc; operand++)
		buf_printf(&out, "(%s)", argv[operand]);
	buf_add_char(&out, '\0');
	*got = out.data;
	return result;
}

static void
check_run(const char *line, const char *expected)
{
	char *got;

	ck_assert_msg(parse(line, &got) == OPTIONS_RUN, "%s", line);
	ck_assert_str_eq(got, expected);
	free(got);
}

static void
check_bad(const char *line)
{
	char *got;

	ck_assert_msg(parse(line, &got) == OPTIONS_BAD, "%s", line);
	free(got);
}

START_TEST(spellings_mean_the_same)
{
	check_run("", "");
	check_run("-d x", "d=x;");
	check_run("-dx", "d=x;");
	check_run("--data-dir x", "d=x;");
	check_run("--data-dir=x", "d=x;");
	check_run("--data=x", "d=x;");
	check_run("-vvd x a", "v=;v=;d=x;(a)");
	check_run("a -v b", "v=;(a)(b)");
	check_run("-v -- -d b", "v=;(-d)(b)");
	check_run("-", "(-)");
	check_run("-t a -t b", "t=a;t=b;");
}
END_TEST

START_TEST(mistakes_are_refused)
{
	check_bad("-x");
	check_bad("--nonsense");
	check_bad("-d");
	check_bad("--data-dir");
	check_bad("--verbose=3");
	check_bad("--level 10");
	check_bad("--level -1");
	check_bad("-d a -d b");
	check_run("-d a -d a", "d=a;d=a;");
}
END_TEST

START_TEST(the_option_wins_over_the_environment)
{
	setenv("TEST_DATA_DIR", "from-env", 1);
	check_run("", "d=from-env;");
	check_run("-d x", "d=x;");
	setenv("TEST_DATA_DIR", "", 1);
	check_run("", "");
	setenv("TEST_LEVEL", "12", 1);
	check_bad("");
}
END_TEST

/* Returns what options_parse of LINE prints on standard output. */
static const char *
printed(const char *line)
{
	static char text[4096];
	char *got;
	FILE *file = tmpfile();

	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(dup2(fileno(file), STDOUT_FILENO), 0);
	ck_assert_int_eq(parse(line, &got), OPTIONS_DONE);
	free(got);
	ck_assert_int_eq(fseek(file, 0, SEEK_SET), 0);
	text[fread(text, 1, sizeof text - 1, file)] = '\0';
	fclose(file);
	return text;
}

START_TEST(help_has_every_option)
{
	const char *text = printed("--help");

	ck_assert_ptr_eq(strstr(text, "usage: dx-test [options] [FILE ...]\ntests options.\n"),
	    text);
	ck_assert_ptr_nonnull(strstr(text, "\n  -d, --data-dir DIR "));
	ck_assert_ptr_nonnull(strstr(text, "folder of the data [TEST_DATA_DIR]\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n      --level N "));
	ck_assert_ptr_nonnull(strstr(text, "\n  -h, --help "));
	ck_assert_ptr_nonnull(strstr(text, "\n      --version "));
}
END_TEST

START_TEST(h_is_help)
{
	ck_assert_ptr_nonnull(strstr(printed("-v -h"), "usage: dx-test"));
}
END_TEST

START_TEST(version_is_one_line)
{
	ck_assert_str_eq(printed("--version"), "dx-test " DX_VERSION "\n");
}
END_TEST

START_TEST(help_to_a_full_device_fails)
{
	char *got;

	ck_assert_ptr_nonnull(freopen("/dev/full", "w", stdout));
	ck_assert_int_eq(parse("--help", &got), OPTIONS_FAILED);
	ck_assert_int_eq(options_status(OPTIONS_FAILED), EX_IOERR);
	free(got);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("common/options");
	TCase *tests = tcase_create("options");

	tcase_add_test(tests, spellings_mean_the_same);
	tcase_add_test(tests, mistakes_are_refused);
	tcase_add_test(tests, the_option_wins_over_the_environment);
	tcase_add_test(tests, help_has_every_option);
	tcase_add_test(tests, h_is_help);
	tcase_add_test(tests, version_is_one_line);
	tcase_add_test(tests, help_to_a_full_device_fails);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
