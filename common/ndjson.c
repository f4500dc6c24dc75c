/* SPDX-License-Identifier: MIT */
/* Reading newline-delimited JSON from a descriptor. */
#include "common/ndjson.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/io.h"
#include "common/mem.h"

/* One read; as large as a pipe that F_SETPIPE_SZ made, so that a full one is emptied at once. */
#define READ_SIZE (1u << 20)

struct ndjson {
	int fd;
	bool ended;
	size_t max_line;
	uint64_t lines;
	char *data; /* bytes start..end are read and not taken */
	size_t start;
	size_t end;
	size_t scanned; /* no LF in start..scanned */
	size_t cap;
};

struct ndjson *
ndjson_open(int fd, size_t max_line)
{
	struct ndjson *r = mem_zero(1, sizeof *r);

	r->fd = fd;
	r->max_line = max_line;
	return r;
}

void
ndjson_close(struct ndjson *r)
{
	if (r == NULL)
		return;
	free(r->data);
	free(r);
}

uint64_t
ndjson_line_number(const struct ndjson *r)
{
	return r->lines;
}

enum ndjson_result
ndjson_take(struct ndjson *r, char **line, size_t *len)
{
	char *lf = r->end > r->scanned ? memchr(r->data + r->scanned, '\n', r->end - r->scanned)
				       : NULL;

	if (lf == NULL) {
		r->scanned = r->end;
		if (r->end - r->start >= r->max_line) {
			r->lines++;
			return NDJSON_TOO_LONG;
		}
		if (!r->ended)
			return NDJSON_MORE;
		if (r->start == r->end)
			return NDJSON_END;
		r->lines++;
		return NDJSON_UNTERMINATED;
	}
	r->lines++;
	*line = r->data + r->start;
	*len = (size_t)(lf - *line);
	*lf = '\0';
	r->start = r->scanned = (size_t)(lf - r->data) + 1;
	return *len + 1 > r->max_line ? NDJSON_TOO_LONG : NDJSON_LINE;
}

int
ndjson_fill(struct ndjson *r)
{
	if (r->start > 0) {
		memmove(r->data, r->data + r->start, r->end - r->start);
		r->end -= r->start;
		r->scanned -= r->start;
		r->start = 0;
	}
	if (r->cap - r->end < READ_SIZE) {
		r->cap = r->cap == 0 ? READ_SIZE : r->cap * 2;
		r->data = mem_resize(r->data, r->cap, 1);
	}
	ssize_t n = io_read(r->fd, r->data + r->end, r->cap - r->end);
	if (n < 0)
		return -1;
	if (n == 0)
		r->ended = true;
	r->end += (size_t)n;
	return 0;
}

void
ndjson_prefill(struct ndjson *r, const char *data, size_t len)
{
	r->cap = len > READ_SIZE ? len : READ_SIZE;
	r->data = mem_resize(r->data, r->cap, 1);
	memcpy(r->data, data, len);
	r->end = len;
}

enum ndjson_result
ndjson_next(struct ndjson *r, char **line, size_t *len)
{
	enum ndjson_result result;

	while ((result = ndjson_take(r, line, len)) == NDJSON_MORE)
		if (ndjson_fill(r) != 0)
			return NDJSON_ERROR;
	return result;
}
