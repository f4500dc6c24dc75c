/* SPDX-License-Identifier: MIT */
/*
 * The addresses there are and what stands behind them: a table. Nothing here knows what a marker
 * is; dx-marker is asked, with a limit of time and size, and its answer handed on.
 */
#ifndef DX_STATUS_ROUTES_H
#define DX_STATUS_ROUTES_H

#include <stdbool.h>

#include "status/answer.h"
#include "status/settings.h"

/* A request as far as it decides what is done. Lent. */
struct request {
	const char *method;
	const char *path;
	const char *authorization; /* NULL where there is no such header */
	const char *length; /* Content-Length, likewise */
	const char *encoding; /* Transfer-Encoding, likewise */
};

/* Whether R may be taken with its body. If not, A says why; nothing was done. */
bool routes_admit(const struct settings *s, const struct request *r, struct answer *a);

/* Does what R asks for, which was admitted, and makes A of it. */
void routes_answer(const struct settings *s, const struct request *r, struct answer *a);

#endif
