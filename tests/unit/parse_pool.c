/* SPDX-License-Identifier: MIT */
/* Workers: order, depth, and the end after a failure. */
#include "parse/pool.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "tests/unit/unit.h"

#define JOBS 2000

struct job {
	unsigned number;
	bool worked;
};

/* What the test sees; finish and recycle come one at a time, so nothing here needs a lock of its
 * own but the count of jobs at work. */
struct seen {
	struct job jobs[JOBS];
	unsigned finished;
	unsigned recycled;
	unsigned fail_at; /* finish says no to this one; JOBS: to none */
	bool in_order;
	bool inside; /* finish or recycle is running */
	pthread_mutex_t lock;
	unsigned held; /* given and not recycled */
	unsigned most_held;
};

static void
work(void *state, void *job)
{
	struct job *j = job;
	unsigned *worked = state;

	/* Some jobs take longer than those behind them. */
	if (j->number % 7 == 0)
		nanosleep(&(struct timespec){.tv_nsec = 100000L * (j->number % 5)}, NULL);
	j->worked = true;
	++*worked;
}

static int
finish(void *context, void *job)
{
	struct seen *s = context;
	struct job *j = job;

	if (s->inside || !j->worked || j->number != s->finished)
		s->in_order = false;
	s->inside = true;
	s->finished++;
	s->inside = false;
	return j->number == s->fail_at ? -1 : 0;
}

static void
recycle(void *context, void *job)
{
	struct seen *s = context;
	struct job *j = job;

	pthread_mutex_lock(&s->lock);
	/* After a failure pool_give takes a job back at once, before those in the ring. */
	if (j->number != s->recycled++ && s->fail_at == JOBS)
		s->in_order = false;
	s->held--;
	pthread_mutex_unlock(&s->lock);
}

static const struct pool_functions functions = {work, finish, recycle};

/* Gives all jobs to WORKERS. What pool_wait said. */
static int
run(struct seen *s, unsigned workers, unsigned depth, unsigned fail_at)
{
	unsigned worked[16] = {0}, total = 0;
	void *states[16];

	*s = (struct seen){.fail_at = fail_at, .in_order = true};
	pthread_mutex_init(&s->lock, NULL);
	for (unsigned i = 0; i < workers; i++)
		states[i] = &worked[i];
	struct pool *p = pool_new(workers, states, depth, &functions, s);
	for (unsigned i = 0; i < JOBS; i++) {
		s->jobs[i].number = i;
		pthread_mutex_lock(&s->lock);
		s->held++;
		s->most_held = s->held > s->most_held ? s->held : s->most_held;
		pthread_mutex_unlock(&s->lock);
		if (pool_give(p, &s->jobs[i]) != 0)
			break;
	}
	int result = pool_wait(p);
	ck_assert_uint_eq(s->held, 0);
	pool_free(p);
	for (unsigned i = 0; i < workers; i++)
		total += worked[i];
	ck_assert_uint_ge(total, s->finished);
	pthread_mutex_destroy(&s->lock);
	return result;
}

START_TEST(in_order)
{
	static const unsigned workers[] = {1, 2, 3, 8, 16};
	static struct seen s;

	for (size_t i = 0; i < sizeof workers / sizeof *workers; i++) {
		for (unsigned depth = 1; depth <= 32; depth *= 4) {
			ck_assert_int_eq(run(&s, workers[i], depth, JOBS), 0);
			ck_assert(s.in_order);
			ck_assert_uint_eq(s.finished, JOBS);
			ck_assert_uint_eq(s.recycled, JOBS);
			/* Those in the ring, the one that waits for room, and one that is being
			 * given back. */
			ck_assert_uint_le(s.most_held, depth + 2);
		}
	}
}
END_TEST

START_TEST(failure_ends_it)
{
	static const unsigned places[] = {0, 1, 500, JOBS - 1};
	static struct seen s;

	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		for (unsigned workers = 1; workers <= 8; workers *= 2) {
			ck_assert_int_eq(run(&s, workers, workers * 2, places[i]), -1);
			ck_assert(s.in_order);
			/* Nothing is finished after the one that failed; all that was given came
			 * back. */
			ck_assert_uint_eq(s.finished, places[i] + 1);
		}
	}
}
END_TEST

START_TEST(nothing_to_do)
{
	unsigned worked = 0;
	void *state = &worked;
	struct seen s = {.in_order = true};

	struct pool *p = pool_new(1, &state, 1, &functions, &s);
	ck_assert_int_eq(pool_wait(p), 0);
	pool_free(p);
	p = pool_new(1, &state, 1, &functions, &s);
	pool_free(p);
	pool_free(NULL);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("parse_pool");
	TCase *tc = tcase_create("pool");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, in_order);
	tcase_add_test(tc, failure_ends_it);
	tcase_add_test(tc, nothing_to_do);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
