/* SPDX-License-Identifier: MIT */
/* The addresses of a host. */
#include "publish/resolve.h"

#include <sys/socket.h>

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "common/clock.h"
#include "common/mem.h"
#include "common/notify.h"
#include "common/stop.h"
#include "publish/limits.h"

/* One question. The asker and the thread hold it; whoever is the last frees it. */
struct question {
	char *host, *port;
	pthread_mutex_t lock;
	pthread_cond_t answered;
	bool done; /* there is an answer */
	bool left; /* nobody waits for it */
	int error;
	struct addrinfo *found;
};

static struct question *
question_new(const char *host, const char *port)
{
	struct question *q = mem_zero(1, sizeof *q);
	pthread_condattr_t attributes;

	q->host = mem_strdup(host);
	q->port = mem_strdup(port);
	pthread_mutex_init(&q->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&q->answered, &attributes);
	pthread_condattr_destroy(&attributes);
	return q;
}

static void
question_free(struct question *q)
{
	if (q->found != NULL)
		freeaddrinfo(q->found);
	pthread_cond_destroy(&q->answered);
	pthread_mutex_destroy(&q->lock);
	free(q->host);
	free(q->port);
	free(q);
}

static int
look_up(const char *host, const char *port, int flags, struct addrinfo **found)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = flags};

	return getaddrinfo(host, port, &hints, found);
}

static void *
answer(void *argument)
{
	struct question *q = argument;
	struct addrinfo *found = NULL;
	int error = look_up(q->host, q->port, 0, &found);

	pthread_mutex_lock(&q->lock);
	q->done = true;
	q->error = error;
	q->found = found;
	bool left = q->left;
	pthread_cond_signal(&q->answered);
	pthread_mutex_unlock(&q->lock);
	if (left)
		question_free(q);
	return NULL;
}

/* Has a thread answer Q; signals stay with the others. -1 if there can be none. */
static int
start_answering(struct question *q)
{
	sigset_t all, before;
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int error = pthread_create(&thread, &attributes, answer, q);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return error == 0 ? 0 : -1;
}

/* Waits for the answer to Q, whose lock is held; -1 and *F without one. */
static int
await_answer(struct question *q, int64_t deadline_ms, struct failure *f)
{
	while (!q->done) {
		struct timespec until;
		if (stop_requested())
			return failure_set(f, STOP_STATUS, "stopped");
		if (clock_ms() >= deadline_ms)
			return failure_set(f, 0, "no answer in time from a name server");
		notify_alive();
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_nsec += PUBLISH_POLL_MS * 1000000L;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		pthread_cond_timedwait(&q->answered, &q->lock, &until);
	}
	return 0;
}

/* Sets *FOUND and *ERROR as getaddrinfo does; -1 and *F if there is no answer. */
static int
ask(const char *host, const char *port, int64_t deadline_ms, struct addrinfo **found, int *error,
    struct failure *f)
{
	struct question *q = question_new(host, port);

	if (start_answering(q) != 0) {
		question_free(q);
		*error = look_up(host, port, 0, found);
		return 0;
	}
	pthread_mutex_lock(&q->lock);
	int result = await_answer(q, deadline_ms, f);
	q->left = true;
	bool done = q->done;
	*error = q->error;
	if (result == 0) {
		*found = q->found;
		q->found = NULL;
	}
	pthread_mutex_unlock(&q->lock);
	if (done)
		question_free(q);
	return result;
}

struct addrinfo *
resolve_host(const char *host, const char *port, int64_t deadline_ms, struct failure *f)
{
	struct addrinfo *found = NULL;

	/* An address needs nobody to be asked. */
	int error = look_up(host, port, AI_NUMERICHOST, &found);
	if (error == EAI_NONAME && ask(host, port, deadline_ms, &found, &error, f) != 0)
		return NULL;
	if (error != 0)
		failure_set(f, 0, "%s", gai_strerror(error));
	return error == 0 ? found : NULL;
}
