/* SPDX-License-Identifier: MIT */
/* Memory for one record at a time. */
#include "parse/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

#include "common/mem.h"

/* Holds the tree of nearly every record, so that malloc is rarely called. */
#define CHUNK_SIZE (256u << 10)

struct arena_chunk {
	struct arena_chunk *next;
	size_t size;
	alignas(max_align_t) char data[];
};

static void
add_chunk(struct arena *a, size_t size)
{
	struct arena_chunk *chunk = mem_alloc(sizeof *chunk + size);

	chunk->next = a->chunks;
	chunk->size = size;
	a->chunks = chunk;
	a->free = chunk->data;
	a->end = chunk->data + size;
}

void *
arena_take(struct arena *a, size_t size)
{
	const size_t align = alignof(max_align_t);

	/* The caller's sizes come from records, which are far from SIZE_MAX. */
	size = (size + align - 1) & ~(align - 1);
	if ((size_t)(a->end - a->free) < size)
		add_chunk(a, size > CHUNK_SIZE ? size : CHUNK_SIZE);
	void *p = a->free;
	a->free += size;
	return p;
}

void
arena_reset(struct arena *a)
{
	struct arena_chunk *keep = NULL, *next;

	for (struct arena_chunk *c = a->chunks; c != NULL; c = next) {
		next = c->next;
		if (keep == NULL && c->size == CHUNK_SIZE)
			keep = c;
		else
			free(c);
	}
	a->chunks = keep;
	a->free = keep != NULL ? keep->data : NULL;
	a->end = keep != NULL ? keep->data + keep->size : NULL;
	if (keep != NULL)
		keep->next = NULL;
}

void
arena_free(struct arena *a)
{
	for (struct arena_chunk *c = a->chunks, *next; c != NULL; c = next) {
		next = c->next;
		free(c);
	}
	*a = (struct arena){0};
}
