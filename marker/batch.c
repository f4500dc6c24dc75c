/* SPDX-License-Identifier: MIT */
/* Operations from a descriptor, one a line. */
#include "marker/batch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/io.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/stop.h"

static int
read_all(int fd, struct buf *text)
{
	for (;;) {
		ssize_t n = io_read(fd, buf_reserve(text, 65536), 65536);
		if (n == 0)
			return EX_OK;
		if (n < 0 && errno == EINTR) {
			log_error("standard input: stopped before its end, nothing was changed");
			return STOP_STATUS;
		}
		if (n < 0) {
			log_error("standard input: %s", strerror(errno));
			return EX_IOERR;
		}
		text->len += (size_t)n;
		if (text->len > BATCH_BYTES_MAX) {
			log_error("standard input: more than %u bytes", BATCH_BYTES_MAX);
			return EX_DATAERR;
		}
	}
}

/* Adds the line to the batch; its number goes into messages. */
static int
add_line(struct batch *batch, const struct operation *table, const char *line, size_t len,
    size_t number)
{
	struct words words;
	struct call call;
	const char *wrong = words_split(line, len, &words);

	if (wrong != NULL) {
		log_error("line %zu: %s", number, wrong);
		return EX_DATAERR;
	}
	if (words.count == 0) {
		words_free(&words);
		return EX_OK;
	}
	if (operation_parse(table, words.list, words.count, number, &call) != 0) {
		words_free(&words);
		return EX_USAGE;
	}
	batch->calls = mem_resize(batch->calls, batch->count + 1, sizeof *batch->calls);
	batch->words = mem_resize(batch->words, batch->count + 1, sizeof *batch->words);
	batch->calls[batch->count] = call;
	batch->words[batch->count++] = words;
	if (call.operation->kind != OPERATION_BATCH)
		return EX_OK;
	operation_complain(&call, "a batch cannot hold a batch");
	return EX_USAGE;
}

int
batch_read(int fd, const struct operation *table, struct batch *out)
{
	struct buf text = {0};
	int status = read_all(fd, &text);
	size_t number = 0;

	*out = (struct batch){0};
	for (size_t at = 0; status == EX_OK && at < text.len;) {
		const char *line = text.data + at;
		const char *lf = memchr(line, '\n', text.len - at);
		size_t len = lf != NULL ? (size_t)(lf - line) : text.len - at;
		status = add_line(out, table, line, len, ++number);
		at += len + 1;
	}
	buf_free(&text);
	if (status != EX_OK)
		batch_free(out);
	return status;
}

void
batch_free(struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		words_free(&batch->words[i]);
	free(batch->words);
	free(batch->calls);
	*batch = (struct batch){0};
}
