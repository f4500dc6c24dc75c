/* SPDX-License-Identifier: MIT */
/* Tests of common/io: files that are replaced whole or not at all, and errors that are not lost. */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/io.h"
#include "common/mem.h"
#include "common/stop.h"
#include "tests/unit/unit.h"

static char *folder;

static char *
in_folder(const char *name)
{
	return mem_printf("%s/%s", folder, name);
}

static void
assert_file(const char *path, const char *text)
{
	char *data;
	size_t len;

	ck_assert_int_eq(io_read_file(path, 1 << 20, &data, &len), 0);
	ck_assert_uint_eq(len, strlen(text));
	ck_assert_str_eq(data, text);
	free(data);
}

/* How many entries the folder PATH holds. */
static int
count_entries(const char *path)
{
	DIR *dir = opendir(path);
	int n = 0;

	ck_assert_ptr_nonnull(dir);
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n - 2;
}

START_TEST(replace_keeps_the_old_generation)
{
	char *sub = in_folder("replace");
	char *path = in_folder("replace/state"), *backup = in_folder("replace/state.bak");
	struct stat st;

	ck_assert_int_eq(io_make_dirs(sub), 0);
	ck_assert_int_eq(io_replace_file(path, "one", 3, backup), 0);
	ck_assert_int_eq(access(backup, F_OK), -1);
	ck_assert_int_eq(io_replace_file(path, "second", 6, backup), 0);
	assert_file(path, "second");
	assert_file(backup, "one");
	ck_assert_int_eq(io_replace_file(path, "", 0, backup), 0);
	assert_file(path, "");
	assert_file(backup, "second");
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0644);
	ck_assert_int_eq(count_entries(sub), 2);
	free(sub);
	free(path);
	free(backup);
}
END_TEST

START_TEST(a_failed_replace_leaves_the_old_file)
{
	char *sub = in_folder("failed");
	char *path = in_folder("failed/state"), *blocked = in_folder("failed/blocked");

	ck_assert_int_eq(io_make_dirs(sub), 0);
	ck_assert_int_eq(io_replace_file(path, "old", 3, NULL), 0);
	/* A folder cannot be the backup of a file. */
	ck_assert_int_eq(mkdir(blocked, 0777), 0);
	ck_assert_int_eq(io_replace_file(path, "new", 3, blocked), -1);
	assert_file(path, "old");
	ck_assert_int_eq(io_replace_file("/nonexistent/state", "x", 1, NULL), -1);
	ck_assert_int_eq(errno, ENOENT);
	free(sub);
	free(path);
	free(blocked);
}
END_TEST

/* A kill -9 may leave any of them; none is in the way, and none stays. */
START_TEST(what_was_left_over_gives_way)
{
	char *sub = in_folder("left"), *path = in_folder("left/state");
	char *backup = in_folder("left/state.bak"), *temp = in_folder("left/state.tmp");
	char *backup_temp = in_folder("left/state.bak.tmp"), *other = in_folder("left/other");

	ck_assert_int_eq(io_make_dirs(sub), 0);
	ck_assert_int_eq(io_replace_file(path, "one", 3, backup), 0);
	ck_assert_int_eq(io_replace_file(other, "other", 5, NULL), 0);
	ck_assert_int_eq(symlink(other, temp), 0);
	/* As it is just before the last rename: both names are one file. */
	ck_assert_int_eq(link(path, backup), 0);
	ck_assert_int_eq(link(path, backup_temp), 0);
	ck_assert_int_eq(io_replace_file(path, "two", 3, backup), 0);
	assert_file(path, "two");
	assert_file(backup, "one");
	assert_file(other, "other");
	ck_assert_int_eq(count_entries(sub), 3);
	free(sub);
	free(path);
	free(backup);
	free(temp);
	free(backup_temp);
	free(other);
}
END_TEST

START_TEST(keep_takes_no_name_that_is_taken)
{
	char *path = in_folder("kept"), *name = in_folder("kept-as"), *none = in_folder("none");

	ck_assert_int_eq(io_replace_file(path, "text", 4, NULL), 0);
	ck_assert_int_eq(io_keep(path, name), 0);
	assert_file(name, "text");
	ck_assert_int_eq(io_keep(path, name), -1);
	ck_assert_int_eq(errno, EEXIST);
	ck_assert_int_eq(io_keep("/nonexistent", none), -1);
	ck_assert_int_eq(errno, ENOENT);
	free(path);
	free(name);
	free(none);
}
END_TEST

