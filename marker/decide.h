/* SPDX-License-Identifier: MIT */
/* What a marker means for what is to be done next. */
#ifndef DX_MARKER_DECIDE_H
#define DX_MARKER_DECIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "marker/state.h"

/*
 * What a run on this month is to do: "reprocess" (download from the start), "continue", or
 * "skip" because all is done. A failed download is started over, unless some file's
 * processing has begun, which would be lost with it.
 */
const char *decide_run(const struct state *s);

/* Whether FILE is still to be processed. */
bool decide_pending(const struct state *s, const char *file);

/*
 * How many records of FILE are done and need not be sent again: its position, if the bytes
 * with the digest SHA256 were being turned into SHAPE; else 0.
 */
int64_t decide_position(const struct state *s, const char *file, const char *sha256,
    const char *shape);

/* Whether the file of the processing entry ENTRY is completed but nobody is known to have been told
 * so. */
bool decide_unsent(const struct json_object *entry);

#endif
