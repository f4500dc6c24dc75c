/* SPDX-License-Identifier: MIT */
/* Whether a text may stand in a line of JSON. */
#ifndef DX_COMMON_UTF8_H
#define DX_COMMON_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/*
 * How many bytes the character at TEXT has, 0 if it is none: overlong forms, surrogates and what is
 * above U+10FFFF are none (RFC 3629, 4). A NUL ends the text and is no part of any.
 */
size_t utf8_length(const char *text);

/* Whether all of TEXT is UTF-8. */
bool utf8_valid(const char *text);

#endif
