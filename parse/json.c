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

size_t
json_utf8_sequence(const char *data, size_t left)
{
	const unsigned char *p = (const unsigned char *)data;
	unsigned char low = 0x80, high = 0xbf;
	size_t len;

	if (p[0] >= 0xc2 && p[0] <= 0xdf) {
		len = 2;
	} else if (p[0] >= 0xe0 && p[0] <= 0xef) {
		len = 3;
		low = p[0] == 0xe0 ? 0xa0 : low;
		high = p[0] == 0xed ? 0x9f : high;
	} else if (p[0] >= 0xf0 && p[0] <= 0xf4) {
		len = 4;
		low = p[0] == 0xf0 ? 0x90 : low;
		high = p[0] == 0xf4 ? 0x8f : high;
	} else {
		return 0;
	}
	if (left < len || p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

size_t
json_utf8_valid(struct slice s)
{
	const unsigned char *p = (const unsigned char *)s.data;
	size_t i = 0;

	while (i < s.len) {
		uint64_t eight;
		if (s.len - i >= sizeof eight) {
			memcpy(&eight, p + i, sizeof eight);
			if ((eight & UINT64_C(0x8080808080808080)) == 0) {
				i += sizeof eight;
				continue;
			}
		}
		size_t len = p[i] < 0x80 ? 1 : json_utf8_sequence(s.data + i, s.len - i);
		if (len == 0)
			break;
		i += len;
	}
	return i;
}
