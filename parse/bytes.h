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

#include "common/vector.h"

/*
 * So many bytes behind a record, and behind every text of its tree, can be read, whatever they are:
 * short texts then need no search for their end. Who lends memory to a tree leaves the room.
 */
#define BYTES_PADDING 64

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

/* How many ASCII letters and '_' there are from P on, 16 at most; 16 bytes can be read. */
static inline size_t
bytes_letters(const char *p)
{
#ifdef BYTES_HAVE_VECTOR
	bytes_vector v = bytes_load(p), lower = v | 0x20;
	/* 'a' + 5 to 'z' + 5 is 102 to 127: the largest that a signed byte can be. Added as
	 * unsigned, because others overflow. */
	bytes_vector raised = (bytes_vector)((bytes_unsigned)lower + 5);
	unsigned found = bytes_bits((bytes_vector)(raised > 101) | (bytes_vector)(v == '_'));
	return (size_t)__builtin_ctz(~found);
#else
	size_t n = 0;
	while (n < 16 && (((unsigned char)((p[n] | 0x20) - 'a') < 26) || p[n] == '_'))
		n++;
	return n;
#endif
}

/* One bit for each of the 64 bytes at P that is A, the first byte lowest. */
static inline uint64_t
bytes_equal64(const char *p, char a)
{
	uint64_t found = 0;

#ifdef BYTES_HAVE_VECTOR
	for (unsigned i = 0; i < 64; i += 16)
		found |= (uint64_t)bytes_bits((bytes_vector)(bytes_load(p + i) == a)) << i;
#else
	for (unsigned i = 0; i < 64; i++)
		found |= (uint64_t)(p[i] == a) << i;
#endif
	return found;
}

/* What stands out among 64 bytes of XML; one bit for each byte, the first lowest. */
struct bytes_marks {
	uint64_t markup; /* '<', '>' and '&' */
	uint64_t unusual; /* control characters but tab and LF, and parts of non-ASCII ones */
};

/* Looks at the 64 bytes at P. */
static inline struct bytes_marks
bytes_look64(const char *p)
{
	struct bytes_marks marks = {0, 0};

#ifdef BYTES_HAVE_VECTOR
	for (unsigned i = 0; i < 64; i += 16) {
		/* '<' and '>' differ in one bit. As signed bytes, non-ASCII is negative, below all
		 * others. */
		bytes_vector v = bytes_load(p + i);
		bytes_vector markup = (bytes_vector)((v | 2) == '>') | (bytes_vector)(v == '&');
		bytes_vector unusual = (bytes_vector)(v < ' ') & (bytes_vector)(v != '\t') &
		    (bytes_vector)(v != '\n');
		marks.markup |= (uint64_t)bytes_bits(markup) << i;
		marks.unusual |= (uint64_t)bytes_bits(unusual) << i;
	}
#else
	for (unsigned i = 0; i < 64; i++) {
		unsigned char c = (unsigned char)p[i];
		marks.markup |= (uint64_t)(c == '<' || c == '>' || c == '&') << i;
		marks.unusual |= (uint64_t)((c < ' ' && c != '\t' && c != '\n') || c >= 0x80) << i;
	}
#endif
	return marks;
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

/* The first byte from P on that ends an attribute's value, or is not plain there: QUOTE, '&', '<'
 * or a control character. END if there is none. */
static inline const char *
bytes_find_value_end(const char *p, const char *end, char quote)
{
#ifdef BYTES_HAVE_VECTOR
	for (; end - p >= 16; p += 16) {
		bytes_vector v = bytes_load(p);
		bytes_vector control = (bytes_vector)(v < ' ') & (bytes_vector)(v >= 0);
		unsigned found = bytes_bits(control | (bytes_vector)(v == quote) |
		    (bytes_vector)(v == '&') | (bytes_vector)(v == '<'));
		if (found != 0)
			return p + __builtin_ctz(found);
	}
#endif
	while (p < end && (unsigned char)*p >= ' ' && *p != quote && *p != '&' && *p != '<')
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

/* One bit for each of the 32 bytes at P that JSON escapes, the first byte lowest. */
static inline uint64_t
bytes_escaped32(const char *p)
{
	uint64_t found = 0;

#ifdef BYTES_HAVE_VECTOR
	for (unsigned i = 0; i < 32; i += 16) {
		bytes_vector v = bytes_load(p + i);
		bytes_vector control = (bytes_vector)(v < ' ') & (bytes_vector)(v >= 0);
		found |= (uint64_t)bytes_bits(
			     control | (bytes_vector)(v == '"') | (bytes_vector)(v == '\\'))
		    << i;
	}
#else
	for (unsigned i = 0; i < 32; i++)
		found |= (uint64_t)((unsigned char)p[i] < ' ' || p[i] == '"' || p[i] == '\\') << i;
#endif
	return found;
}

#endif
