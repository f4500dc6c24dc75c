/* SPDX-License-Identifier: MIT */
/* One record, from its bytes of XML to its line of JSON. */
#ifndef DX_PARSE_RECORD_H
#define DX_PARSE_RECORD_H

#include "common/buf.h"
#include "common/dump.h"
#include "parse/shape.h"
#include "parse/tree.h"

enum record_result {
	RECORD_GOOD,
	RECORD_REPAIRED, /* a line was written, of what repair.h made of it */
	RECORD_REJECTED /* nothing was written */
};

/* Which scanner understands the XML. */
enum record_scanner {
	SCANNER_FAST, /* scan.h, and libxml2 for what that declines */
	SCANNER_LIBXML2, /* libxml2 alone */
	SCANNER_BOTH /* both, and a record is rejected where they differ */
};

/* What turns records of one file into lines, for one thread. */
struct recorder;
struct recorder *recorder_new(const struct shape *shape, enum dump_type type,
    enum record_scanner scanner);
void recorder_free(struct recorder *r);

/*
 * Appends the line for the record RAW, behind which BYTES_PADDING bytes can be read, to OUT. Where
 * the result is not RECORD_GOOD, *REASON says why; it lives until the next call.
 */
enum record_result recorder_write(struct recorder *r, struct slice raw, struct buf *out,
    const char **reason);

#endif
