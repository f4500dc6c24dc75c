/* SPDX-License-Identifier: MIT */
/* Tests of common/notify: what the service manager gets to hear. */
#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/io.h"
#include "common/mem.h"
#include "common/notify.h"
#include "common/progress.h"
#include "tests/unit/unit.h"

static char *folder;

/* A socket to which a manager listens under NAME, as NOTIFY_SOCKET has it. */
static int
listen_at(const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t len = strlen(name);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_uint_lt(len, sizeof address.sun_path);
	memcpy(address.sun_path, name, len);
	if (*name == '@')
		address.sun_path[0] = '\0';
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address,
			     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
	    0);
	ck_assert_int_eq(setenv("NOTIFY_SOCKET", name, 1), 0);
	return fd;
}

/* A manager in the folder of the tests. */
static int
listen_here(void)
{
	char *name = mem_printf("%s/socket", folder);

	unlink(name);
	int fd = listen_at(name);
	free(name);
	return fd;
}

/* The next message must be WANTED. */
static void
hears(int fd, const char *wanted)
{
	char text[512];
	ssize_t n = recv(fd, text, sizeof text - 1, 0);

	ck_assert_int_ge(n, 0);
	text[n] = '\0';
	ck_assert_str_eq(text, wanted);
}

static void
hears_nothing(int fd)
{
	char c;

	ck_assert_int_eq(recv(fd, &c, 1, 0), -1);
	ck_assert_int_eq(errno, EAGAIN);
}

START_TEST(ready_and_status)
{
	int fd = listen_here();

	notify_ready();
	ck_assert(notify_listens());
	notify_status("%s: %d records", "a\nREADY=0\tb", 3);
	notify_status("%s", "");
	notify_alive();
	ck_assert_int_eq(notify_wait(fd, POLLIN), -1);
	hears(fd, "READY=1");
	hears(fd, "STATUS=a READY=0 b: 3 records");
	hears(fd, "STATUS=");
	hears_nothing(fd);
	close(fd);
}
END_TEST

START_TEST(a_name_without_a_file)
{
	char name[64];

	snprintf(name, sizeof name, "@dx-test-%d", (int)getpid());
	int fd = listen_at(name);
	notify_ready();
	hears(fd, "READY=1");
	close(fd);
}
END_TEST

START_TEST(nobody_listens)
{
	static const char *const names[] = {"", "/", "relative", "vsock:2:1"};
	char *long_name = mem_printf("/%0200d", 1);

	unsetenv("NOTIFY_SOCKET");
	notify_ready();
	ck_assert(!notify_listens());
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		setenv("NOTIFY_SOCKET", names[i], 1);
		notify_ready();
		ck_assert(!notify_listens());
	}
	setenv("NOTIFY_SOCKET", long_name, 1);
	notify_ready();
	ck_assert(!notify_listens());
	notify_status("to nobody");
	notify_alive();
	ck_assert_ptr_null(progress_start("x", 1, 0));
	free(long_name);
}
END_TEST

/* One that is gone does no harm. */
START_TEST(the_manager_is_gone)
{
	close(listen_here());
	setenv("WATCHDOG_USEC", "1000", 1);
	notify_ready();
	notify_status("to nobody");
	clock_sleep_ms(5);
	notify_alive();
}
END_TEST

START_TEST(the_watchdog_hears_twice_in_its_time)
{
	int fd = listen_here();

	setenv("WATCHDOG_USEC", "4000000", 1);
	notify_ready();
	hears(fd, "READY=1");
	notify_alive();
	hears_nothing(fd);
	clock_sleep_ms(2010);
	notify_alive();
	notify_alive();
	hears(fd, "WATCHDOG=1");
	hears_nothing(fd);
	close(fd);
}
END_TEST

