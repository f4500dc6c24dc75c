/* SPDX-License-Identifier: MIT */
/* References of XML: the five entities and those to characters (XML 1.0, section 4.1 and 4.6). */
#ifndef DX_PARSE_REFERENCE_H
#define DX_PARSE_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether C is a character of XML 1.0 (production 2). */
bool reference_is_char(uint32_t c);

/*
 * Reads the reference at P, an '&', in text that ends at END. Returns its length with the
 * semicolon, and in *C the character; 0 if it is none of those that XML knows, or
 * of a character that XML forbids: *C is then 0, or that number.
 */
size_t reference_scan(const char *p, const char *end, uint32_t *c);

/* Writes C, a character of XML, as UTF-8 (1 to 4 bytes) to TO. Returns the place behind it. */
char *reference_put(char *to, uint32_t c);

#endif
