/* SPDX-License-Identifier: MIT */
/*
 * Where the records of a dump start and end, whatever is inside them.
 *
 * The splitter looks at tags alone and counts their depth. It sees the text in
 * windows: after SPLIT_MORE the caller gives a new window that starts with the bytes
 * from split_kept on and holds more behind them. How the text is cut into windows
 * changes nothing.
 *
 * A record that never closes, or closes too often, must harm only itself. It is
 * known to be broken when an end tag cannot be its own, when a `<` stands inside a
 * tag, or when the root ends inside it. The next record is then looked for where
 * a start tag of the record's name has the same line start and indentation as the
 * broken record had; in text without line ends, right after an end tag of that name.
 */
#ifndef DX_PARSE_SPLIT_H
#define DX_PARSE_SPLIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/dump.h"

/* The largest record, in bytes of XML; 100 times the largest seen. */
#define SPLIT_RECORD_MAX (32u << 20)

/*
 * How far a record is followed, in bytes, after a place in it where the next one may have
 * begun, or after markup that does not end, before it is taken for cut.
 */
#define SPLIT_DOUBT_MAX (4u << 20)

/* How many elements of the record's name may be open in it, if one of them stands where the next
 * record would. */
#define SPLIT_SAME_MAX 16

/* To this it shrinks by half with every record that turns out to be cut. */
#define SPLIT_DOUBT_MIN (16u << 10)

enum split_result {
	SPLIT_RECORD, /* a record */
	SPLIT_MORE, /* the window is used up */
	SPLIT_END, /* the root was closed and nothing follows */
	SPLIT_REFUSED, /* this is no dump: split_reason */
	SPLIT_CUT, /* the text ended before the root was closed: split_reason */
	SPLIT_GOING /* never returned; between its own functions: go on */
};

struct split_record {
	const char *data; /* in the window */
	size_t len;
	uint64_t ordinal; /* from 1; broken ones count */
	uint64_t offset; /* bytes from the start of the text */
	uint64_t line; /* from 1 */
	const char *broken; /* why it is known to be no record; NULL: not known to be broken */
};

struct split;

/* For a dump of TYPE; with DUMP_TYPES the root's name tells. */
struct split *split_new(enum dump_type type);
void split_free(struct split *s);

/* The next LEN bytes; LAST says that there are no more. The window stays the caller's and must stay
 * until the next call. */
void split_window(struct split *s, const char *data, size_t len, bool last);

/* The next record. Its bytes are in the window. */
enum split_result split_next(struct split *s, struct split_record *r);

/* After SPLIT_MORE: the first byte of the window that the next window has to start with. */
size_t split_kept(const struct split *s);

/* The type, once a record was found or the text ended well; DUMP_TYPES before. */
enum dump_type split_type(const struct split *s);

/* Why the text was refused or where it was cut, one line. */
const char *split_reason(const struct split *s);

#endif
