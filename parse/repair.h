/* SPDX-License-Identifier: MIT */
/* Mending what old dumps hold and XML does not allow, without dropping a byte of text
 * (dx-record(5)). */
#ifndef DX_PARSE_REPAIR_H
#define DX_PARSE_REPAIR_H

#include "common/buf.h"
#include "parse/tree.h"

/*
 * Writes RECORD to OUT, which it empties first, with
 *   - an ampersand that starts no reference, or one to an unknown entity, as &amp;
 *   - invalid UTF-8 (each maximal part of a sequence, Unicode 15 section 3.9), characters that
 * XML 1.0 forbids (production 2), and references to them, as U+FFFD. CDATA sections, comments and
 * processing instructions keep their ampersands. Returns whether anything changed.
 */
bool repair_record(struct slice record, struct buf *out);

/* Why a repair is needed, for people; of the first place that repair_record would change. Constant.
 */
const char *repair_reason(struct slice record);

#endif
