/* SPDX-License-Identifier: MIT */
/* One run of dx-fetch: find the month, ask the marker, get and verify the files, name them. */
#ifndef DX_FETCH_RUN_H
#define DX_FETCH_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/dump.h"

/* What the command line asks for. Strings are the caller's. */
struct fetch_args {
	const char *folder; /* the data folder; NULL is allowed with LIST */
	const char *base_url;
	char *own_url; /* the same if it was given, else NULL: main's, it may hold a password */
	const char *mirror; /* a local folder instead of the server, or NULL */
	const char *version; /* the month, NULL for the newest complete one */
	bool types[DUMP_TYPES];
	bool force;
	bool list;
	bool verify;
	uint64_t retries;
	uint64_t delay_ms;
	uint64_t stall_ms;
};

/* Returns the exit status; every failure was reported. */
int run_fetch(const struct fetch_args *args);

#endif
