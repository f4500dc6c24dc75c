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

/* What makes what is done of a file worth nothing to those who would go on with it. */
enum decide_change {
	DECIDE_SAME, /* nothing */
	DECIDE_BYTES,
	DECIDE_SHAPE,
	DECIDE_OPTIONS
};

/*
 * Whether the bytes with the digest SHA256 were being turned into SHAPE with OPTIONS, as the
 * processing entry ENTRY has it; if not, the first of them that is another. OPTIONS may be NULL;
 * these and those that the entry does not know are the same as any.
 */
enum decide_change decide_change(const struct json_object *entry, const char *sha256,
    const char *shape, const char *options);

/* Whether the file of the processing entry ENTRY is completed but nobody is known to have been told
 * so. */
bool decide_unsent(const struct json_object *entry);

#endif
