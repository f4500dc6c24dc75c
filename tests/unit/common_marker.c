/* SPDX-License-Identifier: MIT */
/* Tests of common/marker: how dx-marker is called and what becomes of its answers. */
#include <sys/stat.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/io.h"
#include "common/marker.h"
#include "common/mem.h"
#include "common/stop.h"
#include "tests/unit/unit.h"

static char *folder;

/* Makes a shell script the marker. */
static void
use_script(const char *body)
{
	char *path = mem_printf("%s/marker", folder), *text = mem_printf("#!/bin/sh\n%s\n", body);

	ck_assert_int_eq(io_replace_file(path, text, strlen(text), NULL), 0);
	ck_assert_int_eq(chmod(path, 0755), 0);
	ck_assert_int_eq(setenv("DX_MARKER", path, 1), 0);
	free(path);
	free(text);
}

START_TEST(arguments_arrive_as_they_are)
{
	char *out;

	use_script("printf '<%s>' \"$@\"");
	ck_assert_int_eq(marker_call("/a b/m.json", &out, "fail-download", "no 'way' \"$HOME\" *",
			     "", (char *)NULL),
	    0);
	ck_assert_str_eq(out, "<-f></a b/m.json><fail-download><no 'way' \"$HOME\" *><>");
	free(out);
}
END_TEST

/* The call goes on beside other work, and is not taken for ended before it is. */
START_TEST(a_call_in_the_background)
{
	static const char *const args[] = {"-f", "x", "update-file-progress", NULL};
	char *release = mem_printf("%s/release", folder);
	char *script = mem_printf("until [ -e '%s' ]; do sleep 0.01; done; exit 74", release);

	use_script(script);
	struct marker_job *job = marker_start(args);
	ck_assert(!marker_ended(job));
	clock_sleep_ms(50);
	ck_assert(!marker_ended(job));
	ck_assert_int_eq(io_replace_file(release, "", 0, NULL), 0);
	for (int i = 0; i < 500 && !marker_ended(job); i++)
		clock_sleep_ms(10);
	ck_assert(marker_ended(job));
	ck_assert_int_eq(marker_finish(job, NULL), 74);

	ck_assert_int_eq(setenv("DX_MARKER", "/nonexistent/dx-marker", 1), 0);
	job = marker_start(args);
	ck_assert(marker_ended(job));
	ck_assert_int_eq(marker_finish(job, NULL), 71);
	free(release);
	free(script);
}
END_TEST

START_TEST(output_comes_without_its_last_newline)
{
	static const char *const args[] = {"-d", "x", "show", NULL};
	char *out;

	use_script("printf 'one\\ntwo\\n'");
	ck_assert_int_eq(marker_run(args, &out), 0);
	ck_assert_str_eq(out, "one\ntwo");
	free(out);
	use_script(":");
	ck_assert_int_eq(marker_run(args, &out), 0);
	ck_assert_str_eq(out, "");
	free(out);
	ck_assert_int_eq(marker_run(args, NULL), 0);
}
END_TEST

START_TEST(long_output_comes_whole)
{
	char *out;

	use_script("head -c 300000 /dev/zero | tr '\\0' m");
	ck_assert_int_eq(marker_call("m", &out, "show", (char *)NULL), 0);
	ck_assert_uint_eq(strlen(out), 300000);
	free(out);
}
END_TEST

START_TEST(statuses_come_back)
{
	use_script("exit 75");
	ck_assert_int_eq(marker_call("m", NULL, "show", (char *)NULL), 75);
	use_script("exit 1");
	ck_assert_int_eq(marker_call("m", NULL, "show", (char *)NULL), 1);
	static const int from_outside[] = {SIGHUP, SIGINT, SIGKILL, SIGTERM};
	for (size_t i = 0; i < sizeof from_outside / sizeof *from_outside; i++) {
		char text[32];
		/* A shell's background command ignores SIGINT, and so would the child. */
		if (from_outside[i] != SIGKILL)
			signal(from_outside[i], SIG_DFL);
		snprintf(text, sizeof text, "kill -%d $$", from_outside[i]);
		use_script(text);
		ck_assert_int_eq(marker_call("m", NULL, "show", (char *)NULL), 75);
	}
	use_script("kill -ABRT $$");
	ck_assert_int_eq(marker_call("m", NULL, "show", (char *)NULL), 70);
	setenv("DX_MARKER", "/nonexistent/dx-marker", 1);
	ck_assert_int_eq(marker_call("m", NULL, "show", (char *)NULL), 71);
}
END_TEST

