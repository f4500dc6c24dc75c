/* SPDX-License-Identifier: MIT */
/*
 * When a server may be asked again. A server that said "later" (429, 503 with
 * Retry-After) counts requests before that time against us, so the time is kept in
 * the data folder and holds for the next run too.
 */
#ifndef DX_FETCH_THROTTLE_H
#define DX_FETCH_THROTTLE_H

#include <time.h>

/* The file in the data folder: lines `SECONDS ORIGIN`, the time since 1970. */
#define THROTTLE_FILE ".dx-fetch-wait"

/* What a 429 without Retry-After means, in seconds: what data.discogs.com says there. */
#define THROTTLE_DEFAULT_S 3600

/* What a 429 that asks for no wait means, in seconds. */
#define THROTTLE_LEAST_S 10

/* A longer wait is taken for this one, in seconds: a mistake in a header must not end all fetching.
 */
#define THROTTLE_MAX_S (7 * 24 * 3600)

struct throttle;

/* Remembers for ORIGIN in FOLDER, or only in memory if FOLDER is NULL. Both are copied. */
struct throttle *throttle_open(const char *folder, const char *origin);
void throttle_close(struct throttle *t);

/* The time before which the server must not be asked, 0 if it may be asked NOW. */
time_t throttle_until(struct throttle *t, time_t now);

/* Remembers UNTIL, as of NOW. A folder that cannot be written is reported; this process still
 * knows. */
void throttle_remember(struct throttle *t, time_t now, time_t until);

/*
 * Reads a Retry-After header (RFC 9110, 10.2.3): seconds, or a date in any of the three forms of
 * HTTP. Returns the time it means, at most THROTTLE_MAX_S from NOW; NOW if it asks for no wait;
 * 0 if TEXT is neither.
 */
time_t throttle_parse(const char *text, time_t now);

#endif
