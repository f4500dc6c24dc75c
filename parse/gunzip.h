/* SPDX-License-Identifier: MIT */
/*
 * Unpacking gzip (RFC 1952) piece by piece, with everything checked that the
 * format lets be checked: header, CRC, length, the end of the last member and that
 * nothing stands behind it. Several members are one stream.
 */
#ifndef DX_PARSE_GUNZIP_H
#define DX_PARSE_GUNZIP_H

#include <stddef.h>

struct gunzip;

/* gunzip_free(NULL) is allowed. */
struct gunzip *gunzip_new(void);
void gunzip_free(struct gunzip *g);

/*
 * Unpacks from *IN (*IN_LEN bytes) to *OUT (*OUT_LEN bytes free) until one of
 * them is used up, and moves all four on. 0, or -1 if the data is damaged:
 * gunzip_reason says how; what came out before is good.
 */
int gunzip_run(struct gunzip *g, const char **in, size_t *in_len, char **out, size_t *out_len);

/* After the last input: 0 if it ended where a member ended, or -1 for a file that was cut. */
int gunzip_finish(struct gunzip *g);

/* What is wrong, one line. */
const char *gunzip_reason(const struct gunzip *g);

/* The library that does the work: "zlib" or "isa-l", with its version. */
const char *gunzip_library(void);

#endif
