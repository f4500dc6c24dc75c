/* SPDX-License-Identifier: MIT */
/* Other programs, started and waited for. */
#define _GNU_SOURCE /* posix_spawn_file_actions_addclosefrom_np */
#include "common/child.h"

#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"

extern char **environ;

/* How often it is looked whether a child that has closed its output has ended too. */
#define END_STEP_MS 5

#define READ_SIZE   16384

int
child_start(const char *program, const char *const argv[], int out, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t defaults, blocked;
	int error;

	/* SIGPIPE may be ignored here, as systemd does; the child starts as from a shell. */
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigdefault(&attributes, &defaults);
	/* A group of its own: Ctrl-C and what else stops a whole pipeline must not end the call
	 * that records where a stage stopped. */
	posix_spawnattr_setpgroup(&attributes, 0);
	/* Nor SIGUSR1, which asks a whole unit for its progress. */
	pthread_sigmask(SIG_BLOCK, NULL, &blocked);
	sigaddset(&blocked, SIGUSR1);
	posix_spawnattr_setsigmask(&attributes, &blocked);
	posix_spawnattr_setflags(&attributes,
	    POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
	error = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	/* Our standard input carries the stream; the child must not take from it. */
	if (error == 0)
		error = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null",
		    O_RDONLY, 0);
	/* Libraries open without O_CLOEXEC, as libcurl does its sockets: a connection would stay
	 * for as long as the child waits for its lock. */
	if (error == 0)
		error = posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
	/* posix_spawn takes char *const[] for history's sake and changes nothing. */
	if (error == 0)
		error = posix_spawnp(pid, program, &actions, &attributes,
		    (char *const *)(size_t)argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

/* Whether there is something to read from FD, or its end, before DEADLINE (clock_ms). */
static bool
wait_for_output(int fd, int64_t deadline)
{
	struct pollfd wanted = {.fd = fd, .events = POLLIN};

	for (;;) {
		int64_t left = deadline - clock_ms();
		if (left <= 0)
			return false;
		int ready = poll(&wanted, 1, left < INT32_MAX ? (int)left : INT32_MAX);
		if (ready > 0 || (ready < 0 && errno != EINTR))
			return true;
	}
}

/* Reads to the end. What went wrong instead, as words; NULL if nothing did. */
static const char *
read_all(int fd, size_t max, int64_t deadline, struct buf *out)
{
	size_t start = out->len;

	for (;;) {
		if (!wait_for_output(fd, deadline))
			return "has not ended in time";
		ssize_t n = read(fd, buf_reserve(out, READ_SIZE), READ_SIZE);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return strerror(errno);
		if (n == 0)
			return NULL;
		out->len += (size_t)n;
		if (out->len - start > max)
			return "prints too much";
	}
}

/* Waits for the end of PID, as waitpid; false if it has not ended at DEADLINE. */
static bool
wait_for_end(pid_t pid, int64_t deadline, int *status)
{
	for (;;) {
		pid_t ended = waitpid(pid, status, WNOHANG);
		if (ended == pid)
			return true;
		if ((ended < 0 && errno != EINTR) || clock_ms() >= deadline)
			return false;
		poll(NULL, 0, END_STEP_MS);
	}
}

/* As child_run, for a child that runs. */
static int
collect(const char *name, pid_t pid, int fd, const struct child_limits *limits, struct buf *out)
{
	int64_t deadline = clock_ms() + limits->time_ms;
	const char *wrong = read_all(fd, limits->bytes, deadline, out);
	int status;

	close(fd);
	if (wrong == NULL && !wait_for_end(pid, deadline, &status))
		wrong = "has not ended in time";
	if (wrong != NULL) {
		log_error("%s: %s", name, wrong);
		kill(-pid, SIGKILL);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			continue;
		return CHILD_FAILED;
	}
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	log_error("%s: ended by signal %d", name, WTERMSIG(status));
	return CHILD_FAILED;
}

int
child_run(const char *program, const char *const argv[], const struct child_limits *limits,
    struct buf *out)
{
	int fds[2];
	pid_t pid;

	if (pipe(fds) != 0) {
		log_error("%s: cannot be run: %s", program, strerror(errno));
		return CHILD_FAILED;
	}
	fcntl(fds[0], F_SETFD, FD_CLOEXEC);
	fcntl(fds[1], F_SETFD, FD_CLOEXEC);
	int error = child_start(program, argv, fds[1], &pid);
	close(fds[1]);
	if (error == 0)
		return collect(argv[0], pid, fds[0], limits, out);
	log_error("%s: cannot be run: %s", program, strerror(error));
	close(fds[0]);
	return CHILD_FAILED;
}
