/* SPDX-License-Identifier: MIT */
/*
 * What follows when a file or a month is complete, in the order that loses nothing:
 * first the marker, durably, then the message, and when it is confirmed the marker
 * again. Whatever a crash leaves undone, the next run finds in the marker.
 */
#ifndef DX_PUBLISH_COMPLETION_H
#define DX_PUBLISH_COMPLETION_H

#include "publish/ledger.h"
#include "publish/sink.h"

/* All messages of the file that END ends are settled: completes it. Statuses as everywhere. */
int completion_of_file(struct sink *sink, struct ledger *ledger, const struct stream_control *end);

/* Warns of what is complete in the month of DUMP, and was sent to another target (target.h) than
 * TARGET: it will not be there. */
int completion_warn(const struct stream_control *dump, const char *target);

/* Sends the completion messages that an earlier run may not have sent. */
int completion_resend(struct sink *sink, struct ledger *ledger);

/* If all files of the month are complete, completes it; TELL: with extraction_complete. */
int completion_of_month(struct sink *sink, struct ledger *ledger, bool tell);

#endif
