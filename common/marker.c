/* SPDX-License-Identifier: MIT */
/* Calls of dx-marker(1). */
#include "common/marker.h"

#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/child.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/stop.h"

/* The most arguments of a call: the files of a month and the operation. */
#define MARKER_ARGS_MAX 32

/* How long a call may go on once a stop was asked for. It takes a few milliseconds; what takes
 * longer waits for the marker's lock, and would for half a minute. */
#define STOP_WAIT_MS 1000

char *
marker_program(void)
{
	const char *named = getenv("DX_MARKER");
	if (named != NULL && *named != '\0')
		return mem_strdup(named);

	char self[4096];
	ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
	if (len > 0) {
		self[len] = '\0';
		char *slash = strrchr(self, '/');
		char *beside = mem_printf("%.*s/dx-marker", (int)(slash - self), self);
		if (access(beside, X_OK) == 0)
			return beside;
		free(beside);
	}
	return mem_strdup("dx-marker");
}

/* Waits until there is something to read from FD, which PID has open until it ends. */
static void
wait_for_output(int fd, pid_t pid)
{
	struct pollfd wanted = {.fd = fd, .events = POLLIN};
	bool told = false;
	int ready;

	/* A signal may come just before poll, which then knows nothing of it: hence the steps. */
	while ((ready = poll(&wanted, 1, told ? -1 : STOP_WAIT_MS)) == 0 ||
	    (ready < 0 && errno == EINTR)) {
		if (ready != 0 || told || !stop_requested())
			continue;
		/* dx-marker gives up the waiting; a change that has begun it finishes. */
		kill(pid, SIGTERM);
		told = true;
	}
}

/* -1 with errno if the end was not reached: what came is no answer then. */
static int
read_all(int fd, pid_t pid, struct buf *out)
{
	for (;;) {
		wait_for_output(fd, pid);
		ssize_t n = read(fd, buf_reserve(out, 4096), 4096);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return (int)n;
		out->len += (size_t)n;
	}
}

/* Whether a signal is one that people and the kernel (too little memory) end a good program with;
 * it may come before dx-marker has its handlers. Any other is a crash. */
static bool
comes_from_outside(int signal)
{
	return signal == SIGHUP || signal == SIGINT || signal == SIGKILL || signal == SIGTERM;
}

static int
wait_for(pid_t pid, const char *operation)
{
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno == EINTR) {
			/* It has closed its output, so it is no dx-marker at work. */
			if (stop_requested())
				kill(pid, SIGTERM);
			continue;
		}
		log_error("dx-marker %s: %s", operation, strerror(errno));
		return EX_OSERR;
	}
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	log_error("dx-marker %s: ended by signal %d", operation, WTERMSIG(status));
	return comes_from_outside(WTERMSIG(status)) ? STOP_STATUS : EX_SOFTWARE;
}

static int
cannot_run(const char *program, int error)
{
	log_error("%s: cannot be run: %s", program, strerror(error));
	return EX_OSERR;
}

/* A call that was started. */
struct marker_job {
	char *program;
	char *operation;
	pid_t pid; /* -1: it could not be started, because of `error` */
	int error;
	int fd; /* its standard output */
};

static void
run(struct marker_job *job, const char *const argv[])
{
	int fds[2];

	job->pid = job->fd = -1;
	if (pipe(fds) != 0) {
		job->error = errno;
		return;
	}
	fcntl(fds[0], F_SETFD, FD_CLOEXEC);
	fcntl(fds[1], F_SETFD, FD_CLOEXEC);
	job->error = child_start(job->program, argv, fds[1], &job->pid);
	if (job->error != 0)
		job->pid = -1;
	close(fds[1]);
	job->fd = fds[0];
}

struct marker_job *
marker_start(const char *const args[])
{
	struct marker_job *job = mem_zero(1, sizeof *job);
	const char *argv[MARKER_ARGS_MAX + 2] = {"dx-marker"};
	size_t n = 0;

	for (; n < MARKER_ARGS_MAX && args[n] != NULL; n++)
		argv[n + 1] = args[n];
	job->program = marker_program();
	job->operation = mem_strdup(n > 2 ? args[2] : "");
	run(job, argv);
	return job;
}

bool
marker_ended(const struct marker_job *job)
{
	struct pollfd output = {.fd = job->fd, .events = POLLIN};

	return job->pid < 0 || poll(&output, 1, 0) != 0;
}

/* The exit status of JOB, as marker_run, and what it printed. */
static int
collect(struct marker_job *job, struct buf *text)
{
	if (job->pid < 0)
		return cannot_run(job->program, job->error);
	int unread = read_all(job->fd, job->pid, text) != 0 ? errno : 0;
	/* Before the wait: what goes on printing must not be waited for. */
	close(job->fd);
	job->fd = -1;
	int status = wait_for(job->pid, job->operation);
	if (unread == 0)
		return status;
	/* Half an answer, or none, would be taken for one: no file is pending, none is done. */
	log_error("dx-marker %s: its answer cannot be read: %s", job->operation, strerror(unread));
	text->len = 0;
	return EX_IOERR;
}

int
marker_finish(struct marker_job *job, char **output)
{
	struct buf text = {0};
	int status = collect(job, &text);

	if (job->fd >= 0)
		close(job->fd);
	free(job->program);
	free(job->operation);
	free(job);
	while (text.len > 0 && text.data[text.len - 1] == '\n')
		text.len--;
	buf_add_char(&text, '\0');
	if (output != NULL)
		*output = text.data;
	else
		buf_free(&text);
	return status;
}

int
marker_run(const char *const args[], char **output)
{
	return marker_finish(marker_start(args), output);
}

int
marker_call(const char *path, char **output, const char *operation, ...)
{
	const char *args[MARKER_ARGS_MAX + 1] = {log_level() < 0 ? "-qf" : "-f", path, operation};
	size_t n = 3;
	va_list ap;

	va_start(ap, operation);
	while (n < MARKER_ARGS_MAX && (args[n] = va_arg(ap, const char *)) != NULL)
		n++;
	va_end(ap);
	args[n] = NULL;
	return marker_run(args, output);
}
