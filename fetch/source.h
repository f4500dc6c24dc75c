/* SPDX-License-Identifier: MIT */
/*
 * Where months come from: the dump server with the data folder as its cache, or a
 * local mirror, which is only read. Functions return 0 or an exit status after a
 * message.
 */
#ifndef DX_FETCH_SOURCE_H
#define DX_FETCH_SOURCE_H

#include <stdbool.h>

#include "fetch/catalog.h"
#include "fetch/checksum.h"
#include "fetch/plan.h"
#include "fetch/run.h"

struct source;

/* FOLDER is the data folder as an absolute path, or NULL; it and ARGS must outlive the source. */
int source_open(const struct fetch_args *args, const char *folder, struct source **out);
void source_close(struct source *s);

/* Prints the months there are on standard output, oldest first. */
int source_list(struct source *s);

/* The month to work on: the one asked for, or the newest complete one. EX_TEMPFAIL if none is
 * complete. */
int source_find(struct source *s, struct month *month);

/* How many files the month has, as far as can be told without asking the server. */
unsigned source_guess_files(struct source *s, const struct month *month);

/*
 * Reads the CHECKSUM of MONTH, to see whether files of a month that is done were replaced:
 * at most one request; source_plan then makes none. *SUMS is empty if it cannot be had,
 * which is only said with -v. STOP_STATUS if a stop was asked for, else EX_OK.
 */
int source_look(struct source *s, const struct month *month, struct checksums *sums);

/* Makes the plan for MONTH by its CHECKSUM; plan_free it. EX_TEMPFAIL if that is not there yet. */
int source_plan(struct source *s, const struct month *month, struct plan *plan);

/*
 * Verifies ITEM if it is on disk: item->good tells. A file of the data folder that is wrong is
 * removed with a warning, to be downloaded again; one of a mirror is EX_DATAERR; what is
 * not wanted is only warned of. item->path is set in any case but where a mirror lacks it.
 */
int source_check(struct source *s, const struct plan *plan, struct plan_item *item);

/* Whether files that are missing can be had by source_get. */
bool source_downloads(const struct source *s);

/* 0 if source_get may be called now, EX_TEMPFAIL after a message: the server wants us to wait. */
int source_may_get(struct source *s);

/* Downloads ITEM and verifies it (server_get). */
int source_get(struct source *s, struct plan *plan, struct plan_item *item);

#endif
