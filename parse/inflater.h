/* SPDX-License-Identifier: MIT */
/*
 * One gzip member at a time, by the library that the build found: inflater_zlib.c or
 * inflater_isal.c. Header, CRC-32 and length are checked by the library.
 */
#ifndef DX_PARSE_INFLATER_H
#define DX_PARSE_INFLATER_H

#include <stddef.h>

enum inflater_result {
	INFLATER_GOING, /* all of the input, or of the room, is used */
	INFLATER_END, /* the member ended and its checksum is right */
	INFLATER_BAD /* it is damaged: inflater_reason */
};

struct inflater;

/* inflater_free(NULL) is allowed. */
struct inflater *inflater_new(void);
void inflater_free(struct inflater *i);

/* Makes ready for the next member. */
void inflater_reset(struct inflater *i);

/* Unpacks from *IN (*IN_LEN bytes) to *OUT (*OUT_LEN free), and moves all four on. */
enum inflater_result inflater_step(struct inflater *i, const char **in, size_t *in_len, char **out,
    size_t *out_len);

/* What is wrong, one line. */
const char *inflater_reason(const struct inflater *i);

/* The library and its version. */
const char *inflater_library(void);

#endif
