/* SPDX-License-Identifier: MIT */
/* The bytes of a file or a pipe, unpacked, in blocks. */
#include "parse/input.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/io.h"
#include "common/mem.h"
#include "common/notify.h"
#include "common/stop.h"
#include "parse/bytes.h"
#include "parse/gunzip.h"

/* Room in front of a block: most records are smaller, so what is left over of the last block fits.
 */
#define HEADROOM (64u << 10)

/* How long the reader waits for a pipe before it looks whether it has to stop, in milliseconds. */
#define POLL_MS 100

struct input {
	int fd;
	enum input_format format;
	struct gunzip *gunzip;
	char *raw; /* bytes as read: raw_at of raw_len are used */
	size_t raw_at;
	size_t raw_len;
	size_t block_size;

	pthread_t thread;
	bool started;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool closing;
	uint64_t position;
	bool ended;
	enum input_result verdict; /* what follows the last block */
	const char *reason;
	struct block **free_blocks;
	unsigned free_count;
	struct block **ready; /* a ring */
	unsigned ready_at;
	unsigned ready_count;
	unsigned count;
};

static enum input_format
look(const char *p, size_t len)
{
	size_t i = 0;

	if (len == 0)
		return INPUT_EMPTY;
	/* RFC 1952, section 2.3.1: ID1, ID2 */
	if (len >= 2 && memcmp(p, "\x1f\x8b", 2) == 0)
		return INPUT_GZIP;
	while (i < len && strchr(" \t\r\n", p[i]) != NULL && p[i] != '\0')
		i++;
	return i < len && p[i] == '{' ? INPUT_STREAM : INPUT_TEXT;
}

struct input *
input_open(int fd)
{
	struct input *in = mem_zero(1, sizeof *in);
	ssize_t n = 0;

	in->fd = fd;
	in->raw = mem_alloc(INPUT_PEEK);
	/* Two bytes at least, if there are two. */
	while (in->raw_len < 2 &&
	    (n = io_read(fd, in->raw + in->raw_len, INPUT_PEEK - in->raw_len)) > 0)
		in->raw_len += (size_t)n;
	if (n < 0) {
		int saved = errno;
		input_close(in);
		errno = saved;
		return NULL;
	}
	in->format = look(in->raw, in->raw_len);
	return in;
}

enum input_format
input_format(const struct input *in)
{
	return in->format;
}

const char *
input_peeked(const struct input *in, size_t *len)
{
	*len = in->raw_len;
	return in->raw;
}

const char *
input_reason(const struct input *in)
{
	return in->reason;
}

uint64_t
input_position(struct input *in)
{
	pthread_mutex_lock(&in->lock);
	uint64_t position = in->position;
	pthread_mutex_unlock(&in->lock);
	return position;
}

static struct block *
new_block(size_t size)
{
	struct block *b = mem_alloc(sizeof *b);

	b->size = HEADROOM + size;
	b->memory = mem_alloc(b->size + BYTES_PADDING);
	return b;
}

static void
free_block(struct block *b)
{
	if (b != NULL)
		free(b->memory);
	free(b);
}

void
block_prepend(struct block *b, const char *data, size_t len)
{
	if ((size_t)(b->data - b->memory) < len) {
		/* A record larger than the room: both go to memory that holds them. */
		size_t size = HEADROOM + len + b->len;
		char *memory = mem_alloc(size + BYTES_PADDING);
		memcpy(memory + size - b->len, b->data, b->len);
		free(b->memory);
		b->memory = memory;
		b->size = size;
		b->data = memory + size - b->len;
	}
	b->data -= len;
	b->len += len;
	memcpy(b->data, data, len);
}

/* Whether a read would wait. A file never does. */
static bool
would_wait(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, 0) == 0;
}

/* Waits until FD can be read; false if the reader has to stop first. */
static bool
wait_readable(struct input *in)
{
	struct pollfd p = {.fd = in->fd, .events = POLLIN};

	for (;;) {
		pthread_mutex_lock(&in->lock);
		bool closing = in->closing;
		pthread_mutex_unlock(&in->lock);
		if (closing || stop_requested())
			return false;
		notify_alive();
		int n = poll(&p, 1, POLL_MS);
		if (n != 0 && !(n < 0 && errno == EINTR))
			return true;
	}
}

/* Ends the input after the block in work. */
static void
set_verdict(struct input *in, enum input_result verdict, const char *reason)
{
	in->ended = true;
	in->verdict = verdict;
	in->reason = reason;
}

/* Reads what fits to P. The count, 0 at the end, or -1 when the input ended otherwise. */
static ssize_t
read_some(struct input *in, char *p, size_t size)
{
	ssize_t n = -1;

	errno = EINTR;
	if (wait_readable(in))
		n = io_read(in->fd, p, size);
	if (n < 0)
		set_verdict(in, INPUT_FAILED, strerror(errno));
	pthread_mutex_lock(&in->lock);
	in->position += n > 0 ? (uint64_t)n : 0;
	pthread_mutex_unlock(&in->lock);
	return n;
}

/* The bytes that input_open read, first. */
static size_t
take_peeked(struct input *in, char *p, size_t size)
{
	size_t n = in->raw_len - in->raw_at < size ? in->raw_len - in->raw_at : size;

	memcpy(p, in->raw + in->raw_at, n);
	in->raw_at += n;
	return n;
}

