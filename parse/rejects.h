/* SPDX-License-Identifier: MIT */
/* The rejects file: records that were rejected or repaired, as they were, for a person to look at.
 */
#ifndef DX_PARSE_REJECTS_H
#define DX_PARSE_REJECTS_H

#include <stdbool.h>

#include "parse/split.h"

struct rejects;

/* Opens PATH for appending, made if it is not there. NULL, with a message, if that fails. */
struct rejects *rejects_open(const char *path);

/*
 * Appends one line of JSON for record R of FILE (dx-record(5)): the bytes as
 * "raw" where they are UTF-8, else as "raw_base64". -1 with a message, or because a stop was asked
 * for.
 */
int rejects_add(struct rejects *x, const char *file, const struct split_record *r, bool repaired,
    const char *reason);

/* Closes. -1, with a message, if something could not be written. NULL is allowed. */
int rejects_close(struct rejects *x);

#endif
