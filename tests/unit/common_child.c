/* SPDX-License-Identifier: MIT */
/* Tests of common/child: what is run with bounds keeps within them. */
#include <string.h>
#include <unistd.h>

#include "common/child.h"
#include "common/clock.h"
#include "tests/unit/unit.h"

static struct buf out;

/* Runs SCRIPT with so much time and room. */
static int
run(const char *script, int64_t time_ms, size_t bytes)
{
	const char *const argv[] = {"script", "-c", script, NULL};

	buf_free(&out);
	buf_add_str(&out, "before ");
	return child_run("/bin/sh", argv, &(struct child_limits){time_ms, bytes}, &out);
}

START_TEST(what_it_prints_is_appended)
{
	ck_assert_int_eq(run("printf 'one\\n'; exit 3", 60000, 4), 3);
	ck_assert_uint_eq(out.len, 11);
	ck_assert_int_eq(memcmp(out.data, "before one\n", 11), 0);
	ck_assert_int_eq(run("head -c 300000 /dev/zero", 60000, 300000), 0);
	ck_assert_uint_eq(out.len, 300007);
	/* Nothing to read, and it does not wait for any. */
	ck_assert_int_eq(run("cat", 60000, 0), 0);
}
END_TEST

START_TEST(too_much_is_refused)
{
	ck_assert_int_eq(run("echo four", 60000, 4), CHILD_FAILED);
	ck_assert_int_eq(run("yes", 60000, 1 << 20), CHILD_FAILED);
	ck_assert_uint_lt(out.len, 2 << 20);
}
END_TEST

/* Whether it hangs with its output open, or closed, or because of a child of its own. */
START_TEST(too_long_is_ended)
{
	static const char *const scripts[] = {"exec sleep 60", "exec >&-; exec sleep 60",
	    "sleep 60 & wait", "sleep 60 & exit 0"};

	for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
		int64_t start = clock_ms();
		ck_assert_int_eq(run(scripts[i], 200, 100), CHILD_FAILED);
		ck_assert_int_ge(clock_ms() - start, 200);
		ck_assert_int_lt(clock_ms() - start, 30000);
	}
}
END_TEST

/* Its children go with it: the pipe that they hold ends. */
START_TEST(nothing_is_left_running)
{
	int fds[2];
	char byte;

	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(dup2(fds[1], 9), 9);
	close(fds[1]);
	ck_assert_int_eq(run("sleep 60 & wait", 200, 100), CHILD_FAILED);
	close(9);
	ck_assert_int_eq(read(fds[0], &byte, 1), 0);
}
END_TEST

START_TEST(what_cannot_be_run)
{
	const char *const argv[] = {"nothing", NULL};
	struct child_limits limits = {60000, 100};

	ck_assert_int_eq(child_run("/nonexistent/nothing", argv, &limits, &out), CHILD_FAILED);
	ck_assert_int_eq(run("kill -ABRT $$", 60000, 100), CHILD_FAILED);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("common/child");
	TCase *tests = tcase_create("child");

	tcase_add_test(tests, what_it_prints_is_appended);
	tcase_add_test(tests, too_much_is_refused);
	tcase_add_test(tests, too_long_is_ended);
	tcase_add_test(tests, nothing_is_left_running);
	tcase_add_test(tests, what_cannot_be_run);
	suite_add_tcase(suite, tests);
	int result = unit_run(suite);
	buf_free(&out);
	return result;
}
