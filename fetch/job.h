/* SPDX-License-Identifier: MIT */
/*
 * One request with all its tries: what can pass is tried again, what cannot ends it, and a
 * server that wants us to wait is not asked. For transfer.c, which says what is got.
 */
#ifndef DX_FETCH_JOB_H
#define DX_FETCH_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/progress.h"
#include "fetch/http.h"
#include "fetch/part.h"
#include "fetch/transfer.h"

/* The verdict on a try that may be repeated; other verdicts are exit statuses. */
#define JOB_AGAIN (-1)

/* How many bytes tell that a file is gzip. */
#define JOB_MAGIC_BYTES 2

/* One thing to get, over all its tries. */
struct job {
	struct http_request request;
	const char *what; /* for messages */
	bool optional; /* as of the transfer */
	bool restarted; /* one start from the first byte was for nothing */
	/* Called before each try: sets the request's offset. 0, or -1 for failure. */
	int (*prepare)(struct job *job);
	/* Called after a whole answer of 200 or 206: 0 or JOB_AGAIN. */
	int (*finish)(struct job *job);
	struct http_head head;
	int failure; /* why a callback ended the try; JOB_AGAIN is possible */
	char problem[512]; /* what broke the last try */
	uint64_t gained; /* bytes that this try appended to those of earlier ones */

	struct buf *text; /* transfer_text */
	size_t max;
	bool pages;

	struct part *part; /* transfer_file */
	uint64_t listed;
	bool checked; /* the caller has a digest */
	bool whole; /* the part is of no use: start from the first byte */
	bool begun; /* bytes of this answer were taken */
	unsigned char magic[JOB_MAGIC_BYTES]; /* its first bytes, until that */
	size_t magic_len;
	bool resumed;
	struct progress *progress;
};

/* Keeps FAILURE, an exit status or JOB_AGAIN, for a callback to return with. Returns -1. */
int job_fail(struct job *job, int failure);

/* Writes a failure: an error, or nothing to speak of where the job is OPTIONAL. */
void job_complain(bool optional, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* All tries of JOB; what the functions of transfer.h return. */
int job_run(struct transfer *t, struct job *job);

#endif
