/* SPDX-License-Identifier: MIT */
/* References of XML. */
#include "parse/reference.h"

#include <string.h>

static const struct entity {
	const char *text;
	size_t len;
	uint32_t c;
} entities[] = {
    {"&amp;", 5, '&'},
    {"&gt;", 4, '>'},
    {"&lt;", 4, '<'},
    {"&quot;", 6, '"'},
    {"&apos;", 6, '\''},
};

bool
reference_is_char(uint32_t c)
{
	return c == 0x9 || c == 0xa || c == 0xd || (c >= 0x20 && c <= 0xd7ff) ||
	    (c >= 0xe000 && c <= 0xfffd) || (c >= 0x10000 && c <= 0x10ffff);
}

/* The value of the digit C, or BASE if it is none. */
static uint32_t
digit(char c, uint32_t base)
{
	uint32_t v = base;

	if (c >= '0' && c <= '9')
		v = (uint32_t)(c - '0');
	else if (c >= 'a' && c <= 'f')
		v = (uint32_t)(c - 'a') + 10;
	else if (c >= 'A' && c <= 'F')
		v = (uint32_t)(c - 'A') + 10;
	return v < base ? v : base;
}

/* "&#N;" or "&#xN;" */
static size_t
scan_number(const char *p, const char *end, uint32_t *c)
{
	const char *q = p + 2;
	uint32_t base = 10, value = 0, d;

	if (q < end && *q == 'x') {
		base = 16;
		q++;
	}
	const char *digits = q;
	for (; q < end && (d = digit(*q, base)) < base; q++)
		if (value <= 0x10ffff)
			value = value * base + d;
	if (q == digits || q == end || *q != ';')
		return 0;
	*c = value;
	return reference_is_char(value) ? (size_t)(q + 1 - p) : 0;
}

size_t
reference_scan(const char *p, const char *end, uint32_t *c)
{
	*c = 0;
	if (end - p > 2 && p[1] == '#')
		return scan_number(p, end, c);
	for (size_t i = 0; i < sizeof entities / sizeof *entities; i++) {
		const struct entity *e = &entities[i];
		if ((size_t)(end - p) < e->len || memcmp(p, e->text, e->len) != 0)
			continue;
		*c = e->c;
		return e->len;
	}
	return 0;
}

char *
reference_put(char *to, uint32_t c)
{
	if (c < 0x80) {
		*to++ = (char)c;
		return to;
	}
	if (c < 0x800) {
		*to++ = (char)(0xc0 | c >> 6);
	} else if (c < 0x10000) {
		*to++ = (char)(0xe0 | c >> 12);
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
	} else {
		*to++ = (char)(0xf0 | c >> 18);
		*to++ = (char)(0x80 | (c >> 12 & 0x3f));
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
	}
	*to++ = (char)(0x80 | (c & 0x3f));
	return to;
}
