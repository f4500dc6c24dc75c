/* SPDX-License-Identifier: MIT */
/* One run of dx-marker: some operations on one marker, as one change. */
#ifndef DX_MARKER_SESSION_H
#define DX_MARKER_SESSION_H

#include <stddef.h>
#include <stdint.h>

#include "marker/operation.h"
#include "marker/store.h"

/*
 * Does the COUNT calls on the marker in ST (NULL for a record without one), in order, all or none:
 * if one fails nothing is written and nothing printed. The lock is taken, for up to TIMEOUT_MS, if
 * one of them is a change. What they print is appended to OUT. Returns EX_OK, OPERATION_NO if a
 * question's answer was no, or another status after a message.
 */
int session_run(struct store *st, int64_t timeout_ms, const struct call *calls, size_t count,
    struct buf *out);

#endif
