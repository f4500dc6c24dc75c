/* SPDX-License-Identifier: MIT */
/* One gzip member at a time, by zlib. */
#include "parse/inflater.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

#include "common/mem.h"

/* A window of 32 KiB, and 16 for a gzip wrapper and no other. */
#define GZIP_WINDOW_BITS (15 + 16)

struct inflater {
	z_stream z;
};

const char *
inflater_library(void)
{
	return "zlib " ZLIB_VERSION;
}

struct inflater *
inflater_new(void)
{
	struct inflater *i = mem_zero(1, sizeof *i);

	if (inflateInit2(&i->z, GZIP_WINDOW_BITS) != Z_OK)
		mem_exhausted();
	return i;
}

void
inflater_free(struct inflater *i)
{
	if (i != NULL)
		inflateEnd(&i->z);
	free(i);
}

void
inflater_reset(struct inflater *i)
{
	inflateReset(&i->z);
}

const char *
inflater_reason(const struct inflater *i)
{
	return i->z.msg != NULL ? i->z.msg : "damaged gzip data";
}

static uInt
limited(size_t n)
{
	return n < UINT_MAX ? (uInt)n : UINT_MAX;
}

enum inflater_result
inflater_step(struct inflater *i, const char **in, size_t *in_len, char **out, size_t *out_len)
{
	/* zlib only reads what next_in points to, const or not. */
	i->z.next_in = (Bytef *)(size_t)*in;
	i->z.avail_in = limited(*in_len);
	i->z.next_out = (Bytef *)*out;
	i->z.avail_out = limited(*out_len);
	int result = inflate(&i->z, Z_NO_FLUSH);
	*in_len -= (size_t)((const char *)i->z.next_in - *in);
	*in = (const char *)i->z.next_in;
	*out_len -= (size_t)((char *)i->z.next_out - *out);
	*out = (char *)i->z.next_out;
	if (result == Z_STREAM_END)
		return INFLATER_END;
	if (result == Z_MEM_ERROR)
		mem_exhausted();
	/* Z_BUF_ERROR: nothing could be done, which is for the caller to see. */
	return result == Z_OK || result == Z_BUF_ERROR ? INFLATER_GOING : INFLATER_BAD;
}
