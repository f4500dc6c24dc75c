/* SPDX-License-Identifier: MIT */
/* The tokens of JSON; their order is json-c's to check. */
#include "common/json_tokens.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"

static const char *
skip_digits(const char *p)
{
	while (*p >= '0' && *p <= '9')
		p++;
	return p;
}

/* Whether the whole number at P fits into what json-c holds. */
static bool
fits(const char *p)
{
	errno = 0;
	if (*p == '-')
		strtoll(p, NULL, 10);
	else
		strtoull(p, NULL, 10);
	return errno == 0;
}

/* The end of the number at P; NULL if it is none that can be kept. */
static const char *
skip_number(const char *p)
{
	const char *start = p, *end;

	p += *p == '-';
	end = skip_digits(p);
	if (end == p || (*p == '0' && end != p + 1))
		return NULL;
	bool whole = true;
	if (*end == '.') {
		whole = false;
		p = end + 1;
		end = skip_digits(p);
		if (end == p)
			return NULL;
	}
	if (*end == 'e' || *end == 'E') {
		whole = false;
		p = end + 1;
		p += *p == '+' || *p == '-';
		end = skip_digits(p);
		if (end == p)
			return NULL;
	}
	return !whole || fits(start) ? end : NULL;
}

/* The end of the string at P; NULL if a control character stands in it, it is not UTF-8 or it has
 * no end. */
static const char *
skip_string(const char *p)
{
	for (p++; *p != '"';) {
		if ((unsigned char)*p < 0x20)
			return NULL;
		if (*p == '\\' && *++p == '\0')
			return NULL;
		size_t len = utf8_length(p, UTF8_TERMINATED);
		if (len == 0)
			return NULL;
		p += len;
	}
	return p + 1;
}

/* The end of the token or space at P; NULL if JSON has no such. */
static const char *
skip_token(const char *p)
{
	static const char *const words[] = {"true", "false", "null"};

	if (*p != '\0' && strchr("{}[]:, \t\r\n", *p) != NULL)
		return p + 1;
	if (*p == '"')
		return skip_string(p);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strncmp(p, words[i], strlen(words[i])) == 0)
			return p + strlen(words[i]);
	return skip_number(p);
}

bool
json_tokens_only(const char *text, size_t len, size_t *stop)
{
	const char *p = text;

	while (p < text + len) {
		const char *end = skip_token(p);
		if (end == NULL)
			break;
		p = end;
	}
	*stop = (size_t)(p - text);
	return *stop == len;
}
