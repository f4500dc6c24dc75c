/* SPDX-License-Identifier: MIT */
/*
 * The history of a data folder: .dx-history.ndjson, one line of JSON for each run, and for samples
 * of how far it was in between, dx-marker(5). Lines are only ever appended, each by one write(2),
 * so that nobody needs a lock; a line that cannot be read, such as one that a power cut left half,
 * is as good as none.
 */
#ifndef DX_MARKER_HISTORY_H
#define DX_MARKER_HISTORY_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "common/dump.h"
#include "marker/operation.h"
#include "marker/state.h"

#define HISTORY_NAME ".dx-history.ndjson"

/* How much of the file is read, from its end: some ten thousand runs. */
#define HISTORY_BYTES_MAX (4u << 20)

struct history_run {
	char version[DUMP_VERSION_SIZE]; /* "" if it was not known */
	time_t started, ended;
	int64_t status;
	int64_t seconds;
	/* Of the month when the run ended, all its runs together. */
	int64_t records, rejected, messages, batches, bytes;
	int64_t positions[DUMP_TYPES];
	/* Of this run: what it added to the records that the month had in the run before it. */
	int64_t added;
};

/* How far a month was: a sample, or the end of a run. */
struct history_mark {
	char version[DUMP_VERSION_SIZE];
	time_t when;
	int64_t positions[DUMP_TYPES];
};

/* In the order in which they were appended. The struct's owner calls history_free. */
struct history {
	struct history_run *runs;
	size_t count;
	struct history_mark *marks;
	size_t mark_count;
};

/* Reads that of FOLDER. None, or one that cannot be read, is one without runs. */
void history_read(const char *folder, struct history *out);
void history_free(struct history *h);

/* The last run, of the month VERSION or (NULL) of any. Lent; NULL if there is none. */
const struct history_run *history_last(const struct history *h, const char *version);

/* record-run: appends what the run that ends now was. S is NULL if no month has a marker. */
operation_run history_record;

/* record-sample: appends how far the month is, if it is being processed. Nothing if S is NULL. */
operation_run history_sample;

#endif
