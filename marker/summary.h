/* SPDX-License-Identifier: MIT */
/*
 * What holds for a month, worked out once from its marker, those of other months, and the history:
 * what is shown of it by status, report, metrics and health, which only print.
 *
 * A marker does not say how many records a file has before it is read to its end. Until then its
 * total is an estimate: what the month before had of that type, scaled by the sizes of the two
 * files where both are known.
 */
#ifndef DX_MARKER_SUMMARY_H
#define DX_MARKER_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "common/buf.h"
#include "marker/history.h"
#include "marker/months.h"
#include "marker/operation.h"
#include "marker/state.h"

/* A month that is being done shows a sign of life every second, and every few while a large file is
 * downloaded: without one for so long, nobody is at work. */
#define SUMMARY_STALLED_SECONDS 1800

enum summary_phase_index {
	SUMMARY_DOWNLOAD,
	SUMMARY_PROCESSING,
	SUMMARY_PUBLISHING,
	SUMMARY_PHASES
};

/* So much of something is done. */
struct summary_amount {
	int64_t done;
	int64_t total; /* 0: not known */
	bool about; /* the total is an estimate */
	double part; /* from 0 to 1, -1: not known; 1 only if it is completed */
	double rate; /* a second; 0: not known */
	int64_t left; /* seconds; -1: not known */
};

struct summary_phase {
	const char *name;
	const char *status; /* lent by the state, as is the error */
	time_t started, ended; /* 0: not known */
	int64_t files, files_total;
	size_t errors;
	const char *error; /* the last one, NULL: none */
};

struct summary_file {
	char *name; /* owned */
	const char *type; /* "artists"; for a file with another name, that */
	const char *download; /* the two statuses */
	const char *status;
	struct summary_amount bytes;
	struct summary_amount records; /* those that were read, rejected ones included */
	int64_t extracted, rejected, messages, batches;
	time_t started, ended; /* of the processing; 0: not known */
	bool unsent; /* completed, and nobody was told */
	bool known; /* the marker has it; else it is only what a month has */
};

struct summary {
	const char *version; /* lent by the state */
	const char *overall;
	time_t now;
	time_t updated; /* 0: never */
	time_t active; /* the last sign of life: updated, or when a part of a download grew */
	int64_t age; /* seconds since then, 0 at least */
	bool at_rest; /* nothing happened since a run ended well: it was asked for no more types */
	struct summary_phase phases[SUMMARY_PHASES];
	struct summary_file *files; /* in the order of a month */
	size_t count;
	struct summary_amount bytes, records; /* of all files */
	int64_t extracted, rejected, messages, batches;
	int64_t seconds; /* how long the month took, or has taken so far; 0: not known */
	size_t pending, unsent; /* files */
	const char *decision; /* reprocess, continue, skip */
	char *would; /* "a restart would WOULD, because WHY" is a sentence */
	char *why;
	struct months months; /* all that the folder has */
	struct history history;
};

/* What holds for S, the marker that C names, at the time of C. The caller calls summary_free before
 * it frees S. */
void summary_make(struct summary *out, const struct state *s, const struct call *c);
void summary_free(struct summary *sum);

/* The month's phase that failed, NULL if none did. */
const struct summary_phase *summary_failed(const struct summary *sum);

/* Whether something is being done, or was until it died. A month of which some types are left is
 * not, once a run has done what it was asked to. */
bool summary_busy(const struct summary *sum);

#endif
