/* SPDX-License-Identifier: MIT */
/* Numbers from outside, read whole and range-checked. */
#ifndef DX_COMMON_NUMBERS_H
#define DX_COMMON_NUMBERS_H

#include <stdint.h>

/* Reads TEXT, decimal digits alone, into *OUT; -1 if it is anything else or not in MIN..MAX. */
int number_parse(const char *text, uint64_t min, uint64_t max, uint64_t *out);

/* Reads a duration such as 500ms, 30, 30s, 10m or 2h (seconds without a unit) into *OUT_MS,
 * milliseconds; -1 as above. */
int number_parse_duration(const char *text, uint64_t min_ms, uint64_t max_ms, uint64_t *out_ms);

#endif
