/* SPDX-License-Identifier: MIT */
/*
 * The control lines of the stream between the stages, written and read; dx-stream(5)
 * is the specification.
 */
#ifndef DX_COMMON_STREAM_H
#define DX_COMMON_STREAM_H

#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/digest.h"
#include "common/dump.h"

enum stream_kind {
	STREAM_DATA, /* a record, or anything that has no type of ours */
	STREAM_DUMP,
	STREAM_FILE,
	STREAM_FILE_START,
	STREAM_MARK,
	STREAM_FILE_END,
	STREAM_END
};

/*
 * One control line. Which members count depends on KIND; strings that do not are
 * empty, numbers 0. Sizes and counts are of bytes and records.
 */
struct stream_control {
	enum stream_kind kind;
	char version[DUMP_VERSION_SIZE]; /* dump, file, file_start; empty: of no month */
	enum dump_type data_type; /* file, file_start, file_end */
	char file[256]; /* name without folder */
	char path[4096]; /* file: the file; dump: the marker, may be empty */
	char decision[16]; /* dump: continue, reprocess, skip */
	uint64_t files_total; /* dump */
	uint64_t bytes; /* file */
	char sha256[DIGEST_TEXT_SIZE]; /* file, file_start */
	char shape[32]; /* file_start */
	char options[64]; /* file_start: what else decides what is sent; may be empty or missing */
	uint64_t skipped; /* file_start */
	uint64_t records; /* mark, file_end */
	uint64_t rejected; /* file_end */
	uint64_t repaired; /* file_end */
	char stage[16]; /* end: fetch, parse, publish */
};

/*
 * What the `type` of the line says, if it is the line's first member as the
 * format requires; white space between tokens is allowed. A line without it, or
 * with a type that is none of ours, is STREAM_DATA.
 */
enum stream_kind stream_kind(const char *line, size_t len);

/*
 * Reads a control line into *OUT. -1 if it is not one whole JSON object with
 * every member that its kind requires, and all known ones of the right type and size.
 */
int stream_decode(const char *line, size_t len, struct stream_control *out);

/* Appends the line for C with its LF to OUT. */
void stream_encode(struct buf *out, const struct stream_control *c);

#endif
