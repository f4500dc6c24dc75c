/* SPDX-License-Identifier: MIT */
/* Writing JSON as the stream has it: compact, UTF-8 as it is (dx-record(5)). */
#ifndef DX_PARSE_JSON_H
#define DX_PARSE_JSON_H

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "common/buf.h"
#include "parse/bytes.h"
#include "parse/tree.h"

/*
 * Appends S as a JSON string with its quotes. S must be valid UTF-8. Only ", \ and
 * U+0000 to U+001F are escaped, the short way where RFC 8259 has one, else \u00xx in
 * lower case.
 */
void json_string(struct buf *out, struct slice s);

/* As json_string, for a text with BYTES_PADDING behind it, also one of no bytes: quick if it is
 * short. */
static inline void json_text(struct buf *out, struct slice s);

/* Appends the member name "PREFIXNAME": with quotes and colon; PREFIX is '@', '#' or 0 for none.
 * NAME holds nothing to escape and has BYTES_PADDING behind it. */
static inline void json_name(struct buf *out, char prefix, struct slice name);

/* What is copied at once of a text or a name, whatever its length. */
#define JSON_SHORT 32

static inline void
json_text(struct buf *out, struct slice s)
{
	assert(s.data != NULL);
	if (s.len > JSON_SHORT ||
	    (uint32_t)(bytes_escaped32(s.data) << (JSON_SHORT - s.len)) != 0) {
		json_string(out, s);
		return;
	}
	char *to = buf_reserve(out, JSON_SHORT + 2);
	to[0] = '"';
	memcpy(to + 1, s.data, JSON_SHORT);
	to[s.len + 1] = '"';
	out->len += s.len + 2;
}

static inline void
json_name(struct buf *out, char prefix, struct slice name)
{
	char *to = buf_reserve(out, name.len + JSON_SHORT + 4);

	*to++ = '"';
	*to = prefix;
	to += prefix != 0;
	memcpy(to, name.data, JSON_SHORT);
	if (name.len > JSON_SHORT)
		memcpy(to, name.data, name.len);
	to += name.len;
	*to++ = '"';
	*to++ = ':';
	out->len = (size_t)(to - out->data);
}

#endif
