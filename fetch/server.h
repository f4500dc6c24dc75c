/* SPDX-License-Identifier: MIT */
/*
 * Months on a dump server: found by its listing pages, files downloaded into the data
 * folder. It bans after some 15 requests in six minutes, so each function says how
 * many it makes; there is none without need, and no HEAD.
 *
 * Functions that return int return 0 or an exit status after a message (transfer.h).
 */
#ifndef DX_FETCH_SERVER_H
#define DX_FETCH_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "fetch/catalog.h"
#include "fetch/checksum.h"
#include "fetch/plan.h"

struct server;

struct server_settings {
	const char *base_url;
	const char *folder; /* the data folder, NULL if there is none: then only lists */
	uint64_t retries;
	int64_t delay_ms;
	int64_t stall_ms;
};

/* EX_USAGE for a base URL that is none. */
int server_open(const struct server_settings *settings, struct server **out);
void server_close(struct server *s);

/*
 * Lists the months of the two newest years into MONTHS. Two or three requests; with ENOUGH
 * the older year is not asked for if the newer has a complete month.
 */
int server_months(struct server *s, bool enough, struct months *months);

/*
 * Gets the CHECKSUM of VERSION and keeps a copy in the data folder. One request. If the
 * server cannot be had now, a copy from an earlier run will do. EX_NOINPUT without a
 * message if the server has none: the month is not published to its end.
 */
int server_checksums(struct server *s, const char *version, struct checksums *sums);

/* server_checksums for want of something better: one try, no earlier copy instead, failures only
 * said with -v.
 */
int server_look_checksums(struct server *s, const char *version, struct checksums *sums);

/* 0 if the server may be asked now, EX_TEMPFAIL after a message. */
int server_may_ask(struct server *s);

/* Reads the copy in the data folder; -1 if there is none that is good. */
int server_kept_checksums(const struct server *s, const char *version, struct checksums *sums);

/*
 * Downloads ITEM of PLAN to item->path and verifies it. One request, more where that fails; the
 * file stands under its name only if it is good. A file that was replaced since CHECKSUM was read
 * is good too: PLAN then has the new sums, and
 * items that were good by the old ones are stale. EX_DATAERR if it stays wrong.
 */
int server_get(struct server *s, struct plan *plan, struct plan_item *item);

#endif
