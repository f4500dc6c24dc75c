/* SPDX-License-Identifier: MIT */
/* Tests of common/log: nothing raw reaches a terminal, one line is one write. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "tests/unit/unit.h"

static char said[8192];

/* Sends standard error into a pipe; captured() then returns what was written. */
static int
capture(void)
{
	int fds[2];

	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_ge(dup2(fds[1], STDERR_FILENO), 0);
	close(fds[1]);
	return fds[0];
}

/* One read, since a message is one write. */
static const char *
captured(int fd)
{
	ssize_t n = read(fd, said, sizeof said - 1);

	ck_assert_int_ge(n, 0);
	said[n] = '\0';
	return said;
}

START_TEST(escape_shows_what_is_not_printable)
{
	char out[64];

	ck_assert_str_eq(log_escape(out, sizeof out, "a b~", 4), "a b~");
	ck_assert_str_eq(log_escape(out, sizeof out, "\0\n\x1b[2J\x7f\xff", 8),
	    "\\x00\\x0a\\x1b[2J\\x7f\\xff");
	ck_assert_str_eq(log_escape(out, sizeof out, "", 0), "");
}
END_TEST

START_TEST(escape_cuts_and_says_so)
{
	char out[64], text[256];

	memset(text, 'a', sizeof text);
	memset(out, '#', sizeof out);
	for (size_t size = 8; size < 40; size++) {
		log_escape(out, size, text, sizeof text);
		ck_assert_uint_lt(strlen(out), size);
		ck_assert_str_eq(out + strlen(out) - 3, "...");
		ck_assert_int_eq(out[size], '#');
	}
	log_escape(out, 12, "\x01\x02\x03\x04", 4);
	ck_assert_str_eq(out, "\\x01\\x02...");
}
END_TEST

START_TEST(a_message_is_one_line_in_one_write)
{
	int fd = capture();

	log_init("dx-test");
	log_error("%s: %s", "file", "bad\n\x1b[31mred");
	ck_assert_str_eq(captured(fd), "dx-test: file: bad\\x0a\\x1b[31mred\n");
	/* Many terminals take U+009B for ESC [. */
	log_error("N\xc3\xa4me \xc2\x9b"
		  "31mred \xff");
	ck_assert_str_eq(captured(fd),
	    "dx-test: N\xc3\xa4me \\xc2\\x9b"
	    "31mred \xff\n");
	log_error("Jesper Dahlb\xc3\xa4"
		  "ck");
	ck_assert_str_eq(captured(fd),
	    "dx-test: Jesper Dahlb\xc3\xa4"
	    "ck\n");
}
END_TEST

START_TEST(a_long_message_is_cut_and_ends_its_line)
{
	char text[6000];
	int fd = capture();

	memset(text, '\x01', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	log_error("%s", text);
	captured(fd);
	ck_assert_uint_lt(strlen(said), 2500);
	ck_assert_int_eq(said[strlen(said) - 1], '\n');
	ck_assert_ptr_eq(strchr(said, '\n'), said + strlen(said) - 1);
}
END_TEST

START_TEST(passwords_are_not_shown)
{
	static const struct {
		const char *text, *shown;
	} cases[] = {
	    {"amqp://user:secret@host/v", "amqp://user:***@host/v"},
	    {"--url=amqp://u:s3@c:r@h,amqps://v:xy@i/", "--url=amqp://u:***@h,amqps://v:**@i/"},
	    {"a \"amqp://u:a/b?c#d,e@h\" b@c", "a \"amqp://u:***@h\" b@c"},
	    {"amqp://user@host:5672/", "amqp://user@host:5672/"},
	    {"amqp://host:5672/a@b", "amqp://host:5672/a@b"},
	    {"http://h/ a:b@c", "http://h/ a:b@c"},
	    {"amqp://u:@h", "amqp://u:@h"},
	    {"://", "://"},
	};
	int fd = capture();

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		log_error("%s", cases[i].text);
		captured(fd);
		said[strlen(said) - 1] = '\0';
		ck_assert_str_eq(said + strlen("dx: "), cases[i].shown);
	}
}
END_TEST

START_TEST(levels_choose_what_is_shown)
{
	int fd = capture();

	log_info("not at level 0");
	log_warn("warned");
	ck_assert_str_eq(captured(fd), "dx: warned\n");
	log_more();
	log_debug("not at level 1");
	log_info("shown");
	ck_assert_str_eq(captured(fd), "dx: shown\n");
	log_more();
	log_debug("detail");
	ck_assert_str_eq(captured(fd), "dx: detail\n");
	ck_assert_int_eq(log_level(), 2);
	log_quiet();
	log_warn("not when quiet");
	log_error("always");
	ck_assert_str_eq(captured(fd), "dx: always\n");
	ck_assert_int_eq(log_level(), -1);
}
END_TEST

START_TEST(errno_survives)
{
	int fd = capture();

	errno = ENOSPC;
	log_error("x");
	ck_assert_int_eq(errno, ENOSPC);
	captured(fd);
	close(STDERR_FILENO);
	errno = EDOM;
	log_error("nobody hears");
	ck_assert_int_eq(errno, EDOM);
}
END_TEST

START_TEST(closed_descriptors_are_taken_by_nothing_else)
{
	char byte;

	for (int fd = 0; fd <= 2; fd++)
		close(fd);
	log_init("dx-test");
	int next = open("/dev/null", O_RDWR | O_CLOEXEC);
	ssize_t got = read(STDIN_FILENO, &byte, 1);
	int read_error = errno;
	ssize_t put = write(STDOUT_FILENO, "x", 1);
	int write_error = errno;
	ssize_t said_nowhere = write(STDERR_FILENO, "x", 1);
	ck_assert_int_gt(next, 2);
	ck_assert_int_eq(got, -1);
	ck_assert_int_eq(read_error, EBADF);
	ck_assert_int_eq(put, -1);
	ck_assert_int_eq(write_error, EBADF);
	ck_assert_int_eq(said_nowhere, 1);
}
END_TEST

START_TEST(open_descriptors_are_left_alone)
{
	int fd = capture();

	log_init("dx-test");
	log_error("still here");
	ck_assert_str_eq(captured(fd), "dx-test: still here\n");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("common/log");
	TCase *tests = tcase_create("log");

	tcase_add_test(tests, escape_shows_what_is_not_printable);
	tcase_add_test(tests, escape_cuts_and_says_so);
	tcase_add_test(tests, a_message_is_one_line_in_one_write);
	tcase_add_test(tests, a_long_message_is_cut_and_ends_its_line);
	tcase_add_test(tests, passwords_are_not_shown);
	tcase_add_test(tests, levels_choose_what_is_shown);
	tcase_add_test(tests, errno_survives);
	tcase_add_test(tests, closed_descriptors_are_taken_by_nothing_else);
	tcase_add_test(tests, open_descriptors_are_left_alone);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
