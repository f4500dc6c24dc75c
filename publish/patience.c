/* SPDX-License-Identifier: MIT */
/* How long something that fails is tried again, and when. */
#include "publish/patience.h"

#include "common/clock.h"

bool
patience_fail(struct patience *p, int64_t limit_ms, int64_t base_ms, int64_t max_ms)
{
	int64_t now = clock_ms();

	if (!p->tried)
		*p = (struct patience){.tried = true, .since_ms = now};
	if (now - p->since_ms >= limit_ms)
		return false;
	p->next_ms = now + clock_backoff_ms(p->attempt++, base_ms, max_ms);
	if (p->next_ms > p->since_ms + limit_ms)
		p->next_ms = p->since_ms + limit_ms;
	return true;
}

bool
patience_due(const struct patience *p)
{
	return !p->tried || clock_ms() >= p->next_ms;
}

bool
patience_reset(struct patience *p)
{
	bool tried = p->tried;

	*p = (struct patience){0};
	return tried;
}
