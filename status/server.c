/* SPDX-License-Identifier: MIT */
/*
 * A socket that listens, and a process for each connection. One that waits for dx-marker, or for a
 * slow client, keeps nobody waiting, and what goes wrong in one ends that one.
 */
#include "status/server.h"

#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/stop.h"
#include "status/connection.h"
#include "status/limits.h"

/* Those that have ended are taken note of, and a stop is seen, that much later at most. */
#define STEP_MS 500

/* After accept(2) or fork(2) failed for want of something: others may give it back. */
#define PAUSE_MS 100

struct server {
	const struct settings *settings;
	int fd;
	pid_t clients[STATUS_CLIENTS_MAX]; /* 0: free */
	size_t count;
};

/* Takes note of those that have ended; with BLOCK it waits until one has, or a signal comes. */
static void
reap(struct server *s, bool block)
{
	pid_t ended;

	while (s->count > 0 && (ended = waitpid(-1, NULL, block ? 0 : WNOHANG)) > 0) {
		block = false;
		for (size_t i = 0; i < STATUS_CLIENTS_MAX; i++) {
			if (s->clients[i] != ended)
				continue;
			s->clients[i] = 0;
			s->count--;
		}
	}
}

static void
note_client(struct server *s, pid_t pid)
{
	for (size_t i = 0; i < STATUS_CLIENTS_MAX; i++) {
		if (s->clients[i] != 0)
			continue;
		s->clients[i] = pid;
		s->count++;
		return;
	}
}

static void
serve(struct server *s, int connection)
{
	pid_t pid = fork();

	if (pid == 0) {
		close(s->fd);
		_exit(connection_serve(s->settings, connection));
	}
	if (pid < 0) {
		log_error("a connection cannot be served: %s", strerror(errno));
		clock_sleep_ms(PAUSE_MS);
	} else {
		note_client(s, pid);
	}
	close(connection);
}

/* Whether accept(2) fails because of what may pass, or of the client. */
static bool
passes(int error)
{
	static const int passing[] = {EINTR, EAGAIN, ECONNABORTED, EPROTO, ENETDOWN, ENOPROTOOPT,
	    EHOSTDOWN, ENONET, EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH, EPERM, EMFILE, ENFILE,
	    ENOBUFS, ENOMEM};

	for (size_t i = 0; i < sizeof passing / sizeof *passing; i++)
		if (passing[i] == error)
			return true;
	return false;
}

/* 0, or an exit status after a message. */
static int
take_connection(struct server *s)
{
	int connection = accept(s->fd, NULL, NULL);

	if (connection >= 0) {
		fcntl(connection, F_SETFD, FD_CLOEXEC);
		serve(s, connection);
	} else if (!passes(errno)) {
		log_error("accept: %s", strerror(errno));
		return EX_OSERR;
	} else if (errno != EAGAIN && errno != EINTR) {
		clock_sleep_ms(PAUSE_MS);
	}
	return EX_OK;
}

/* Asks those at work to end. They do when they have answered, or have had their time. */
static void
finish(struct server *s)
{
	for (size_t i = 0; i < STATUS_CLIENTS_MAX; i++)
		if (s->clients[i] != 0)
			kill(s->clients[i], SIGTERM);
	while (s->count > 0)
		reap(s, true);
}

int
server_run(const struct settings *settings, int fd)
{
	struct server s = {.settings = settings, .fd = fd};
	struct pollfd wanted = {.fd = fd, .events = POLLIN};
	int status = EX_OK;

	/* Somebody else may take the connection that poll has seen. */
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	while (!stop_requested() && status == EX_OK) {
		reap(&s, s.count == STATUS_CLIENTS_MAX);
		if (s.count < STATUS_CLIENTS_MAX && poll(&wanted, 1, STEP_MS) > 0)
			status = take_connection(&s);
	}
	close(fd);
	finish(&s);
	return status;
}