START_TEST(read_file_respects_its_limit)
{
	char *path = in_folder("limit"), *data = NULL;
	size_t len = 0;
	char text[20000];

	memset(text, 'z', sizeof text);
	ck_assert_int_eq(io_replace_file(path, text, sizeof text, NULL), 0);
	ck_assert_int_eq(io_read_file(path, sizeof text, &data, &len), 0);
	ck_assert_uint_eq(len, sizeof text);
	ck_assert_int_eq(data[len], '\0');
	free(data);
	ck_assert_int_eq(io_read_file(path, sizeof text - 1, &data, &len), -1);
	ck_assert_int_eq(errno, EFBIG);
	ck_assert_int_eq(io_read_file("/nonexistent", 10, &data, &len), -1);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(io_read_file(folder, 10, &data, &len), -1);
	ck_assert_int_eq(errno, EISDIR);
	free(path);
}
END_TEST

START_TEST(make_dirs_makes_all_of_them)
{
	char *path = in_folder("a/b//c/"), *file = in_folder("plain"),
	     *below = in_folder("plain/x");
	struct stat st;

	ck_assert_int_eq(io_make_dirs(path), 0);
	ck_assert_int_eq(io_make_dirs(path), 0);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert(S_ISDIR(st.st_mode));
	ck_assert_int_eq(io_replace_file(file, "x", 1, NULL), 0);
	ck_assert_int_eq(io_make_dirs(below), -1);
	ck_assert_int_eq(io_make_dirs(file), -1);
	ck_assert_int_eq(io_make_dirs(""), -1);
	ck_assert_int_eq(io_make_dirs("/"), 0);
	free(path);
	free(file);
	free(below);
}
END_TEST

START_TEST(a_full_device_is_an_error)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(io_write_all(fd, "x", 1), -1);
	ck_assert_int_eq(errno, ENOSPC);
	close(fd);
}
END_TEST

START_TEST(standard_output_is_checked)
{
	ck_assert_ptr_nonnull(freopen("/dev/full", "w", stdout));
	printf("what does not fit\n");
	ck_assert_int_eq(io_finish_stdout(), -1);
}
END_TEST

START_TEST(standard_output_that_works_is_fine)
{
	ck_assert_ptr_nonnull(freopen("/dev/null", "w", stdout));
	printf("text\n");
	ck_assert_int_eq(io_finish_stdout(), 0);
}
END_TEST

START_TEST(short_writes_go_on)
{
	/* A pipe takes 64 KiB at most: the rest has to wait for a reader. */
	static char big[1 << 20], got[1 << 16];
	int fds[2];

	memset(big, 'p', sizeof big);
	ck_assert_int_eq(pipe(fds), 0);
	pid_t child = fork();
	if (child == 0) {
		close(fds[0]);
		_exit(io_write_all(fds[1], big, sizeof big) == 0 ? 0 : 1);
	}
	close(fds[1]);
	size_t total = 0;
	ssize_t n;
	while ((n = io_read(fds[0], got, sizeof got)) > 0)
		total += (size_t)n;
	ck_assert_uint_eq(total, sizeof big);
}
END_TEST

/* Whoever shares a pipe or a terminal with us may have made it so. */
START_TEST(what_does_not_block_is_waited_for)
{
	static char big[1 << 20], got[1 << 16];
	int fds[2];

	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
	ck_assert_int_eq(fcntl(fds[1], F_SETFL, O_NONBLOCK), 0);
	pid_t child = fork();
	if (child == 0) {
		close(fds[0]);
		usleep(50000);
		_exit(io_write_all(fds[1], big, sizeof big) == 0 ? 0 : 1);
	}
	close(fds[1]);
	size_t total = 0;
	ssize_t n;
	while ((n = io_read(fds[0], got, sizeof got)) > 0) {
		total += (size_t)n;
		usleep(5000);
	}
	ck_assert_int_eq(n, 0);
	ck_assert_uint_eq(total, sizeof big);
	close(fds[0]);
}
END_TEST

static void
on_alarm(int number)
{
	(void)number;
}

