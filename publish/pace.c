/* SPDX-License-Identifier: MIT */
/* No more than so many messages a second. */
#include "publish/pace.h"

#include <limits.h>

#define SECOND_NS 1000000000
#define MILLI_NS  1000000

/* What may be made up for. */
#define CREDIT_NS (SECOND_NS / 10)

int
pace_wait_ms(struct pace *p, int64_t now_ns)
{
	if (p->rate == 0)
		return 0;
	if (p->due_ns < now_ns - CREDIT_NS)
		p->due_ns = now_ns - CREDIT_NS;
	int64_t left_ns = p->due_ns - now_ns;
	if (left_ns <= 0)
		return 0;
	/* Upwards: who is told 0 need not wait. */
	int64_t left_ms = (left_ns + MILLI_NS - 1) / MILLI_NS;
	return left_ms < INT_MAX ? (int)left_ms : INT_MAX;
}

void
pace_went(struct pace *p)
{
	if (p->rate > 0)
		p->due_ns += (SECOND_NS + (int64_t)p->rate - 1) / (int64_t)p->rate;
}
