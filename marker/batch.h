/* SPDX-License-Identifier: MIT */
/* Operations from a descriptor, one a line: all of them are read and checked before one is done. */
#ifndef DX_MARKER_BATCH_H
#define DX_MARKER_BATCH_H

#include <stddef.h>

#include "marker/operation.h"
#include "marker/words.h"

/* The most bytes of a batch. A thousand times what a stage says about a month; it is held whole. */
#define BATCH_BYTES_MAX (4u << 20)

/* The calls of a batch with the words they point to. The struct's owner calls batch_free. */
struct batch {
	struct call *calls;
	struct words *words;
	size_t count;
};

/*
 * Reads FD to its end as operations of TABLE. Empty lines and comments are none; a last line
 * without LF counts, as in sh. Returns EX_OK; after a message, with the number
 * of the line, EX_USAGE for an operation that cannot be, EX_DATAERR for what are no words,
 * EX_IOERR, or STOP_STATUS if a stop was asked for: *OUT is then empty.
 */
int batch_read(int fd, const struct operation *table, struct batch *out);
void batch_free(struct batch *batch);

#endif
