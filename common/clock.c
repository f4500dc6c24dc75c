/* SPDX-License-Identifier: MIT */
/* Time: of day for people and messages, monotonic for waiting. */
#include "common/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/notify.h"
#include "common/stop.h"

/* The last second of the year 9999. */
#define TIME_MAX 253402300799

/* The date of day N since 1970-01-01, at most of the year 9999: years begin in March here, so that
 * the leap day is the last. */
static void
date_of(int n, int *year, int *month, int *day)
{
	int since = n + 719468; /* 0000-03-01 */
	int era = since / 146097, of_era = since % 146097; /* 400 years */
	int y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int of_year = of_era - (365 * y + y / 4 - y / 100);
	int m = (5 * of_year + 2) / 153;

	*day = of_year - (153 * m + 2) / 5 + 1;
	*month = m < 10 ? m + 3 : m - 9;
	*year = y + era * 400 + (*month <= 2);
}

/* Without gmtime_r(3), which takes a lock under which it allocates: a message that there is no
 * memory would wait for it for ever. */
char *
clock_text(char *out, time_t when)
{
	int year, month, day;

	if (when < 0 || when > TIME_MAX)
		when = 0;
	int second = (int)(when % 86400);
	date_of((int)(when / 86400), &year, &month, &day);
	snprintf(out, CLOCK_TEXT_SIZE, "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)year % 10000,
	    (unsigned)month % 100, (unsigned)day % 100, (unsigned)second / 3600,
	    (unsigned)second / 60 % 60, (unsigned)second % 60);
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
		notify_alive();
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
