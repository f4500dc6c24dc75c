/* SPDX-License-Identifier: MIT */
/* Marks whose messages are not all settled yet. */
#include "publish/marks.h"

#include <stdlib.h>

#include "common/mem.h"

static struct mark *
mark_at(const struct marks *m, size_t i)
{
	return &m->ring[(m->first + i) % m->capacity];
}

static void
grow(struct marks *m)
{
	size_t capacity = m->capacity == 0 ? 64 : m->capacity * 2;
	struct mark *ring = mem_zero(capacity, sizeof *ring);

	for (size_t i = 0; i < m->count; i++)
		ring[i] = *mark_at(m, i);
	free(m->ring);
	m->ring = ring;
	m->capacity = capacity;
	m->first = 0;
}

void
marks_add(struct marks *m, uint64_t sent, uint64_t records)
{
	if (m->count > 0 && mark_at(m, m->count - 1)->sent == sent) {
		mark_at(m, m->count - 1)->records = records;
		return;
	}
	if (m->count == m->capacity)
		grow(m);
	*mark_at(m, m->count++) = (struct mark){sent, records};
}

const struct mark *
marks_first(const struct marks *m)
{
	return m->count > 0 ? mark_at(m, 0) : NULL;
}

void
marks_take(struct marks *m)
{
	m->first = (m->first + 1) % m->capacity;
	m->count--;
}

void
marks_clear(struct marks *m)
{
	free(m->ring);
	*m = (struct marks){0};
}
