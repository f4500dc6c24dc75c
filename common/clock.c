/* SPDX-License-Identifier: MIT */
/* Time: of day for people and messages, monotonic for waiting. */
#include "common/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/stop.h"

char *
clock_text(char *out, time_t when)
{
	struct tm tm;

	if (gmtime_r(&when, &tm) == NULL ||
	    strftime(out, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		snprintf(out, CLOCK_TEXT_SIZE, "1970-01-01T00:00:00Z");
	return out;
}

int64_t
clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t
clock_ms(void)
{
	return clock_ns() / 1000000;
}

int
clock_sleep_ms(int64_t ms)
{
	int64_t end = clock_ms() + ms;

	for (int64_t left = ms; left > 0; left = end - clock_ms()) {
		if (stop_requested())
			return -1;
		/* Slices, because a signal just before nanosleep would not interrupt it. */
		int64_t slice = left < 200 ? left : 200;
		nanosleep(&(struct timespec){.tv_sec = 0, .tv_nsec = (long)slice * 1000000}, NULL);
	}
	return stop_requested() ? -1 : 0;
}

int64_t
clock_backoff_ms(unsigned attempt, int64_t base_ms, int64_t max_ms)
{
	static unsigned short seed[3];

	if (seed[0] == 0) {
		struct timespec now;
		clock_gettime(CLOCK_REALTIME, &now);
		seed[0] = (unsigned short)(now.tv_nsec | 1);
		seed[1] = (unsigned short)(now.tv_nsec >> 16);
		seed[2] = (unsigned short)getpid();
	}
	int64_t ms = base_ms;
	for (unsigned i = 0; i < attempt && ms < max_ms; i++)
		ms *= 2;
	if (ms > max_ms)
		ms = max_ms;
	int64_t half = ms / 2;
	return half + (int64_t)(erand48(seed) * (double)(ms - half));
}
