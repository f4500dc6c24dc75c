/* SPDX-License-Identifier: MIT */
/*
 * Workers, and order among them.
 *
 * Jobs stand in a ring in the order given. A worker takes the first that nobody
 * works on. When it is done it finishes, under the `finishing` flag, all jobs at
 * the front of the ring that are done: so nobody waits for a slow job but the ring.
 */
#include "parse/pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "common/mem.h"
#include "common/stop.h"

/* How long a wait lasts before it looks whether a stop was asked for, in milliseconds. */
#define WAIT_MS 100

struct slot {
	void *job;
	bool done;
};

struct worker {
	struct pool *pool;
	void *state;
	pthread_t thread;
};

struct pool {
	struct pool_functions functions;
	void *context;
	struct worker *workers;
	unsigned worker_count;

	pthread_mutex_t lock;
	pthread_cond_t work; /* a job can be taken, or the pool ends */
	pthread_cond_t room; /* the ring has room, or is empty */
	struct slot *ring;
	unsigned depth;
	unsigned front; /* the oldest job */
	unsigned count; /* jobs in the ring */
	unsigned taken; /* of them, how many a worker took */
	bool finishing;
	bool failed;
	bool ending;
};

/* Finishes the jobs at the front that are done; the lock is held on entry and return. */
static void
finish_front(struct pool *p)
{
	if (p->finishing)
		return;
	p->finishing = true;
	while (p->count > 0 && p->ring[p->front].done) {
		void *job = p->ring[p->front].job;
		bool failed = p->failed;
		pthread_mutex_unlock(&p->lock);
		if (!failed && p->functions.finish(p->context, job) != 0)
			failed = true;
		p->functions.recycle(p->context, job);
		pthread_mutex_lock(&p->lock);
		p->failed = p->failed || failed;
		p->ring[p->front].done = false;
		p->front = (p->front + 1) % p->depth;
		p->count--;
		p->taken--;
		pthread_cond_signal(&p->room);
	}
	p->finishing = false;
}

static void *
run(void *argument)
{
	struct worker *w = argument;
	struct pool *p = w->pool;

	pthread_mutex_lock(&p->lock);
	for (;;) {
		while (p->taken == p->count && !p->ending)
			pthread_cond_wait(&p->work, &p->lock);
		if (p->taken == p->count)
			break;
		struct slot *slot = &p->ring[(p->front + p->taken++) % p->depth];
		bool failed = p->failed;
		pthread_mutex_unlock(&p->lock);
		if (!failed)
			p->functions.work(w->state, slot->job);
		pthread_mutex_lock(&p->lock);
		slot->done = true;
		finish_front(p);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

struct pool *
pool_new(unsigned workers, void *const *states, unsigned depth,
    const struct pool_functions *functions, void *context)
{
	struct pool *p = mem_zero(1, sizeof *p);

	p->functions = *functions;
	p->context = context;
	p->depth = depth;
	p->ring = mem_zero(depth, sizeof *p->ring);
	p->worker_count = workers;
	p->workers = mem_zero(workers, sizeof *p->workers);
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->work, NULL);
	pthread_cond_init(&p->room, NULL);
	for (unsigned i = 0; i < workers; i++) {
		p->workers[i] = (struct worker){.pool = p, .state = states[i]};
		if (pthread_create(&p->workers[i].thread, NULL, run, &p->workers[i]) != 0)
			mem_exhausted();
	}
	return p;
}

/*
 * Waits until something left the ring; the lock is held. When a stop is asked for,
 * the rest is not worked on, and a worker whose write does not return is interrupted.
 */
static void
wait_room(struct pool *p)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += WAIT_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	pthread_cond_timedwait(&p->room, &p->lock, &until);
	if (!stop_requested())
		return;
	p->failed = true;
	for (unsigned i = 0; i < p->worker_count; i++)
		pthread_kill(p->workers[i].thread, stop_signal());
}

int
pool_give(struct pool *p, void *job)
{
	pthread_mutex_lock(&p->lock);
	while (p->count == p->depth)
		wait_room(p);
	bool failed = p->failed;
	if (!failed) {
		p->ring[(p->front + p->count++) % p->depth].job = job;
		pthread_cond_signal(&p->work);
	}
	pthread_mutex_unlock(&p->lock);
	if (failed)
		p->functions.recycle(p->context, job);
	return failed ? -1 : 0;
}

int
pool_wait(struct pool *p)
{
	pthread_mutex_lock(&p->lock);
	while (p->count > 0)
		wait_room(p);
	bool failed = p->failed;
	pthread_mutex_unlock(&p->lock);
	return failed ? -1 : 0;
}

void
pool_free(struct pool *p)
{
	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	p->ending = true;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
	for (unsigned i = 0; i < p->worker_count; i++)
		pthread_join(p->workers[i].thread, NULL);
	pthread_cond_destroy(&p->room);
	pthread_cond_destroy(&p->work);
	pthread_mutex_destroy(&p->lock);
	free(p->workers);
	free(p->ring);
	free(p);
}
