/* SPDX-License-Identifier: MIT */
/*
 * The sink of file:DIR: DIR/TYPE.ndjson with one line a record, and control messages
 * in DIR/control.ndjson. A line counts when an fsync after it went well; what was
 * written and did not get that far is cut off again.
 */
#ifndef DX_PUBLISH_SPOOL_H
#define DX_PUBLISH_SPOOL_H

#include "publish/sink.h"

/* Makes the folder if need be and locks it: EX_TEMPFAIL while another dx-publish has it. As
 * sink_open. */
struct sink *spool_open(const struct sink_setup *setup, int *status);

#endif
