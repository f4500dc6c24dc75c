/* SPDX-License-Identifier: MIT */
/*
 * What a run tells: to the marker first (dx-marker(1)), then to the reader of standard
 * output (dx-stream(5)). Functions return 0 or an exit status after a message.
 */
#ifndef DX_FETCH_LEDGER_H
#define DX_FETCH_LEDGER_H

#include <stdbool.h>

#include "fetch/plan.h"

struct ledger {
	char *marker; /* path of the month's marker; owned */
	char version[DUMP_VERSION_SIZE];
	char decision[16]; /* continue, reprocess, skip */
};

/* Asks where the marker of VERSION in FOLDER is and what it decides. ledger_close frees. */
int ledger_open(struct ledger *l, const char *folder, const char *version);
void ledger_close(struct ledger *l);

/* Gives the marker up for a new one; the decision is then reprocess. */
int ledger_reset(struct ledger *l);

/* Does what is missing of a month that is done: the decision is then continue. */
void ledger_go_on(struct ledger *l);

/* Whether FILE was done from bytes that are known not to be those of SHA256, into *REPLACED. */
int ledger_replaced(struct ledger *l, const char *file, const char *sha256, bool *replaced);

/* The dump line: the month has FILES. */
int ledger_dump(struct ledger *l, unsigned files);

/* Marker only: the download phase begins, with that many files; it is completed; it failed on FILE
 * with the exit status CAUSE. */
int ledger_start(struct ledger *l, unsigned files);
int ledger_complete(struct ledger *l);
int ledger_fail(struct ledger *l, const char *file, int cause);

/* Marker only: the download of FILE begins. */
int ledger_start_file(struct ledger *l, const char *file);

/* ITEM is good: to the marker; and as a file line, if it is wanted and the marker says that it
 * is still to do. */
int ledger_file(struct ledger *l, const struct plan_item *item);

/* The end line. */
int ledger_end(void);

#endif
