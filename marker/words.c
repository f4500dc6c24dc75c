/* SPDX-License-Identifier: MIT */
/* Cutting a line into words, quoted as in sh. */
#include "marker/words.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Copies what stands between single quotes at *P to *OUT; false if there is no second quote. */
static bool
single_quoted(const char **p, const char *end, char **out)
{
	const char *close = memchr(*p + 1, '\'', (size_t)(end - *p - 1));

	if (close == NULL)
		return false;
	size_t len = (size_t)(close - *p - 1);
	memcpy(*out, *p + 1, len);
	*out += len;
	*p = close + 1;
	return true;
}

/* The same between double quotes. The line holds no NUL, so that strchr means what it says. */
static bool
double_quoted(const char **p, const char *end, char **out)
{
	for (const char *q = *p + 1; q < end; q++) {
		if (*q == '"') {
			*p = q + 1;
			return true;
		}
		if (*q == '\\' && q + 1 < end && strchr("$`\"\\", q[1]) != NULL)
			q++;
		*(*out)++ = *q;
	}
	return false;
}

/* Copies the word at *P, with an end, to *OUT. NULL, or what is wrong with it. */
static const char *
take_word(const char **p, const char *end, char **out)
{
	while (*p < end && !is_blank(**p)) {
		char c = **p;
		if (c == '\'') {
			if (!single_quoted(p, end, out))
				return "a single quote has no end on this line";
		} else if (c == '"') {
			if (!double_quoted(p, end, out))
				return "a double quote has no end on this line";
		} else {
			if (c == '\\' && ++*p == end)
				return "a backslash at the end of the line";
			*(*out)++ = *(*p)++;
		}
	}
	*(*out)++ = '\0';
	return NULL;
}

const char *
words_split(const char *line, size_t len, struct words *out)
{
	const char *p = line, *end = line + len;
	const char *wrong = memchr(line, '\0', len) != NULL ? "a NUL byte" : NULL;

	/* A word and its end take no more than its characters and a blank behind it. */
	*out = (struct words){.text = mem_alloc(len + 1)};
	char *to = out->text;
	while (wrong == NULL) {
		while (p < end && is_blank(*p))
			p++;
		if (p == end || *p == '#')
			break;
		out->list = mem_resize(out->list, out->count + 1, sizeof *out->list);
		out->list[out->count++] = to;
		wrong = take_word(&p, end, &to);
	}
	if (wrong != NULL)
		words_free(out);
	return wrong;
}

void
words_free(struct words *words)
{
	free(words->list);
	free(words->text);
	*words = (struct words){0};
}
