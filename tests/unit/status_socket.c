/* SPDX-License-Identifier: MIT */
/* Tests of status/socket: addresses, and what is handed over. */
#include <sys/socket.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "status/socket.h"
#include "tests/unit/unit.h"

START_TEST(addresses_are_taken_apart)
{
	static const struct {
		const char *text, *host, *port;
	} good[] = {{"8000", "127.0.0.1", "8000"}, {":8000", "127.0.0.1", "8000"},
	    {"0", "127.0.0.1", "0"}, {"0.0.0.0:65535", "0.0.0.0", "65535"},
	    {"localhost:1", "localhost", "1"}, {"[::1]:80", "::1", "80"}, {"[::]:0", "::", "0"}};
	static const char *const bad[] = {"", ":", "localhost", "localhost:", "127.0.0.1:65536",
	    "127.0.0.1:-1", "127.0.0.1:http", "::1", "::1:80", "[::1]", "[]:80", "[::1:80",
	    "[::1]80", "1.2.3.4:80 ", "http://127.0.0.1:80"};
	char *host, *port;

	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		ck_assert_int_eq(socket_split(good[i].text, &host, &port), 0);
		ck_assert_str_eq(host, good[i].host);
		ck_assert_str_eq(port, good[i].port);
		free(host);
		free(port);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		ck_assert_msg(socket_split(bad[i], &host, &port) == -1, "%s", bad[i]);
		ck_assert_ptr_null(host);
		ck_assert_ptr_null(port);
	}
}
END_TEST

START_TEST(a_socket_that_listens_is_told_from_a_connection)
{
	int pair[2], status = 0;
	int fd = socket_listen("0", &status);

	ck_assert_int_ge(fd, 0);
	ck_assert(socket_listens(fd));
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	ck_assert(!socket_listens(pair[0]));
	close(fd);
	ck_assert_int_eq(socket_listen("no such host:80", &status), -1);
	ck_assert_int_eq(status, EX_USAGE);
	/* TEST-NET-1 (RFC 5737) is nobody's. */
	ck_assert_int_eq(socket_listen("192.0.2.1:0", &status), -1);
	ck_assert_int_eq(status, EX_UNAVAILABLE);
}
END_TEST

/* As inetd hands it over: all that is written to standard output or error must not reach the
 * client. */
START_TEST(standard_descriptors_no_longer_lead_to_the_client)
{
	int pair[2];
	char bytes[16];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
		ck_assert_int_eq(dup2(pair[1], i), i);
	close(pair[1]);
	int fd = socket_inherited();
	ck_assert_int_gt(fd, STDERR_FILENO);
	ck_assert_int_eq(write(STDOUT_FILENO, "out", 3), 3);
	ck_assert_int_eq(write(STDERR_FILENO, "err", 3), 3);
	ck_assert_int_eq(read(STDIN_FILENO, bytes, sizeof bytes), 0);
	ck_assert_int_eq(write(fd, "fd", 2), 2);
	ck_assert_int_eq(read(pair[0], bytes, sizeof bytes), 2);
	ck_assert_int_eq(memcmp(bytes, "fd", 2), 0);
}
END_TEST

/* As systemd does: descriptor 3, if the variables are for this process. */
START_TEST(descriptor_3_is_taken_only_if_it_is_for_us)
{
	int pair[2];
	char pid[32];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	ck_assert_int_eq(dup2(pair[1], 3), 3);
	snprintf(pid, sizeof pid, "%ld", (long)getpid());
	ck_assert_int_eq(close(STDIN_FILENO), 0);
	setenv("LISTEN_FDS", "1", 1);
	setenv("LISTEN_PID", "1", 1);
	ck_assert_int_eq(socket_inherited(), -1);
	setenv("LISTEN_FDS", "1", 1);
	setenv("LISTEN_PID", pid, 1);
	ck_assert_int_eq(socket_inherited(), 3);
	ck_assert_ptr_null(getenv("LISTEN_FDS"));
	ck_assert_ptr_null(getenv("LISTEN_PID"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("status/socket");
	TCase *tests = tcase_create("socket");

	tcase_add_test(tests, addresses_are_taken_apart);
	tcase_add_test(tests, a_socket_that_listens_is_told_from_a_connection);
	tcase_add_test(tests, standard_descriptors_no_longer_lead_to_the_client);
	tcase_add_test(tests, descriptor_3_is_taken_only_if_it_is_for_us);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
