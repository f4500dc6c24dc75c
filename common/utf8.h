/* SPDX-License-Identifier: MIT */
/*
 * UTF-8 as RFC 3629 (4) has it: overlong forms, surrogates and what is above U+10FFFF are none.
 */
#ifndef DX_COMMON_UTF8_H
#define DX_COMMON_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/*
 * How many bytes the character at P has, of which LEFT (1 at least) are there: 1 to 4, or 0 if it
 * is none, or not all of it is there. A NUL is a character of one byte and no part of another, so
 * in a terminated text LEFT may be more than there is.
 */
size_t utf8_length(const char *p, size_t left);

/* LEFT for terminated texts. */
#define UTF8_TERMINATED 4

/* Whether the character of LEN bytes at P is a control character: C0, DEL or C1. */
bool utf8_control(const char *p, size_t len);

/* Where the first byte that is not UTF-8 stands in the LEN bytes at DATA; LEN if there is none. */
size_t utf8_stop(const char *data, size_t len);

/* Whether all of TEXT, terminated, is UTF-8. */
bool utf8_valid(const char *text);

#endif
