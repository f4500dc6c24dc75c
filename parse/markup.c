/* SPDX-License-Identifier: MIT */
/* Where a piece of XML markup ends. */
#include "parse/markup.h"

#include <string.h>

/* Bytes that may start a name (XML 1.0, production 4); all of non-ASCII is left to the parser. */
static bool
is_name_start(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' ||
	    c >= 0x80;
}

/* Text that ends in the terminated string CLOSE, from P on. */
static enum markup_kind
until(const char *p, const char *end, const char *close, enum markup_kind kind, const char **next)
{
	size_t len = strlen(close);

	while ((size_t)(end - p) >= len) {
		p = memchr(p, close[0], (size_t)(end - p) - len + 1);
		if (p == NULL)
			return MARKUP_MORE;
		if (memcmp(p, close, len) == 0) {
			*next = p + len;
			return kind;
		}
		p++;
	}
	return MARKUP_MORE;
}

/* KIND if the text at P starts with OPEN and ends in CLOSE; MARKUP_BAD if it starts otherwise. */
static enum markup_kind
delimited(const char *p, const char *end, const char *open, const char *close,
    enum markup_kind kind, const char **next)
{
	size_t len = strlen(open), have = (size_t)(end - p);

	if (memcmp(p, open, have < len ? have : len) != 0)
		return MARKUP_BAD;
	return have < len ? MARKUP_MORE : until(p + len, end, close, kind, next);
}

/* What starts with "<!". */
static enum markup_kind
scan_declaration(const char *p, const char *end, const char **next)
{
	if (end - p < 3)
		return MARKUP_MORE;
	if (p[2] == '-')
		return delimited(p, end, "<!--", "-->", MARKUP_COMMENT, next);
	if (p[2] == '[')
		return delimited(p, end, "<![CDATA[", "]]>", MARKUP_CDATA, next);
	return p[2] >= 'A' && p[2] <= 'Z' ? MARKUP_DECLARATION : MARKUP_BAD;
}

/* A start tag; Q is behind the first byte of its name. */
static enum markup_kind
scan_start(const char *q, const char *end, const char **next)
{
	for (; q < end; q++) {
		if (*q == '>') {
			*next = q + 1;
			return q[-1] == '/' ? MARKUP_EMPTY : MARKUP_START;
		}
		if (*q == '<')
			return MARKUP_BAD;
		if (*q != '"' && *q != '\'')
			continue;
		const char *close = memchr(q + 1, *q, (size_t)(end - q) - 1);
		const char *stop = close != NULL ? close : end;
		/* A value holds no raw `<` (production 10): the quote was never closed. */
		if (memchr(q + 1, '<', (size_t)(stop - q) - 1) != NULL)
			return MARKUP_BAD;
		if (close == NULL)
			return MARKUP_MORE;
		q = close;
	}
	return MARKUP_MORE;
}

static enum markup_kind
scan_end(const char *p, const char *end, const char **next)
{
	for (const char *q = p + 2; q < end; q++) {
		if (*q == '<')
			return MARKUP_BAD;
		if (*q == '>') {
			*next = q + 1;
			return MARKUP_END;
		}
	}
	return MARKUP_MORE;
}

enum markup_kind
markup_scan(const char *p, const char *end, const char **next)
{
	if (end - p < 2)
		return MARKUP_MORE;
	if (p[1] == '/')
		return scan_end(p, end, next);
	if (is_name_start((unsigned char)p[1]))
		return scan_start(p + 2, end, next);
	if (p[1] == '!')
		return scan_declaration(p, end, next);
	if (p[1] == '?')
		return until(p + 2, end, "?>", MARKUP_COMMENT, next);
	return MARKUP_BAD;
}

bool
markup_has_name(const char *p, const char *end, const char *name, size_t len)
{
	p += p[1] == '/' ? 2 : 1;
	if ((size_t)(end - p) <= len || memcmp(p, name, len) != 0)
		return false;
	char c = p[len];
	return c == '>' || c == '/' || c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
