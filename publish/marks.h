/* SPDX-License-Identifier: MIT */
/* Marks whose messages are not all settled yet, in order. */
#ifndef DX_PUBLISH_MARKS_H
#define DX_PUBLISH_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A mark: when SENT messages of the file are settled, RECORDS of its records are done. */
struct mark {
	uint64_t sent;
	uint64_t records;
};

/* Start it zeroed. */
struct marks {
	struct mark *ring;
	size_t capacity;
	size_t first;
	size_t count;
};

/* Adds a mark behind those before; one with no message between replaces the last. */
void marks_add(struct marks *m, uint64_t sent, uint64_t records);

/* The next mark to be reached, or NULL. */
const struct mark *marks_first(const struct marks *m);

/* Takes the first mark out. */
void marks_take(struct marks *m);

/* Frees the ring and leaves no marks. */
void marks_clear(struct marks *m);

#endif