START_TEST(the_watchdog_of_another)
{
	int fd = listen_here();
	char own[24];

	setenv("WATCHDOG_USEC", "1000", 1);
	setenv("WATCHDOG_PID", "1", 1);
	notify_ready();
	clock_sleep_ms(5);
	notify_alive();
	hears(fd, "READY=1");
	hears_nothing(fd);
	snprintf(own, sizeof own, "%d", (int)getpid());
	setenv("WATCHDOG_PID", own, 1);
	notify_ready();
	clock_sleep_ms(5);
	notify_alive();
	hears(fd, "READY=1");
	hears(fd, "WATCHDOG=1");
	close(fd);
}
END_TEST

/* A reader that is late, and a writer: the watchdog hears of us meanwhile. */
START_TEST(waiting_is_living)
{
	int fd = listen_here(), pipe_fds[2];
	char byte = 'x';

	ck_assert_int_eq(pipe(pipe_fds), 0);
	setenv("WATCHDOG_USEC", "20000", 1);
	notify_ready();
	hears(fd, "READY=1");
	ck_assert_int_eq(notify_wait(pipe_fds[0], POLLIN), 0);
	clock_sleep_ms(20);
	ck_assert_int_eq(notify_wait(pipe_fds[0], POLLIN), 0);
	hears(fd, "WATCHDOG=1");
	notify_unblock(pipe_fds[1]);
	ck_assert_int_ne(fcntl(pipe_fds[1], F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_eq(io_write_all(pipe_fds[1], &byte, 1), 0);
	ck_assert_int_eq(notify_wait(pipe_fds[0], POLLIN), 1);
	ck_assert_int_eq(io_read(pipe_fds[0], &byte, 1), 1);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
	close(fd);
}
END_TEST

/* Progress is told although there is no terminal. */
START_TEST(progress_is_told)
{
	int fd = listen_here();

	notify_ready();
	hears(fd, "READY=1");
	struct progress *p = progress_start("labels", 4000000, 0);
	ck_assert_ptr_nonnull(p);
	progress_update(p, 1000000);
	progress_finish(p);
	char text[256];
	ssize_t n = recv(fd, text, sizeof text - 1, 0);
	ck_assert_int_gt(n, 0);
	text[n] = '\0';
	ck_assert_ptr_nonnull(strstr(text, "STATUS=labels  25% 1.0 MB"));
	hears(fd, "STATUS=");
	hears_nothing(fd);
	close(fd);
}
END_TEST

/* A name from outside can do nothing to a terminal, and what is cut is still UTF-8, which a manager
 * asks for. */
START_TEST(a_label_is_plain)
{
	int fd = listen_here();
	char text[256];

	notify_ready();
	hears(fd, "READY=1");
	struct progress *p = progress_start("a\033]0;x\a\x7f\xc2\x9b"
					    "2J\xff \xc3\xa4",
	    0, 0);
	progress_update(p, 1000000);
	ssize_t n = recv(fd, text, sizeof text - 1, 0);
	ck_assert_int_gt(n, 0);
	text[n] = '\0';
	ck_assert_ptr_nonnull(strstr(text, "STATUS=a?]0;x???2J? \xc3\xa4 1.0 MB"));
	progress_finish(p);
	hears(fd, "STATUS=");
	p = progress_start("123456789 123456789 123456789 123456789 123456789 123456789\xc3\xa4", 0,
	    0);
	progress_update(p, 1000000);
	n = recv(fd, text, sizeof text - 1, 0);
	ck_assert_int_gt(n, 0);
	text[n] = '\0';
	ck_assert_ptr_nonnull(strstr(text, "23456789 1.0 MB"));
	progress_finish(p);
	close(fd);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("common/notify");
	TCase *tests = tcase_create("notify");

	folder = unit_folder();
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	tcase_add_test(tests, ready_and_status);
	tcase_add_test(tests, a_name_without_a_file);
	tcase_add_test(tests, nobody_listens);
	tcase_add_test(tests, the_manager_is_gone);
	tcase_add_test(tests, the_watchdog_hears_twice_in_its_time);
	tcase_add_test(tests, the_watchdog_of_another);
	tcase_add_test(tests, waiting_is_living);
	tcase_add_test(tests, progress_is_told);
	tcase_add_test(tests, a_label_is_plain);
	suite_add_tcase(suite, tests);
	int result = unit_run(suite);
	free(folder);
	return result;
}
