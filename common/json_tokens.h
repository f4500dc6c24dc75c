/* SPDX-License-Identifier: MIT */
/*
 * What json-c lets pass and RFC 8259 does not: NaN, 1., 00, 'quotes', control
 * characters and overlong UTF-8 in strings, and whole numbers that do not fit, which
 * it would change. A text that json-c takes and that is made of these tokens is JSON.
 */
#ifndef DX_COMMON_JSON_TOKENS_H
#define DX_COMMON_JSON_TOKENS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether the LEN bytes at TEXT, which json-c took or a NUL follows, are nothing but tokens of
 * JSON and white space. *STOP is where they are not, else LEN.
 */
bool json_tokens_only(const char *text, size_t len, size_t *stop);

#endif
