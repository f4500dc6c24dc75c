/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target for gzip, input and splitter: however the text is cut into windows, the same
 * records come out. The first byte chooses how it is cut.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "parse/gunzip.h"
#include "parse/split.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What came out, as text that can be compared. */
static void
describe(struct buf *out, enum split_result result, const struct split_record *r)
{
	buf_printf(out, "%d", (int)result);
	if (result == SPLIT_RECORD)
		buf_printf(out, " %llu %zu %llu %s", (unsigned long long)r->offset, r->len,
		    (unsigned long long)r->line, r->broken != NULL ? r->broken : "");
	buf_add_char(out, '\n');
}

/* Splits the text with windows that grow by STEP bytes. Each window is memory of its own, so that a
 * read outside is seen. */
static void
split(const char *text, size_t size, size_t step, struct buf *out)
{
	struct split *s = split_new(DUMP_TYPES);
	struct split_record r = {0};
	size_t from = 0, to = 0;
	char *window = NULL;
	enum split_result result = SPLIT_MORE;

	split_window(s, "", 0, size == 0);
	while ((result = split_next(s, &r)) == SPLIT_RECORD || result == SPLIT_MORE) {
		if (result == SPLIT_RECORD) {
			describe(out, result, &r);
			continue;
		}
		from += split_kept(s);
		to = size - to > step ? to + step : size;
		char *next = malloc(to - from + 1);
		memcpy(next, text + from, to - from);
		free(window);
		window = next;
		split_window(s, window, to - from, to == size);
	}
	describe(out, result, &r);
	split_free(s);
	free(window);
}

static void
unpack(const char *data, size_t size)
{
	struct gunzip *g = gunzip_new();
	char room[512];
	size_t made = 0;

	while (size > 0 && made < 1u << 22) {
		char *out = room;
		size_t left = sizeof room;
		if (gunzip_run(g, &data, &size, &out, &left) != 0)
			break;
		made += sizeof room - left;
	}
	gunzip_finish(g);
	gunzip_free(g);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf whole = {0}, cut = {0};

	if (size == 0)
		return 0;
	const char *text = (const char *)data + 1;
	unpack(text, size - 1);
	split(text, size - 1, SIZE_MAX / 2, &whole);
	split(text, size - 1, (size_t)data[0] % 37 + 1, &cut);
	if (whole.len != cut.len || memcmp(whole.data, cut.data, whole.len) != 0) {
		fprintf(stderr, "%.*s--- cut:\n%.*s", (int)whole.len, whole.data, (int)cut.len,
		    cut.data);
		abort();
	}
	buf_free(&whole);
	buf_free(&cut);
	return 0;
}
