/* SPDX-License-Identifier: MIT */
/*
 * Getting pages and files from a server that breaks, hangs, bans and cuts: tries again what
 * can pass (5xx, resets, stalls, cut bodies) with growing pauses, gives up at once on what
 * cannot (404, 403), and does not ask at all before the time the server named.
 *
 * The functions return 0 or the exit status that the failure stands for, after a message:
 *
 *   EX_NOINPUT      404 or 410; no message: the caller knows what that means
 *   EX_NOPERM       401, 403, 407
 *   EX_TEMPFAIL     told to wait, the time is in the message; or a stop was asked for
 *   EX_UNAVAILABLE  refused, or nothing after all tries
 *   EX_DATAERR      more bytes than can be
 *   EX_IOERR        the disk: no room, cannot be written
 */
#ifndef DX_FETCH_TRANSFER_H
#define DX_FETCH_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "fetch/http.h"
#include "fetch/part.h"
#include "fetch/throttle.h"

/* How to ask. Nothing here is owned. */
struct transfer {
	struct http *http;
	struct throttle *throttle;
	const char *server; /* for messages */
	uint64_t retries; /* further tries after the first */
	int64_t delay_ms; /* pause before the second try; doubled for each further one */
	bool optional; /* failures are only told to those who want to know more (-v) */
};

/* 0 if the server may be asked now; EX_TEMPFAIL if not before a later time. */
int transfer_may_ask(struct transfer *t);

/*
 * Gets the text at URL into OUT, terminated, at most MAX bytes; the caller frees it. Without
 * PAGES an HTML page is refused: a challenge to a browser, not the text.
 */
int transfer_text(struct transfer *t, const char *url, bool pages, size_t max, struct buf *out);

/*
 * Gets what is missing of the file at URL into PART; NAME for messages, LISTED the size a
 * listing gives at least, 0 if unknown. *RESUMED becomes whether the end was appended to an
 * older beginning. Success says that the server sent all it announced, not that it is
 * right: if the caller has no digest to tell (CHECKED is false), what is shorter than listed
 * or ends a part of unknown total is tried again. What does not begin as gzip does is no answer.
 */
int transfer_file(struct transfer *t, const char *url, const char *name, uint64_t listed,
    bool checked, struct part *part, bool *resumed);

#endif
