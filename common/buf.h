/* SPDX-License-Identifier: MIT */
/*
 * A byte buffer that grows. Start it as `struct buf b = {0};` the owner of the
 * struct owns the bytes and calls buf_free. The bytes are not terminated.
 */
#ifndef DX_COMMON_BUF_H
#define DX_COMMON_BUF_H

#include <stddef.h>

struct buf {
	char *data;
	size_t len;
	size_t cap;
};

/* Makes room for MORE further bytes; returns where they go (data + len). */
static inline char *buf_reserve(struct buf *b, size_t more);

/* Appends LEN bytes. */
void buf_add(struct buf *b, const void *data, size_t len);

/* Appends a terminated string. */
void buf_add_str(struct buf *b, const char *s);

/* Appends one byte. */
static inline void buf_add_char(struct buf *b, char c);

/* Appends what printf would write. */
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Frees the bytes and leaves an empty buffer. */
void buf_free(struct buf *b);

/* What buf_reserve does when there is no room. */
char *buf_grow(struct buf *b, size_t more);

static inline char *
buf_reserve(struct buf *b, size_t more)
{
	return b->cap - b->len >= more && b->data != NULL ? b->data + b->len : buf_grow(b, more);
}

static inline void
buf_add_char(struct buf *b, char c)
{
	*buf_reserve(b, 1) = c;
	b->len++;
}

#endif
