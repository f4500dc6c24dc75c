/* SPDX-License-Identifier: MIT */
/* Counting lines, for messages that name one. */
#ifndef DX_PARSE_LINES_H
#define DX_PARSE_LINES_H

#include <stddef.h>
#include <stdint.h>

/* How many LF are in the LEN bytes at DATA. */
uint64_t lines_count(const char *data, size_t len);

#endif
