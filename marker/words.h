/* SPDX-License-Identifier: MIT */
/* Cutting a line into words, quoted as in sh. */
#ifndef DX_MARKER_WORDS_H
#define DX_MARKER_WORDS_H

#include <stddef.h>

/* Words of one line. The struct's owner calls words_free. */
struct words {
	char **list; /* COUNT of them, in the memory of TEXT */
	size_t count;
	char *text;
};

/*
 * Cuts the LEN bytes at LINE into words: '...' keeps everything, "..." all but a
 * backslash before one of $`"\, a backslash outside of quotes the next character; '#' at the start
 * of a word is a comment to the end. Nothing is expanded. NULL, or what is wrong: a text that lives
 * for ever; OUT is then empty.
 */
const char *words_split(const char *line, size_t len, struct words *out);
void words_free(struct words *words);

#endif
