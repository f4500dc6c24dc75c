/* SPDX-License-Identifier: MIT */
/* What the markers of a data folder say, each in a few numbers: to compare, and to estimate by. */
#ifndef DX_MARKER_MONTHS_H
#define DX_MARKER_MONTHS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "common/dump.h"
#include "marker/state.h"

/* One file of a month. What is not known is 0. */
struct month_file {
	bool completed;
	int64_t records;
	int64_t read; /* records with those that were rejected */
	int64_t bytes;
	int64_t seconds; /* from its first record to its last */
};

struct month {
	char version[DUMP_VERSION_SIZE];
	bool completed;
	bool failed;
	int64_t records;
	int64_t seconds; /* of the whole month; 0: not known */
	struct month_file files[DUMP_TYPES];
};

/* Oldest first. The struct's owner calls months_free. */
struct months {
	struct month *list;
	size_t count;
};

/* What S says; a version that is none stays empty. */
void months_describe(const struct state *s, struct month *out);

/* Reads the markers in FOLDER. Those that are damaged or cannot be read are left out, and so are
 * all if the folder cannot be read. */
void months_read(const char *folder, struct months *out);
void months_free(struct months *m);

/*
 * The month to estimate a file of TYPE in VERSION by: the nearest earlier one that has completed
 * such a file, else the nearest later one. Lent; NULL if there is none.
 */
const struct month *months_model(const struct months *m, const char *version, enum dump_type type);

/* The newest completed month, lent; NULL if there is none. */
const struct month *months_completed(const struct months *m);

/* Writes the version of the newest marker in FOLDER, damaged or not, to VERSION (DUMP_VERSION_SIZE
 * bytes), "" if there is none. -1 with errno if the folder cannot be read. */
int months_newest(const char *folder, char *version);

/* The first moment of the month VERSION; 0 if it is none. */
time_t months_time(const char *version);

#endif
