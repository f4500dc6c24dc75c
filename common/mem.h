/* SPDX-License-Identifier: MIT */
/*
 * Allocation that cannot fail: out of memory ends the program with one message
 * and status 71, because no caller could do better. malloc.c makes that true of what the
 * libraries allocate.
 */
#ifndef DX_COMMON_MEM_H
#define DX_COMMON_MEM_H

#include <stddef.h>

/* Returns SIZE bytes (at least 1), uninitialised; the caller frees. */
void *mem_alloc(size_t size);

/* Returns N * SIZE zeroed bytes; an overflow of the product counts as out of memory. */
void *mem_zero(size_t n, size_t size);

/* Resizes P (or NULL) to N * SIZE bytes, at least 1. The old pointer is gone. */
void *mem_resize(void *p, size_t n, size_t size);

/* Returns a copy of S that the caller frees. */
char *mem_strdup(const char *s);

/* Returns a terminated copy of the LEN bytes at S that the caller frees. */
char *mem_strndup(const char *s, size_t len);

/* Returns a printf-formatted string that the caller frees. */
char *mem_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The work is done and its status known. Libraries allocate when the program exits too; where there
 * is no memory for that they get NULL, and the status stays. */
void mem_work_done(void);

/* Ends the program if it is still at work, as a failed allocation does. */
void mem_missing(void);

/* Ends the program as a failed allocation does, for libraries that report theirs. */
_Noreturn void mem_exhausted(void);

#endif
