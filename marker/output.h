/* SPDX-License-Identifier: MIT */
/* Where a question's answer goes that may be asked for in a file. */
#ifndef DX_MARKER_OUTPUT_H
#define DX_MARKER_OUTPUT_H

#include "common/buf.h"
#include "marker/operation.h"

/*
 * Hands TEXT over: to OUT, or with --output of C to that file, for all to read. Who reads the file
 * meanwhile finds the old one or the new one, whole, and it does not matter how many write it at
 * once: a temporary file beside it is renamed. Of a link, what it leads to is replaced. What is no
 * ordinary file is written to as it is; '-', or any name of standard output, is OUT. Returns EX_OK,
 * or EX_IOERR after a message.
 */
int output_write(const struct call *c, const struct buf *text, struct buf *out);

#endif
