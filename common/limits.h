/* SPDX-License-Identifier: MIT */
/* Limits that more than one program keeps, each with what it bounds and why that number. */
#ifndef DX_COMMON_LIMITS_H
#define DX_COMMON_LIMITS_H

/* The longest line of the stream, in bytes with its LF: 200 times the largest record seen
 * (dx-stream(5)). */
#define DX_LINE_MAX (64u << 20)

/* The most records of a file that may lie between two mark lines (dx-stream(5)). */
#define DX_MARK_RECORDS 500

#endif
