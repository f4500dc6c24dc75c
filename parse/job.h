/* SPDX-License-Identifier: MIT */
/* A block of records and what a worker makes of it: lines, and a list of what was not good. */
#ifndef DX_PARSE_JOB_H
#define DX_PARSE_JOB_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"
#include "parse/input.h"
#include "parse/record.h"
#include "parse/split.h"

/* A record that was rejected or repaired. */
struct blemish {
	size_t record; /* its index in the job */
	size_t out_before; /* bytes of output in front of what it gave */
	bool repaired;
	char *reason;
};

struct job {
	struct block *block; /* holds the records' bytes */
	struct split_record *records;
	size_t count;
	size_t cap;
	struct buf out;
	struct blemish *blemishes;
	size_t blemish_count;
	size_t blemish_cap;
};

/* What one worker needs. */
struct job_worker {
	struct recorder *recorder;
	bool marks; /* write mark lines */
	bool strict; /* a repair is a rejection */
};

struct job *job_new(void);
void job_free(struct job *j);

/* Empties J for its next block. */
void job_reset(struct job *j);

/* Adds a record, whose bytes are in the job's block. */
void job_add(struct job *j, const struct split_record *r);

/* Makes lines of J's records; STATE is a struct job_worker. */
void job_work(void *state, void *job);

#endif
