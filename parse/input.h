/* SPDX-License-Identifier: MIT */
/*
 * The bytes of a file or a pipe, unpacked, in blocks: a thread of its own reads
 * ahead. A block has free room in front of its bytes, so that what is left over of the
 * block before can be put there instead of being joined by copying both, and BYTES_PADDING bytes
 * that can be read behind them.
 */
#ifndef DX_PARSE_INPUT_H
#define DX_PARSE_INPUT_H

#include <stddef.h>
#include <stdint.h>

/* What the first bytes say. */
enum input_format {
	INPUT_EMPTY,
	INPUT_GZIP,
	INPUT_STREAM, /* control lines (dx-stream(5)) */
	INPUT_TEXT /* XML, or nothing that is known */
};

struct block {
	char *data; /* the bytes */
	size_t len;
	char *memory; /* where they may start at the earliest */
	size_t size; /* of the memory, without the padding */
};

enum input_result {
	INPUT_BLOCK,
	INPUT_END,
	INPUT_DAMAGED, /* the gzip data is damaged or cut: input_reason */
	INPUT_FAILED /* reading failed: input_reason */
};

struct input;

/* The bytes that input_open read to look at the format. */
#define INPUT_PEEK 65536

/* Takes FD, which stays the caller's, and looks at its first bytes. NULL with errno if they cannot
 * be read. */
struct input *input_open(int fd);

/* What they say. */
enum input_format input_format(const struct input *in);

/* Those bytes, *LEN of them, for a reader of control lines. */
const char *input_peeked(const struct input *in, size_t *len);

/*
 * Starts reading ahead: up to COUNT blocks of SIZE bytes are in use at any time, the
 * caller's included.
 */
void input_start(struct input *in, size_t size, unsigned count);

/* Waits for the next block, which is then the caller's until input_release. */
enum input_result input_next(struct input *in, struct block **b);

/* Gives a block back; from any thread. */
void input_release(struct input *in, struct block *b);

/*
 * Puts the LEN bytes at DATA in front of those of B. DATA is not inside B.
 */
void block_prepend(struct block *b, const char *data, size_t len);

/* How many bytes of the file as it lies were read so far. */
uint64_t input_position(struct input *in);

/* What is wrong, one line. */
const char *input_reason(const struct input *in);

/* Stops the thread, wherever it is, and frees everything; every block was released. NULL is
 * allowed. */
void input_close(struct input *in);

#endif
