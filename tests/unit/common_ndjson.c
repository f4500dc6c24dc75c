/* SPDX-License-Identifier: MIT */
/* Tests of common/ndjson: the same lines however the reads are cut, and every kind of end. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/ndjson.h"
#include "common/stop.h"
#include "tests/unit/unit.h"

/* What a reader made of its input: each line in brackets, then how it ended. */
static void
describe(struct ndjson *r, enum ndjson_result result, const char *line, size_t len, struct buf *out)
{
	static const char *const names[] = {"", "", "END", "UNTERMINATED", "TOO_LONG", "ERROR"};

	if (result == NDJSON_LINE) {
		ck_assert_int_eq(line[len], '\0');
		buf_add_char(out, '[');
		buf_add(out, line, len);
		buf_add_char(out, ']');
	} else {
		buf_printf(out, "%s@%llu", names[result],
		    (unsigned long long)ndjson_line_number(r));
	}
}

/* Feeds the LEN bytes at TEXT in pieces that end at FIRST and then every STEP bytes. */
static char *
read_in_pieces(const char *text, size_t len, size_t max, size_t first, size_t step)
{
	struct buf out = {0};
	int fds[2];
	char *line = NULL;
	size_t line_len = 0, fed = 0;
	enum ndjson_result result;

	ck_assert_int_eq(pipe(fds), 0);
	struct ndjson *r = ndjson_open(fds[0], max);
	for (;;) {
		while ((result = ndjson_take(r, &line, &line_len)) == NDJSON_LINE)
			describe(r, result, line, line_len, &out);
		if (result != NDJSON_MORE)
			break;
		size_t n = fed == 0 ? first : step;
		n = n > len - fed ? len - fed : n;
		if (n == 0)
			close(fds[1]);
		else
			ck_assert_int_eq(write(fds[1], text + fed, n), (ssize_t)n);
		fed += n;
		ck_assert_int_eq(ndjson_fill(r), 0);
	}
	describe(r, result, line, line_len, &out);
	buf_add_char(&out, '\0');
	ndjson_close(r);
	close(fds[0]);
	return out.data;
}

/* The same answer wherever the input is cut. */
static void
check_cuts(const char *text, size_t len, size_t max, const char *expected)
{
	for (size_t first = 1; first <= len + 1; first++) {
		for (size_t step = 1; step <= len + 1; step += step < 8 ? 1 : len) {
			char *got = read_in_pieces(text, len, max, first, step);
			ck_assert_str_eq(got, expected);
			free(got);
		}
	}
}

START_TEST(lines_are_the_same_however_cut)
{
	static const char text[] = "{\"a\":1}\n\n{\"b\":\"\xc3\xa4\"}\nx\n";

	check_cuts(text, strlen(text), 100, "[{\"a\":1}][][{\"b\":\"\xc3\xa4\"}][x]END@4");
	check_cuts("\n", 1, 100, "[]END@1");
	check_cuts("", 0, 100, "END@0");
}
END_TEST

START_TEST(a_missing_last_newline_is_told)
{
	check_cuts("one\ntwo", 7, 100, "[one]UNTERMINATED@2");
	check_cuts("{", 1, 100, "UNTERMINATED@1");
}
END_TEST

START_TEST(a_long_line_is_refused_never_split)
{
	/* The limit counts the LF: "12345\n" is 6. */
	check_cuts("12345\nab\n", 9, 6, "[12345][ab]END@2");
	check_cuts("ab\n123456\nab\n", 13, 6, "[ab]TOO_LONG@2");
	check_cuts("ab\n1234567", 10, 6, "[ab]TOO_LONG@2");
}
END_TEST

START_TEST(a_line_of_many_reads_comes_whole)
{
	size_t len = (size_t)5 << 20;
	char *text = malloc(len + 1), *line;
	size_t got;
	FILE *file = tmpfile();

	ck_assert_ptr_nonnull(text);
	ck_assert_ptr_nonnull(file);
	memset(text, 'q', len);
	text[len] = '\n';
	for (int i = 0; i < 3; i++)
		ck_assert_uint_eq(fwrite(text, 1, len + 1, file), len + 1);
	ck_assert_int_eq(fseek(file, 0, SEEK_SET), 0);
	struct ndjson *r = ndjson_open(fileno(file), len + 1);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(ndjson_next(r, &line, &got), NDJSON_LINE);
		ck_assert_uint_eq(got, len);
		ck_assert_mem_eq(line, text, len);
	}
	ck_assert_int_eq(ndjson_next(r, &line, &got), NDJSON_END);
	ck_assert_int_eq(ndjson_next(r, &line, &got), NDJSON_END);
	ndjson_close(r);
	ndjson_close(NULL);
	fclose(file);
	free(text);
}
END_TEST

START_TEST(what_was_read_before_comes_first)
{
	static const char before[] = "one\ntw";
	int fds[2];
	char *line;
	size_t len;

	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(write(fds[1], "o\n", 2), 2);
	close(fds[1]);
	struct ndjson *r = ndjson_open(fds[0], 100);
	ndjson_prefill(r, before, strlen(before));
	ck_assert_int_eq(ndjson_next(r, &line, &len), NDJSON_LINE);
	ck_assert_str_eq(line, "one");
	ck_assert_int_eq(ndjson_next(r, &line, &len), NDJSON_LINE);
	ck_assert_str_eq(line, "two");
	ck_assert_int_eq(ndjson_next(r, &line, &len), NDJSON_END);
	ndjson_close(r);
	close(fds[0]);
}
END_TEST

START_TEST(a_nul_in_a_line_is_kept)
{
	char *got = read_in_pieces("a\0b\n", 4, 10, 4, 1);

	ck_assert_mem_eq(got, "[a\0b]END@1", 11);
	free(got);
}
END_TEST

START_TEST(a_failed_read_is_an_error)
{
	char *line;
	size_t len;
	struct ndjson *r = ndjson_open(-1, 100);

	ck_assert_int_eq(ndjson_next(r, &line, &len), NDJSON_ERROR);
	ck_assert_int_eq(errno, EBADF);
	ndjson_close(r);
}
END_TEST

START_TEST(a_stop_ends_a_blocked_read)
{
	int fds[2];
	char *line;
	size_t len;
	pid_t parent = getpid();

	ck_assert_int_eq(pipe(fds), 0);
	stop_install();
	if (fork() == 0) {
		usleep(50000);
		kill(parent, SIGTERM);
		_exit(0);
	}
	struct ndjson *r = ndjson_open(fds[0], 100);
	ck_assert_int_eq(ndjson_next(r, &line, &len), NDJSON_ERROR);
	ck_assert_int_eq(errno, EINTR);
	ndjson_close(r);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("common/ndjson");
	TCase *tests = tcase_create("ndjson");

	tcase_add_test(tests, lines_are_the_same_however_cut);
	tcase_add_test(tests, a_missing_last_newline_is_told);
	tcase_add_test(tests, a_long_line_is_refused_never_split);
	tcase_add_test(tests, a_line_of_many_reads_comes_whole);
	tcase_add_test(tests, what_was_read_before_comes_first);
	tcase_add_test(tests, a_nul_in_a_line_is_kept);
	tcase_add_test(tests, a_failed_read_is_an_error);
	tcase_add_test(tests, a_stop_ends_a_blocked_read);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
