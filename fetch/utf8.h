/* SPDX-License-Identifier: MIT */
/* Whether a text may stand in a line of JSON. */
#ifndef DX_FETCH_UTF8_H
#define DX_FETCH_UTF8_H

#include <stdbool.h>

/* Whether TEXT is UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF (RFC 3629, 4). */
bool utf8_valid(const char *text);

#endif
