/* SPDX-License-Identifier: MIT */
/*
 * The ledger: what of the current file is settled, what of that is recorded, and every
 * question to the marker. Records, messages and batches are recorded together, always
 * as of a mark line, and only when every message above it is settled; so what the marker says
 * never runs ahead. Without a marker it counts all the same.
 *
 * Functions return EX_OK or an exit status, as marker_call does; a message was written.
 */
#ifndef DX_PUBLISH_LEDGER_H
#define DX_PUBLISH_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/stream.h"

/* What was done since the program started. */
struct ledger_totals {
	uint64_t sent; /* records handed to the sink */
	uint64_t published; /* of those, confirmed */
	uint64_t rejected; /* of those, refused for good */
	uint64_t skipped; /* records that earlier runs had done */
	uint64_t files; /* completed */
};

struct ledger;

/* BATCH messages make a batch; progress is recorded every STATE_INTERVAL messages. */
struct ledger *ledger_new(uint64_t batch, uint64_t state_interval);
void ledger_free(struct ledger *l);

/*
 * From now on what happens goes to the marker of DUMP; an empty path means that there is none. The
 * month is locked, by flock on the marker's name with ".publish.lock", until ledger_free:
 * EX_TEMPFAIL if another process holds it.
 */
int ledger_use_marker(struct ledger *l, const struct stream_control *dump);
bool ledger_has_marker(const struct ledger *l);

/*
 * A file begins, at START->skipped records, to be sent with OPTIONS (target.h). *MESSAGES: how many
 * of its messages the marker counts; -1 without a marker. EX_DATAERR if the marker knows another
 * position. EX_TEMPFAIL if those records were sent with other options: then the marker knows none
 * of them any more, and the next run begins the file anew.
 */
int ledger_start_file(struct ledger *l, const struct stream_control *start, const char *options,
    int64_t *messages);

/* One more record was sent; one more is settled, published or rejected. */
void ledger_sent(struct ledger *l);
void ledger_settled(struct ledger *l, bool published);

/* A mark: all that was sent belongs to the first RECORDS records of the file. */
void ledger_mark(struct ledger *l, uint64_t records);

/* Whether a mark waits that ought to be recorded by now, once it is settled. */
bool ledger_due(const struct ledger *l);

/*
 * Records the last mark that is settled, if the marker does not know it. NOW: it is durable when
 * this returns. Else only if it is time, and in the background; a failure is returned by a later
 * call. It is time when half the interval has passed, and a call that is still at work when all of
 * it has is waited for: so never more than the interval is unrecorded for want of time.
 */
int ledger_record(struct ledger *l, bool now);

/* The file, all of it settled, is complete: records that, durably. */
int ledger_complete_file(struct ledger *l, uint64_t records);

/* The completion message of FILE is confirmed. */
int ledger_completion_sent(struct ledger *l, const char *file);

/* The files, one a line, whose completion message may be missing; the caller frees. */
int ledger_unsent(struct ledger *l, char **files);

/* The completed files of the month of DUMP, one a line, each with a tab and the options with which
 * it was sent, as far as they are known; the caller frees. */
int ledger_completed(const struct stream_control *dump, char **files);

/* How many records of FILE the marker counts. */
int ledger_records(struct ledger *l, const char *file, uint64_t *records);

/* Whether all files of the month are complete. */
int ledger_month_done(struct ledger *l, bool *done);

/* The month: all is processed; what was counted, as JSON, for the caller to free; all is told. */
int ledger_complete_processing(struct ledger *l);
int ledger_summary(struct ledger *l, char **json);
int ledger_complete_extraction(struct ledger *l);

/* Publishing failed, with STATUS. */
void ledger_fail(struct ledger *l, int status);

const struct ledger_totals *ledger_totals(const struct ledger *l);

#endif