static void
fill_plain(struct input *in, struct block *b)
{
	b->len = take_peeked(in, b->data, in->block_size);
	while (b->len < in->block_size) {
		/* What is there is handed on before waiting for more. */
		if (b->len > 0 && would_wait(in->fd))
			return;
		ssize_t n = read_some(in, b->data + b->len, in->block_size - b->len);
		if (n == 0)
			set_verdict(in, INPUT_END, NULL);
		if (n <= 0)
			return;
		b->len += (size_t)n;
	}
}

/* Unpacks into B until it is full, or the packed bytes are used up. */
static void
unpack(struct input *in, struct block *b)
{
	const char *from = in->raw + in->raw_at;
	size_t from_len = in->raw_len - in->raw_at, left = in->block_size - b->len;
	char *to = b->data + b->len;

	if (gunzip_run(in->gunzip, &from, &from_len, &to, &left) != 0)
		set_verdict(in, INPUT_DAMAGED, gunzip_reason(in->gunzip));
	in->raw_at = (size_t)(from - in->raw);
	b->len = (size_t)(to - b->data);
}

static void
fill_gzip(struct input *in, struct block *b)
{
	for (;;) {
		/* First, for what did not fit into the block before. */
		unpack(in, b);
		if (in->ended || b->len == in->block_size || (b->len > 0 && would_wait(in->fd)))
			return;
		ssize_t n = read_some(in, in->raw, INPUT_PEEK);
		in->raw_at = 0;
		in->raw_len = n > 0 ? (size_t)n : 0;
		if (n == 0 && gunzip_finish(in->gunzip) != 0)
			set_verdict(in, INPUT_DAMAGED, gunzip_reason(in->gunzip));
		else if (n == 0)
			set_verdict(in, INPUT_END, NULL);
		if (n <= 0)
			return;
	}
}

/* A block to fill, or NULL when the reader has to stop. */
static struct block *
take_free(struct input *in)
{
	struct block *b = NULL;

	pthread_mutex_lock(&in->lock);
	while (in->free_count == 0 && !in->closing)
		pthread_cond_wait(&in->changed, &in->lock);
	if (!in->closing)
		b = in->free_blocks[--in->free_count];
	pthread_mutex_unlock(&in->lock);
	if (b != NULL) {
		b->data = b->memory + HEADROOM;
		b->len = 0;
	}
	return b;
}

static void
put_ready(struct input *in, struct block *b, bool last)
{
	pthread_mutex_lock(&in->lock);
	in->ready[(in->ready_at + in->ready_count++) % in->count] = b;
	if (last)
		in->closing = true;
	pthread_cond_broadcast(&in->changed);
	pthread_mutex_unlock(&in->lock);
}

static void *
read_ahead(void *context)
{
	struct input *in = context;
	struct block *b;

	while ((b = take_free(in)) != NULL) {
		if (in->format == INPUT_GZIP)
			fill_gzip(in, b);
		else
			fill_plain(in, b);
		put_ready(in, b, in->ended);
	}
	return NULL;
}

void
input_start(struct input *in, size_t size, unsigned count)
{
	in->block_size = size;
	in->count = count;
	in->free_blocks = mem_zero(count, sizeof(struct block *));
	in->ready = mem_zero(count, sizeof(struct block *));
	for (unsigned i = 0; i < count; i++)
		in->free_blocks[in->free_count++] = new_block(size);
	if (in->format == INPUT_GZIP)
		in->gunzip = gunzip_new();
	pthread_mutex_init(&in->lock, NULL);
	pthread_cond_init(&in->changed, NULL);
	if (pthread_create(&in->thread, NULL, read_ahead, in) != 0)
		mem_exhausted();
	in->started = true;
}

enum input_result
input_next(struct input *in, struct block **b)
{
	enum input_result result = INPUT_BLOCK;

	pthread_mutex_lock(&in->lock);
	while (in->ready_count == 0 && !in->closing)
		pthread_cond_wait(&in->changed, &in->lock);
	if (in->ready_count > 0) {
		*b = in->ready[in->ready_at];
		in->ready_at = (in->ready_at + 1) % in->count;
		in->ready_count--;
	} else {
		result = in->verdict;
	}
	pthread_mutex_unlock(&in->lock);
	return result;
}

void
input_release(struct input *in, struct block *b)
{
	/* What a huge record needed is not kept for the rest of the file. */
	if (b->size != HEADROOM + in->block_size) {
		free_block(b);
		b = new_block(in->block_size);
	}
	pthread_mutex_lock(&in->lock);
	in->free_blocks[in->free_count++] = b;
	pthread_cond_broadcast(&in->changed);
	pthread_mutex_unlock(&in->lock);
}

void
input_close(struct input *in)
{
	if (in == NULL)
		return;
	if (in->started) {
		pthread_mutex_lock(&in->lock);
		in->closing = true;
		pthread_cond_broadcast(&in->changed);
		pthread_mutex_unlock(&in->lock);
		pthread_join(in->thread, NULL);
		for (unsigned i = 0; i < in->ready_count; i++)
			free_block(in->ready[(in->ready_at + i) % in->count]);
		for (unsigned i = 0; i < in->free_count; i++)
			free_block(in->free_blocks[i]);
		pthread_cond_destroy(&in->changed);
		pthread_mutex_destroy(&in->lock);
	}
	gunzip_free(in->gunzip);
	free(in->free_blocks);
	free(in->ready);
	free(in->raw);
	free(in);
}