START_TEST(a_read_goes_on_after_signals_until_a_stop)
{
	int fds[2];
	char byte;
	struct sigaction action = {.sa_handler = on_alarm};

	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
	stop_install();
	ck_assert(!stop_requested());
	pid_t parent = getpid();
	if (fork() == 0) {
		for (int i = 0; i < 3; i++) {
			usleep(20000);
			kill(parent, SIGALRM);
		}
		ssize_t n = write(fds[1], "k", 1);
		usleep(50000);
		kill(parent, SIGTERM);
		_exit(n == 1 ? 0 : 1);
	}
	ck_assert_int_eq(io_read(fds[0], &byte, 1), 1);
	ck_assert_int_eq(byte, 'k');
	ck_assert_int_eq(io_read(fds[0], &byte, 1), -1);
	ck_assert_int_eq(errno, EINTR);
	ck_assert(stop_requested());
}
END_TEST

START_TEST(a_blocked_write_ends_on_a_stop)
{
	static char big[1 << 20];
	int fds[2];
	pid_t parent = getpid();

	ck_assert_int_eq(pipe(fds), 0);
	stop_install();
	if (fork() == 0) {
		usleep(50000);
		kill(parent, SIGTERM);
		_exit(0);
	}
	ck_assert_int_eq(io_write_stoppable(fds[1], big, sizeof big), -1);
	ck_assert_int_eq(errno, EINTR);
}
END_TEST

START_TEST(an_open_that_fails_is_no_missing_input)
{
	char *path = in_folder("not-there");

	ck_assert_int_eq(io_open(path, O_RDONLY, 0), -1);
	ck_assert_int_eq(io_open_status(errno), EX_NOINPUT);
	ck_assert_int_eq(io_open_status(EACCES), EX_NOINPUT);
	ck_assert_int_eq(io_open_status(EIO), EX_IOERR);
	ck_assert_int_eq(io_open_status(EMFILE), EX_IOERR);
	int fd = io_open(path, O_RDWR | O_CREAT, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(fd);
	free(path);
}
END_TEST

START_TEST(read_at_gives_what_there_is)
{
	char *path = in_folder("read-at");
	char data[8];
	int fd = io_open(path, O_RDWR | O_CREAT, 0600);

	ck_assert_int_eq(io_write_all(fd, "0123456789", 10), 0);
	ck_assert_int_eq(io_read_at(fd, data, 4, 3), 4);
	ck_assert_mem_eq(data, "3456", 4);
	ck_assert_int_eq(io_read_at(fd, data, 8, 7), 3);
	ck_assert_mem_eq(data, "789", 3);
	ck_assert_int_eq(io_read_at(fd, data, 8, 10), 0);
	close(fd);
	ck_assert_int_eq(io_read_at(fd, data, 8, 0), -1);
	free(path);
}
END_TEST

START_TEST(a_lock_is_held_by_one)
{
	char *path = in_folder("lock");
	int first = io_open(path, O_RDWR | O_CREAT, 0600), second = io_open(path, O_RDWR, 0);

	ck_assert_int_eq(io_try_lock(first), 0);
	ck_assert_int_eq(io_try_lock(second), -1);
	ck_assert_int_eq(errno, EWOULDBLOCK);
	close(first);
	ck_assert_int_eq(io_try_lock(second), 0);
	close(second);
	free(path);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("common/io");
	TCase *tests = tcase_create("io");

	folder = unit_folder();
	tcase_add_test(tests, replace_keeps_the_old_generation);
	tcase_add_test(tests, a_failed_replace_leaves_the_old_file);
	tcase_add_test(tests, what_was_left_over_gives_way);
	tcase_add_test(tests, keep_takes_no_name_that_is_taken);
	tcase_add_test(tests, read_file_respects_its_limit);
	tcase_add_test(tests, make_dirs_makes_all_of_them);
	tcase_add_test(tests, a_full_device_is_an_error);
	tcase_add_test(tests, standard_output_is_checked);
	tcase_add_test(tests, standard_output_that_works_is_fine);
	tcase_add_test(tests, short_writes_go_on);
	tcase_add_test(tests, what_does_not_block_is_waited_for);
	tcase_add_test(tests, a_read_goes_on_after_signals_until_a_stop);
	tcase_add_test(tests, a_blocked_write_ends_on_a_stop);
	tcase_add_test(tests, an_open_that_fails_is_no_missing_input);
	tcase_add_test(tests, read_at_gives_what_there_is);
	tcase_add_test(tests, a_lock_is_held_by_one);
	suite_add_tcase(suite, tests);
	int result = unit_run(suite);
	free(folder);
	return result;
}
