/* SPDX-License-Identifier: MIT */
/* dx-parse between dx-fetch and dx-publish: control lines in, control lines and records out. */
#ifndef DX_PARSE_STAGE_H
#define DX_PARSE_STAGE_H

#include "common/stream.h"
#include "parse/session.h"

/*
 * Reads control lines (dx-stream(5)) from FD, of which IN has read the first bytes,
 * passes `dump` on, answers each `file` and writes `end`. Asks the marker that `dump`
 * names where to go on, and tells it of a file that is bad. Returns an exit
 * status, with a message unless it is 0. IN stays the caller's.
 */
int stage_run(const struct session_options *options, struct input *in, int fd);

/* What besides the shape decides which records a file gives, for its file_start: empty if nothing
 * does. Workers, block size and scanner change nothing. */
const char *stage_options(const struct session_options *options);

/* Writes control line C to standard output. 0, or 74 with a message. */
int stage_write(const struct stream_control *c);

#endif
