/* SPDX-License-Identifier: MIT */
/* One gzip member at a time, by ISA-L, at twice the speed of zlib. */
#include "parse/inflater.h"

#include <isa-l/igzip_lib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "common/buf.h"
#include "common/mem.h"

/* The flags of a header, and those of them that have no meaning yet (RFC 1952, section 2.3.1.2:
 * there must be an error, since there may be a field that nobody knows). */
#define HEADER_FLAGS 3
#define RESERVED     0xe0

/* The longest header that is waited for: extra field, name and comment of 64 KiB and more are no
 * dump's. */
#define HEADER_MAX (256u << 10)

struct inflater {
	struct inflate_state state;
	struct buf header; /* what came of the member's header, as long as that is not whole */
	bool header_read;
	const char *reason;
};

const char *
inflater_library(void)
{
	return "isa-l";
}

void
inflater_reset(struct inflater *i)
{
	isal_inflate_reset(&i->state);
	/* The trailer is checked while inflating; the header is read before. */
	i->state.crc_flag = ISAL_GZIP_NO_HDR_VER;
	i->header.len = 0;
	i->header_read = false;
}

struct inflater *
inflater_new(void)
{
	struct inflater *i = mem_zero(1, sizeof *i);

	isal_inflate_init(&i->state);
	inflater_reset(i);
	return i;
}

void
inflater_free(struct inflater *i)
{
	if (i != NULL)
		buf_free(&i->header);
	free(i);
}

const char *
inflater_reason(const struct inflater *i)
{
	return i->reason;
}

static const char *
reason_for(int result)
{
	switch (result) {
	case ISAL_INVALID_BLOCK:
		return "invalid block type";
	case ISAL_INVALID_SYMBOL:
		return "invalid code";
	case ISAL_INVALID_LOOKBACK:
		return "invalid distance too far back";
	case ISAL_INVALID_WRAPPER:
		return "incorrect header check";
	case ISAL_UNSUPPORTED_METHOD:
		return "unknown compression method";
	case ISAL_INCORRECT_CHECKSUM:
		return "incorrect data or length check";
	default:
		return "damaged gzip data";
	}
}

static uint32_t
limited(size_t n)
{
	return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

/*
 * Reads the member's header. ISA-L does not take one with a checksum in pieces, so it
 * is always given all that came of it, from the start.
 */
static enum inflater_result
read_header(struct inflater *i, const char **in, size_t *in_len)
{
	struct isal_gzip_header header;
	size_t before = i->header.len;

	buf_add(&i->header, *in, *in_len);
	if (i->header.len > HEADER_FLAGS && (i->header.data[HEADER_FLAGS] & RESERVED) != 0) {
		i->reason = "unknown header flags set";
		return INFLATER_BAD;
	}
	isal_gzip_header_init(&header);
	isal_inflate_reset(&i->state);
	i->state.next_in = (uint8_t *)i->header.data;
	i->state.avail_in = limited(i->header.len);
	int result = isal_read_gzip_header(&i->state, &header);
	if (result == ISAL_END_INPUT && i->header.len <= HEADER_MAX) {
		*in += *in_len;
		*in_len = 0;
		return INFLATER_GOING;
	}
	if (result != ISAL_DECOMP_OK) {
		i->reason = reason_for(result);
		return INFLATER_BAD;
	}
	size_t used = i->header.len - i->state.avail_in - before;
	*in += used;
	*in_len -= used;
	inflater_reset(i);
	i->header_read = true;
	return INFLATER_GOING;
}

enum inflater_result
inflater_step(struct inflater *i, const char **in, size_t *in_len, char **out, size_t *out_len)
{
	struct inflate_state *s = &i->state;

	if (!i->header_read) {
		enum inflater_result header = read_header(i, in, in_len);
		if (header == INFLATER_BAD || !i->header_read)
			return header;
	}
	/* ISA-L only reads what next_in points to, const or not. */
	s->next_in = (uint8_t *)(size_t)*in;
	s->avail_in = limited(*in_len);
	s->next_out = (uint8_t *)*out;
	s->avail_out = limited(*out_len);
	int result = isal_inflate(s);
	*in_len -= (size_t)((const char *)s->next_in - *in);
	*in = (const char *)s->next_in;
	*out_len -= (size_t)((char *)s->next_out - *out);
	*out = (char *)s->next_out;
	if (result < 0) {
		i->reason = reason_for(result);
		return INFLATER_BAD;
	}
	return s->block_state == ISAL_BLOCK_FINISH ? INFLATER_END : INFLATER_GOING;
}
