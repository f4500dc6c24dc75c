/* SPDX-License-Identifier: MIT */
/* Unpacking gzip with zlib. */
#include "parse/gunzip.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>

#include "common/mem.h"

/* Window of 32 KiB, and 16 for a gzip wrapper alone: zlib then checks header, CRC and length
 * itself. */
#define GZIP_WINDOW_BITS (15 + 16)

struct gunzip {
	z_stream z;
	bool inside; /* a member has begun and not ended */
	bool members; /* a whole one was seen */
	const char *reason;
};

const char *
gunzip_library(void)
{
	return "zlib " ZLIB_VERSION;
}

struct gunzip *
gunzip_new(void)
{
	struct gunzip *g = mem_zero(1, sizeof *g);

	if (inflateInit2(&g->z, GZIP_WINDOW_BITS) != Z_OK)
		mem_exhausted();
	return g;
}

void
gunzip_free(struct gunzip *g)
{
	if (g == NULL)
		return;
	inflateEnd(&g->z);
	free(g);
}

const char *
gunzip_reason(const struct gunzip *g)
{
	return g->reason;
}

static uInt
limited(size_t n)
{
	return n < UINT_MAX ? (uInt)n : UINT_MAX;
}

/* One call of inflate; moves the four on. */
static int
step(struct gunzip *g, const char **in, size_t *in_len, char **out, size_t *out_len)
{
	/* zlib's next_in is not const unless ZLIB_CONST; it only reads. */
	g->z.next_in = (Bytef *)(size_t)*in;
	g->z.avail_in = limited(*in_len);
	g->z.next_out = (Bytef *)*out;
	g->z.avail_out = limited(*out_len);
	int result = inflate(&g->z, Z_NO_FLUSH);
	size_t used = (size_t)((const char *)g->z.next_in - *in);
	size_t made = (size_t)((char *)g->z.next_out - *out);
	*in += used;
	*in_len -= used;
	*out += made;
	*out_len -= made;
	if (used > 0)
		g->inside = true;
	return result;
}

int
gunzip_run(struct gunzip *g, const char **in, size_t *in_len, char **out, size_t *out_len)
{
	while (*in_len > 0 && *out_len > 0) {
		bool first = !g->inside;
		switch (step(g, in, in_len, out, out_len)) {
		case Z_OK:
		case Z_BUF_ERROR:
			break;
		case Z_STREAM_END:
			g->inside = false;
			g->members = true;
			inflateReset(&g->z);
			break;
		case Z_MEM_ERROR:
			mem_exhausted();
			break;
		default:
			g->reason = g->z.msg != NULL ? g->z.msg : "damaged gzip data";
			if (g->members && (first || g->z.total_out == 0))
				g->reason = "bytes after the last gzip member";
			return -1;
		}
	}
	return 0;
}

int
gunzip_finish(struct gunzip *g)
{
	if (!g->inside && g->members)
		return 0;
	g->reason = "gzip data is cut";
	return -1;
}
