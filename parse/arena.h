/* SPDX-License-Identifier: MIT */
/* Memory for one record at a time: taken piece by piece, given back at once. */
#ifndef DX_PARSE_ARENA_H
#define DX_PARSE_ARENA_H

#include <stddef.h>

struct arena_chunk;

/* Start it as `struct arena a = {0};`. */
struct arena {
	char *free; /* the next free byte of the chunk in use */
	char *end;
	struct arena_chunk *chunks; /* all of them, the one in use first */
};

/* Takes SIZE bytes, aligned for any type, not cleared. They live until arena_reset. */
void *arena_take(struct arena *a, size_t size);

/* Gives everything back but keeps one chunk of the usual size for the next record. */
void arena_reset(struct arena *a);

/* Frees the arena. */
void arena_free(struct arena *a);

#endif
