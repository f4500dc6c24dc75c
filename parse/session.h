/* SPDX-License-Identifier: MIT */
/* One file: from its bytes to lines on standard output. */
#ifndef DX_PARSE_SESSION_H
#define DX_PARSE_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "common/dump.h"
#include "parse/input.h"
#include "parse/record.h"
#include "parse/rejects.h"
#include "parse/shape.h"

struct session_options {
	const struct shape *shape;
	enum record_scanner scanner;
	unsigned workers;
	uint64_t max_rejects;
	bool strict;
	size_t block_size; /* bytes of XML handled at once */
	struct rejects *rejects; /* or NULL */
};

/* What to make of one file. */
struct session_file {
	const char *name; /* for messages and the rejects file */
	enum dump_type type; /* DUMP_TYPES: the root element tells */
	uint64_t skip; /* records from the start that are not wanted */
	uint64_t limit; /* how many are wanted; UINT64_MAX: all */
	bool marks; /* write mark lines */
	uint64_t size; /* bytes of the file as it lies, for the progress bar; 0 if not known */
};

/* What came of it. */
struct session_counts {
	uint64_t records; /* seen, the skipped ones included */
	uint64_t rejected; /* of those not skipped */
	uint64_t repaired;
	enum dump_type type;
	char reason[256]; /* why it failed, if it did */
};

/*
 * Reads IN, on which input_start was not called, to its end, and writes a line for each record
 * to standard output, in order. Returns an exit status, with a message unless it is
 * 0: 65 for a file that is damaged or no dump or has too many rejects, 74 for reading
 * or writing, 75 when a stop was asked for. What is whole before that place was
 * written.
 */
int session_run(const struct session_options *options, const struct session_file *file,
    struct input *in, struct session_counts *counts);

#endif