START_TEST(the_stream_is_not_its_standard_input)
{
	int fds[2];
	char *out, byte;

	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(write(fds[1], "record", 6), 6);
	close(fds[1]);
	ck_assert_int_eq(dup2(fds[0], STDIN_FILENO), STDIN_FILENO);
	use_script("cat");
	ck_assert_int_eq(marker_call("m", &out, "show", (char *)NULL), 0);
	ck_assert_str_eq(out, "");
	free(out);
	ck_assert_int_eq(read(STDIN_FILENO, &byte, 1), 1);
	ck_assert_int_eq(byte, 'r');
}
END_TEST

/* systemd ignores SIGPIPE; a script behind us expects it as from a shell. */
START_TEST(sigpipe_is_as_from_a_shell)
{
	signal(SIGPIPE, SIG_IGN);
	use_script("yes | head -n 1 >/dev/null; trap '' PIPE; kill -PIPE $$; exit 3");
	ck_assert_int_eq(marker_call("m", NULL, "show", (char *)NULL), 3);
	use_script("kill -PIPE $$; exit 3");
	ck_assert_int_eq(marker_call("m", NULL, "show", (char *)NULL), 70);
}
END_TEST

/* Libraries do not all close on exec what they open. */
START_TEST(descriptors_stay_here)
{
	int fd = dup(STDERR_FILENO);
	char *script = mem_printf("[ -e /proc/$$/fd/2 ] && [ ! -e /proc/$$/fd/%d ]", fd);

	ck_assert_int_gt(fd, STDERR_FILENO);
	use_script(script);
	ck_assert_int_eq(marker_call("m", NULL, "show", (char *)NULL), 0);
	free(script);
	close(fd);
}
END_TEST

START_TEST(signals_to_the_group_pass_it_by)
{
	use_script("sleep 0.3");
	ck_assert_int_eq(setpgid(0, 0), 0);
	stop_install();
	if (fork() == 0) {
		usleep(100000);
		kill(0, SIGTERM);
		_exit(0);
	}
	ck_assert_int_eq(marker_call("m", NULL, "show", (char *)NULL), 0);
	ck_assert(stop_requested());
}
END_TEST

/* As a dx-marker that waits for a lock; it does not wait for ever if nobody stops it. */
START_TEST(a_stop_ends_the_waiting)
{
	pid_t parent = getpid();
	int64_t start = clock_ms();

	use_script("trap 'exit 75' TERM; for i in $(seq 200); do sleep 0.05; done");
	stop_install();
	if (fork() == 0) {
		usleep(100000);
		kill(parent, SIGTERM);
		_exit(0);
	}
	ck_assert_int_eq(marker_call("m", NULL, "show", (char *)NULL), 75);
	ck_assert_int_lt(clock_ms() - start, 3500);
	/* One that is called to record where we stopped has its time as well. */
	use_script("sleep 0.3; exit 3");
	ck_assert_int_eq(marker_call("m", NULL, "show", (char *)NULL), 3);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("common/marker");
	TCase *tests = tcase_create("marker");

	folder = unit_folder();
	tcase_add_test(tests, arguments_arrive_as_they_are);
	tcase_add_test(tests, a_call_in_the_background);
	tcase_add_test(tests, output_comes_without_its_last_newline);
	tcase_add_test(tests, long_output_comes_whole);
	tcase_add_test(tests, statuses_come_back);
	tcase_add_test(tests, the_stream_is_not_its_standard_input);
	tcase_add_test(tests, sigpipe_is_as_from_a_shell);
	tcase_add_test(tests, descriptors_stay_here);
	tcase_add_test(tests, signals_to_the_group_pass_it_by);
	tcase_add_test(tests, a_stop_ends_the_waiting);
	suite_add_tcase(suite, tests);
	int result = unit_run(suite);
	free(folder);
	return result;
}
