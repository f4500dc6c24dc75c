/* SPDX-License-Identifier: MIT */
/* White space as Python's str.strip has it. */
#include "parse/strip.h"

#include <stdint.h>

/* The length of the white space character that starts at P; 0 if none does. */
static size_t
space_at(const unsigned char *p, size_t left)
{
	if ((p[0] >= 0x09 && p[0] <= 0x0d) || (p[0] >= 0x1c && p[0] <= 0x20))
		return 1;
	if (left >= 2 && p[0] == 0xc2 && (p[1] == 0x85 || p[1] == 0xa0))
		return 2;
	if (left < 3)
		return 0;
	uint32_t c = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
	/* U+1680; U+2000 to U+200A; U+2028, U+2029, U+202F; U+205F; U+3000 */
	if (c == 0xe19a80 || (c >= 0xe28080 && c <= 0xe2808a) || c == 0xe280a8 || c == 0xe280a9 ||
	    c == 0xe280af || c == 0xe2819f || c == 0xe38080)
		return 3;
	return 0;
}

struct slice
strip_unicode(struct slice s)
{
	const unsigned char *p = (const unsigned char *)s.data, *end = p + s.len;
	size_t n;

	while (p < end && (n = space_at(p, (size_t)(end - p))) > 0)
		p += n;
	for (;;) {
		size_t left = (size_t)(end - p);
		if (left >= 1 && space_at(end - 1, 1) == 1)
			end -= 1;
		else if (left >= 2 && space_at(end - 2, 2) == 2)
			end -= 2;
		else if (left >= 3 && space_at(end - 3, 3) == 3)
			end -= 3;
		else
			break;
	}
	return (struct slice){(const char *)p, (size_t)(end - p)};
}
