/* SPDX-License-Identifier: MIT */
/*
 * Finding bytes of a small set, sixteen at a time where the compiler has a
 * builtin to turn a comparison into bits, one at a time elsewhere. Inline, because the
 * texts of a dump are short and the call would cost more than the search.
 */
#ifndef DX_PARSE_BYTES_H
#define DX_PARSE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#define BYTES_HAVE_VECTOR 1

typedef char bytes_vector __attribute__((vector_size(16)));
typedef unsigned char bytes_unsigned __attribute__((vector_size(16)));

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
	return (unsigned)__builtin_ia32_pmovmskb128(compared);
}
#endif

/* The first byte A from P on, or END; for short distances, otherwise memchr. */
static inline const char *
bytes_find(const char *p, const char *end, char a)
{
#ifdef BYTES_HAVE_VECTOR
	for (; end - p >= 16; p += 16) {
		unsigned found = bytes_bits((bytes_vector)(bytes_load(p) == a));
		if (found != 0)
			return p + __builtin_ctz(found);
	}
#endif
	while (p < end && *p != a)
		p++;
	return p;
}

/* How many ASCII letters and '_' there are from P on, of which LEFT bytes can be read; perhaps no
 * more than 16 of them. */
static inline size_t
bytes_letters(const char *p, size_t left)
{
#ifdef BYTES_HAVE_VECTOR
	if (left >= 16) {
		bytes_vector v = bytes_load(p), lower = v | 0x20;
		/* 'a' + 5 to 'z' + 5 is 102 to 127: the largest that a signed byte can be. Added as
		 * unsigned, because others overflow. */
		bytes_vector raised = (bytes_vector)((bytes_unsigned)lower + 5);
		unsigned found = bytes_bits(
		    (bytes_vector)(raised > 101) | (bytes_vector)(v == '_'));
		return (size_t)__builtin_ctz(~found);
	}
#endif
	size_t n = 0;
	while (n < left && n < 16 && (((unsigned char)((p[n] | 0x20) - 'a') < 26) || p[n] == '_'))
		n++;
	return n;
}

/* The first eight bytes at P as a number, the first byte highest, but zeros from the LENth on. P
 * can be read for eight. */
static inline uint64_t
bytes_key(const char *p, size_t len)
{
	uint64_t key;

	memcpy(&key, p, sizeof key);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	key = __builtin_bswap64(key);
#endif
	return len >= 8 ? key : key & ~(UINT64_MAX >> (8 * len));
}

/* The first of the bytes A, B and C from P on, or END. */
static inline const char *
bytes_find3(const char *p, const char *end, char a, char b, char c)
{
#ifdef BYTES_HAVE_VECTOR
	for (; end - p >= 16; p += 16) {
		bytes_vector v = bytes_load(p);
		unsigned found = bytes_bits((bytes_vector)((v == a) | (v == b) | (v == c)));
		if (found != 0)
			return p + __builtin_ctz(found);
	}
#endif
	while (p < end && *p != a && *p != b && *p != c)
		p++;
	return p;
}

/*
 * The first byte from P on that needs a closer look before it may be called text of
 * XML: a control character but tab and LF, or part of a non-ASCII one. END if there is none.
 */
static inline const char *
bytes_find_unusual(const char *p, const char *end)
{
#ifdef BYTES_HAVE_VECTOR
	for (; end - p >= 16; p += 16) {
		/* As signed bytes, non-ASCII is negative, below all others. */
		bytes_vector v = bytes_load(p);
		bytes_vector low = (bytes_vector)(v < ' ');
		unsigned found = bytes_bits(
		    low & (bytes_vector)(v != '\t') & (bytes_vector)(v != '\n'));
		if (found != 0)
			return p + __builtin_ctz(found);
	}
#endif
	while (p < end && ((unsigned char)(*p - ' ') < 0x80 - ' ' || *p == '\t' || *p == '\n'))
		p++;
	return p;
}

/* The first byte from P on that JSON escapes: a quote, a backslash or a control character. END if
 * there is none. */
static inline const char *
bytes_find_escaped(const char *p, const char *end)
{
#ifdef BYTES_HAVE_VECTOR
	for (; end - p >= 16; p += 16) {
		bytes_vector v = bytes_load(p);
		bytes_vector control = (bytes_vector)(v < ' ') & (bytes_vector)(v >= 0);
		unsigned found = bytes_bits(
		    control | (bytes_vector)(v == '"') | (bytes_vector)(v == '\\'));
		if (found != 0)
			return p + __builtin_ctz(found);
	}
#endif
	while (p < end && (unsigned char)*p >= ' ' && *p != '"' && *p != '\\')
		p++;
	return p;
}

#endif
