/* SPDX-License-Identifier: MIT */
/* One gzip member at a time, by ISA-L, at twice the speed of zlib. */
#include "parse/inflater.h"

#include <isa-l/igzip_lib.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>

#include "common/mem.h"

struct inflater {
	struct inflate_state state;
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
	/* The wrapper of RFC 1952, header and trailer, is read and checked too. */
	i->state.crc_flag = ISAL_GZIP;
}

struct inflater *
inflater_new(void)
{
	struct inflater *i = mem_zero(1, sizeof *i);

	isal_inflate_init(&i->state);
	i->state.crc_flag = ISAL_GZIP;
	return i;
}

void
inflater_free(struct inflater *i)
{
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

enum inflater_result
inflater_step(struct inflater *i, const char **in, size_t *in_len, char **out, size_t *out_len)
{
	struct inflate_state *s = &i->state;

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
