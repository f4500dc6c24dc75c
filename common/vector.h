/* SPDX-License-Identifier: MIT */
/*
 * Sixteen bytes at once, where the compiler has a builtin to turn a comparison into bits:
 * BYTES_HAVE_VECTOR says so, and who uses them does without elsewhere.
 */
#ifndef DX_COMMON_VECTOR_H
#define DX_COMMON_VECTOR_H

#include <string.h>

#if defined(__SSE2__)
#define BYTES_HAVE_VECTOR 1

/* Signed: what is not ASCII is negative, below all others. */
typedef signed char bytes_vector __attribute__((vector_size(16)));
typedef unsigned char bytes_unsigned __attribute__((vector_size(16)));

/* The 16 bytes at P. */
static inline bytes_vector
bytes_load(const char *p)
{
	bytes_vector v;

	memcpy(&v, p, sizeof v);
	return v;
}

/* One bit for each byte of a comparison's result, the first byte lowest. */
static inline unsigned
bytes_bits(bytes_vector compared)
{
	typedef char builtin_vector __attribute__((vector_size(16)));

	return (unsigned)__builtin_ia32_pmovmskb128((builtin_vector)compared);
}
#endif

#endif
