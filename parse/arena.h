/* SPDX-License-Identifier: MIT */
/* Memory for one record at a time: taken piece by piece, given back at once. */
#ifndef DX_PARSE_ARENA_H
#define DX_PARSE_ARENA_H

#include <stddef.h>

#include "parse/bytes.h"

struct arena_chunk;

/* Start it as `struct arena a = {0};`. */
struct arena {
	char *free; /* the next free byte of the chunk in use */
	char *end;
	struct arena_chunk *chunks; /* all of them, the one in use first */
};

/* What pieces are aligned to: any type that the parser keeps. */
#define ARENA_ALIGN 16

/* Takes SIZE bytes, aligned for any type, not cleared, with BYTES_PADDING behind them. They live
 * until arena_reset. */
static inline void *arena_take(struct arena *a, size_t size);

/* Gives everything back but keeps one chunk of the usual size for the next record. */
void arena_reset(struct arena *a);

/* Frees the arena. */
void arena_free(struct arena *a);

/* What arena_take does when the chunk in use is used up. SIZE is aligned. */
void *arena_take_new(struct arena *a, size_t size);

static inline void *
arena_take(struct arena *a, size_t size)
{
	/* The caller's sizes come from records, which are far from SIZE_MAX. */
	size = (size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
	if ((size_t)(a->end - a->free) < size)
		return arena_take_new(a, size);
	void *p = a->free;
	a->free += size;
	return p;
}

#endif
