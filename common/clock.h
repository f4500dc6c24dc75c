/* SPDX-License-Identifier: MIT */
/* Time: of day for people and messages, monotonic for waiting. */
#ifndef DX_COMMON_CLOCK_H
#define DX_COMMON_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Size of a time as text with its end: 2026-02-04T00:02:54Z. */
#define CLOCK_TEXT_SIZE 32

/* Writes WHEN as UTC, RFC 3339, whole seconds, to OUT (CLOCK_TEXT_SIZE bytes). Returns OUT. */
char *clock_text(char *out, time_t when);

/* Nanoseconds and milliseconds since some moment, the same for both; never go back. */
int64_t clock_ns(void);
int64_t clock_ms(void);

/* Sleeps MS milliseconds, and tells a watchdog that we live (notify.h); returns early, with -1,
 * when a stop is asked for (stop.h). */
int clock_sleep_ms(int64_t ms);

/*
 * How long to wait before try ATTEMPT + 1 (the first is 0), in milliseconds:
 * BASE_MS doubled each time up to MAX_MS, then a random point of its upper half, so
 * that programs that failed together do not come back together.
 */
int64_t clock_backoff_ms(unsigned attempt, int64_t base_ms, int64_t max_ms);

#endif
