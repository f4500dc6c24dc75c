/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target for the splitter: however the text is cut into windows, the same records come out,
 * one behind the other. The first byte chooses how it is cut.
 */
#include "tests/fuzz/fuzz.h"

#include "common/buf.h"
#include "parse/split.h"

/* The most windows of a text: each is copied, so that with more of them the copies would be all
 * that is done. */
#define WINDOWS_MAX 64

/* What came out. */
struct outcome {
	enum split_result end;
	size_t count;
	struct split_record records[4096];
};

/* Splits the text with windows that grow by STEP bytes. Each window is memory of its own, so that a
 * read outside is seen. */
static void
split(const char *text, size_t size, size_t step, struct outcome *o)
{
	struct split *s = split_new(DUMP_TYPES);
	struct split_record r = {0};
	size_t from = 0, to = 0, behind = 0;
	char *window = NULL;

	o->count = 0;
	split_window(s, "", 0, size == 0);
	while ((o->end = split_next(s, &r)) == SPLIT_RECORD || o->end == SPLIT_MORE) {
		if (o->end == SPLIT_RECORD) {
			REQUIRE(o->count < sizeof o->records / sizeof *o->records);
			REQUIRE(r.ordinal == o->count + 1 && r.len > 0);
			REQUIRE(r.offset >= behind && r.offset + r.len <= size);
			REQUIRE(memcmp(r.data, text + r.offset, r.len) == 0);
			behind = r.offset + r.len;
			o->records[o->count++] = r;
			continue;
		}
		REQUIRE(to < size);
		from += split_kept(s);
		to = size - to > step ? to + step : size;
		REQUIRE(from <= to);
		char *next = mem_alloc(to - from);
		memcpy(next, text + from, to - from);
		free(window);
		window = next;
		split_window(s, window, to - from, to == size);
	}
	split_free(s);
	free(window);
}

static void
compare(const struct outcome *a, const struct outcome *b)
{
	REQUIRE(a->end == b->end && a->count == b->count);
	for (size_t i = 0; i < a->count; i++) {
		const struct split_record *x = &a->records[i], *y = &b->records[i];
		REQUIRE(x->offset == y->offset && x->len == y->len && x->line == y->line);
		/* Reasons are constants, but not always the same one's address. */
		REQUIRE((x->broken == NULL) == (y->broken == NULL));
		REQUIRE(x->broken == NULL || strcmp(x->broken, y->broken) == 0);
	}
}

static void
fuzz_one(const uint8_t *data, size_t size)
{
	static struct outcome whole, cut;

	if (size == 0)
		return;
	const char *text = (const char *)data + 1;
	size_t len = size - 1, step = (size_t)data[0] % 67 + 1;
	if (step < len / WINDOWS_MAX)
		step = len / WINDOWS_MAX;
	split(text, len, SIZE_MAX / 2, &whole);
	split(text, len, step, &cut);
	compare(&whole, &cut);
}
