/* SPDX-License-Identifier: MIT */
/* Mending what old dumps hold and XML does not allow. */
#include "parse/repair.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "common/utf8.h"
#include "parse/reference.h"

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

/* What is written in the place of one piece of the input. */
struct change {
	size_t len; /* bytes of the input that it stands for */
	const char *text; /* NULL: they stay as they are */
	const char *reason;
};

static bool
starts_with(const char *p, const char *end, const char *text)
{
	size_t len = strlen(text);

	return (size_t)(end - p) >= len && memcmp(p, text, len) == 0;
}

/* Whether the digits from P to END, of a reference, are all 0, in decimal or hexadecimal; false if
 * END is NULL. */
static bool
is_zero(const char *p, const char *end)
{
	if (end == NULL)
		return false;
	p += *p == 'x';
	return end > p && strspn(p, "0") == (size_t)(end - p);
}

/* The semicolon behind the digits of a character reference from P on; NULL if none stands there. */
static const char *
digits_end(const char *p, const char *end)
{
	p += p < end && *p == 'x';
	while (p < end && isxdigit((unsigned char)*p))
		p++;
	return p < end && *p == ';' ? p : NULL;
}

/* A reference at P, an ampersand. */
static struct change
reference(const char *p, const char *end)
{
	uint32_t c;
	size_t len = reference_scan(p, end, &c);

	if (len > 0)
		return (struct change){len, NULL, NULL};
	if (!starts_with(p, end, "&#"))
		return (struct change){1, "&amp;",
		    "ampersand that starts no reference, or unknown entity"};
	const char *semicolon = digits_end(p + 2, end);
	/* Zero is forbidden as well as absent: the digits tell which. */
	if (c == 0 && !is_zero(p + 2, semicolon))
		return (struct change){1, "&amp;", "ampersand that starts no reference"};
	return (struct change){(size_t)(semicolon + 1 - p), replacement,
	    "reference to a character that XML forbids"};
}

/* How many bytes of the invalid sequence at P one U+FFFD stands for: the longest part that could
 * have begun a character. */
static size_t
maximal_part(const unsigned char *p, size_t left)
{
	static const unsigned char tails[] = {0x80, 0x90, 0xa0, 0xbf};
	unsigned char tried[4] = {p[0]};

	/* It could have begun one if some bytes complete it. */
	for (size_t have = left < 3 ? left : 3; have > 1; have--) {
		size_t need = p[0] >= 0xf0 ? 4 : 3;
		if (have >= need)
			continue;
		memcpy(tried, p, have);
		for (size_t i = 0; i < sizeof tails; i++) {
			memset(tried + have, tails[i], need - have);
			if (utf8_stop((const char *)tried, need) == need)
				return have;
		}
	}
	return 1;
}

/* A byte at P that is no plain ASCII character. */
static struct change
character(const char *p, const char *end)
{
	const unsigned char *u = (const unsigned char *)p;
	size_t left = (size_t)(end - p);

	if (*u < 0x80) {
		if (reference_is_char(*u))
			return (struct change){1, NULL, NULL};
		return (struct change){1, replacement, "character that XML forbids"};
	}
	size_t len = *u >= 0xf0 ? 4 : *u >= 0xe0 ? 3 : 2;
	if (left < len || utf8_stop(p, len) != len)
		return (struct change){maximal_part(u, left), replacement, "invalid UTF-8"};
	if (starts_with(p, end, "\xef\xbf\xbe") || starts_with(p, end, "\xef\xbf\xbf"))
		return (struct change){3, replacement, "character that XML forbids"};
	return (struct change){len, NULL, NULL};
}

/* What ends the markup at P, in which & means nothing; NULL if none starts here. */
static const char *
literal_end(const char *p, const char *end)
{
	if (starts_with(p, end, "<![CDATA["))
		return "]]>";
	if (starts_with(p, end, "<!--"))
		return "-->";
	return starts_with(p, end, "<?") ? "?>" : NULL;
}

/* Walks RECORD; writes it mended to OUT unless that is NULL. Returns the first reason, or NULL. */
static const char *
walk(struct slice record, struct buf *out)
{
	const char *p = record.data, *end = p + record.len, *first = NULL;
	const char *literal = NULL;

	while (p < end) {
		struct change c = {1, NULL, NULL};
		if (literal != NULL && starts_with(p, end, literal))
			literal = NULL;
		else if (literal == NULL && *p == '<')
			literal = literal_end(p, end);
		if (*p == '&' && literal == NULL)
			c = reference(p, end);
		else
			c = character(p, end);
		if (first == NULL)
			first = c.reason;
		if (out != NULL && c.text != NULL)
			buf_add_str(out, c.text);
		else if (out != NULL)
			buf_add(out, p, c.len);
		p += c.len;
	}
	return first;
}

bool
repair_record(struct slice record, struct buf *out)
{
	out->len = 0;
	return walk(record, out) != NULL;
}

const char *
repair_reason(struct slice record)
{
	return walk(record, NULL);
}
