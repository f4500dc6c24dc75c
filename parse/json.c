/* SPDX-License-Identifier: MIT */
/* Writing JSON as the stream has it. */
#include "parse/json.h"

#include <stdint.h>
#include <string.h>

#include "parse/bytes.h"

/* What a string may need beyond its own bytes at any time: quotes and one escape. */
#define JSON_SLACK 16

/* What follows the backslash for a byte that has a short escape; 'u' for \u00xx; 0 for bytes that
 * stand for themselves. */
/* clang-format off */
static const char escapes[256] = {
	'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'b', 't', 'n', 'u', 'f', 'r', 'u', 'u', /* 0x00 */
	'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', /* 0x10 */
	['"'] = '"', ['\\'] = '\\',
};
/* clang-format on */

static char *
put_escape(char *to, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";

	*to++ = '\\';
	*to++ = escapes[c];
	if (escapes[c] != 'u')
		return to;
	*to++ = '0';
	*to++ = '0';
	*to++ = hex[c >> 4];
	*to++ = hex[c & 15];
	return to;
}

void
json_string(struct buf *out, struct slice s)
{
	const char *p = s.data, *end = p + s.len;
	char *to = buf_reserve(out, s.len + JSON_SLACK);

	*to++ = '"';
	for (;;) {
		const char *stop = bytes_find_escaped(p, end);
		memcpy(to, p, (size_t)(stop - p));
		to += stop - p;
		if (stop == end)
			break;
		/* Room for this escape, the rest as it is and the last quote. */
		out->len = (size_t)(to - out->data);
		to = put_escape(buf_reserve(out, (size_t)(end - stop) + JSON_SLACK),
		    (unsigned char)*stop);
		p = stop + 1;
	}
	*to++ = '"';
	out->len = (size_t)(to - out->data);
}
