/* SPDX-License-Identifier: MIT */
/*
 * Workers: jobs are worked on side by side and finished one by one, in the order in which
 * they were given.
 */
#ifndef DX_PARSE_POOL_H
#define DX_PARSE_POOL_H

struct pool;

/* What a pool does with jobs; CONTEXT is the caller's. */
struct pool_functions {
	/* Works on JOB in the worker's own STATE, beside other workers. */
	void (*work)(void *state, void *job);
	/* Finishes JOB: never two at a time, in order. -1: the rest is not worked on. */
	int (*finish)(void *context, void *job);
	/* Takes JOB back, finished or not, in order. */
	void (*recycle)(void *context, void *job);
};

/*
 * WORKERS threads with the states STATES[0..WORKERS-1], at most DEPTH jobs between
 * pool_give and their recycling. The states stay the caller's.
 */
struct pool *pool_new(unsigned workers, void *const *states, unsigned depth,
    const struct pool_functions *functions, void *context);

/* Gives a job; waits while DEPTH of them are there. -1, and the job is recycled, once finish said
 * so. */
int pool_give(struct pool *p, void *job);

/* Waits until everything given is finished. -1 if finish said so. */
int pool_wait(struct pool *p);

/* Ends the workers when they are done, and frees. */
void pool_free(struct pool *p);

#endif
