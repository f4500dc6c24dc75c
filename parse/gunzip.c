/* SPDX-License-Identifier: MIT */
/* Unpacking gzip: members in a row, and nothing behind the last. */
#include "parse/gunzip.h"

#include <stdbool.h>
#include <stdlib.h>

#include "common/mem.h"
#include "parse/inflater.h"

struct gunzip {
	struct inflater *inflater;
	bool inside; /* a member has begun and not ended */
	bool produced; /* it gave something */
	bool members; /* a whole one was seen */
	size_t taken; /* bytes of the member so far */
	const char *reason;
};

struct gunzip *
gunzip_new(void)
{
	struct gunzip *g = mem_zero(1, sizeof *g);

	g->inflater = inflater_new();
	return g;
}

void
gunzip_free(struct gunzip *g)
{
	if (g == NULL)
		return;
	inflater_free(g->inflater);
	free(g);
}

const char *
gunzip_reason(const struct gunzip *g)
{
	return g->reason;
}

const char *
gunzip_library(void)
{
	return inflater_library();
}

/* Whether the bytes that come next can be those of a member (RFC 1952, section 2.3.1: ID1, ID2). */
static bool
starts_member(const struct gunzip *g, const char *in, size_t len)
{
	static const char magic[] = {'\x1f', '\x8b'};

	for (size_t i = g->taken; i < sizeof magic && i - g->taken < len; i++)
		if (in[i - g->taken] != magic[i])
			return false;
	return true;
}

int
gunzip_run(struct gunzip *g, const char **in, size_t *in_len, char **out, size_t *out_len)
{
	/* Without input too: the library may hold back what there was no room for. */
	while (*out_len > 0 && (*in_len > 0 || g->inside)) {
		size_t in_before = *in_len, out_before = *out_len;
		if (g->members && !starts_member(g, *in, *in_len)) {
			g->reason = "bytes after the last gzip member";
			return -1;
		}
		enum inflater_result result = inflater_step(g->inflater, in, in_len, out, out_len);
		g->inside = true;
		g->taken += in_before - *in_len;
		g->produced = g->produced || *out_len < out_before;
		if (result == INFLATER_BAD) {
			g->reason = inflater_reason(g->inflater);
			if (g->members && !g->produced)
				g->reason = "bytes after the last gzip member";
			return -1;
		}
		if (result == INFLATER_END) {
			inflater_reset(g->inflater);
			g->inside = g->produced = false;
			g->taken = 0;
			g->members = true;
		} else if (*in_len == in_before && *out_len == out_before) {
			break;
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
