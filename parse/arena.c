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
	alignas(ARENA_ALIGN) char data[];
};

void *
arena_take_new(struct arena *a, size_t size)
{
	size_t chunk_size = size > CHUNK_SIZE ? size : CHUNK_SIZE;
	struct arena_chunk *chunk = mem_alloc(sizeof *chunk + chunk_size + BYTES_PADDING);

	chunk->next = a->chunks;
	chunk->size = chunk_size;
	a->chunks = chunk;
	a->free = chunk->data + size;
	a->end = chunk->data + chunk_size;
	return chunk->data;
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
