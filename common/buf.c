/* SPDX-License-Identifier: MIT */
/* A byte buffer that grows. */
#include "common/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"

char *
buf_grow(struct buf *b, size_t more)
{
	size_t need = more > SIZE_MAX / 2 - b->len ? SIZE_MAX : b->len + more;
	size_t cap = b->cap < 128 ? 256 : b->cap * 2;

	b->cap = cap > need ? cap : need;
	b->data = mem_resize(b->data, b->cap, 1);
	return b->data + b->len;
}

void
buf_add(struct buf *b, const void *data, size_t len)
{
	if (len == 0)
		return;
	memcpy(buf_reserve(b, len), data, len);
	b->len += len;
}

void
buf_add_str(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_printf(struct buf *b, const char *format, ...)
{
	va_list ap, again;
	va_start(ap, format);
	va_copy(again, ap);
	int len = vsnprintf(NULL, 0, format, ap);
	va_end(ap);
	if (len > 0) {
		vsnprintf(buf_reserve(b, (size_t)len + 1), (size_t)len + 1, format, again);
		b->len += (size_t)len;
	}
	va_end(again);
}

void
buf_free(struct buf *b)
{
	free(b->data);
	*b = (struct buf){0};
}
