/* SPDX-License-Identifier: MIT */
/* The files of one month, and what is to be done with each. */
#include "fetch/plan.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/log.h"

/* Smallest first. */
static const enum dump_type order[] = {DUMP_LABELS, DUMP_MASTERS, DUMP_ARTISTS, DUMP_RELEASES};

/* Whether the month has a file of TYPE, by the best that is known. */
static bool
has_type(enum dump_type type, const struct month *month, const struct checksums *sums)
{
	if (checksum_count(sums) > 0)
		return sums->sha256[type][0] != '\0';
	bool listed = false;
	for (int i = 0; i < DUMP_TYPES; i++)
		listed = listed || month->has[i];
	return !listed || month->has[type];
}

static void
add_item(struct plan *plan, enum dump_type type, const struct month *month, bool wanted)
{
	struct plan_item *item = &plan->items[plan->count++];

	*item = (struct plan_item){.type = type, .wanted = wanted, .listed = month->bytes[type]};
	dump_file_name(item->name, plan->version, type);
}

/* Adds the files of the month that are WANTED, or those that are not; returns how many. */
static unsigned
add_items(struct plan *plan, const struct month *month, const struct checksums *sums,
    const bool wanted[DUMP_TYPES], bool which)
{
	unsigned before = plan->count;

	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		if (wanted[order[i]] == which && has_type(order[i], month, sums))
			add_item(plan, order[i], month, which);
	return plan->count - before;
}

int
plan_make(struct plan *plan, const struct month *month, const struct checksums *sums,
    const bool wanted[DUMP_TYPES], bool verify)
{
	unsigned asked = 0;

	*plan = (struct plan){0};
	memcpy(plan->version, month->version, sizeof plan->version);
	for (int i = 0; i < DUMP_TYPES; i++)
		asked += wanted[i];
	unsigned found = add_items(plan, month, sums, wanted, true);
	add_items(plan, month, sums, wanted, false);
	if (verify)
		plan_update(plan, sums);
	for (int i = 0; i < DUMP_TYPES && asked < DUMP_TYPES; i++)
		if (wanted[i] && !has_type((enum dump_type)i, month, sums))
			log_warn("month %s has no %s file", plan->version,
			    dump_type_name((enum dump_type)i));
	if (found > 0)
		return EX_OK;
	log_error("month %s has none of the files asked for", plan->version);
	return EX_NOINPUT;
}

void
plan_free(struct plan *plan)
{
	for (unsigned i = 0; i < plan->count; i++)
		free(plan->items[i].path);
	*plan = (struct plan){0};
}

void
plan_update(struct plan *plan, const struct checksums *sums)
{
	for (unsigned i = 0; i < plan->count; i++) {
		struct plan_item *item = &plan->items[i];
		const char *sum = sums->sha256[item->type];
		if (*sum == '\0')
			continue;
		if (!item->good)
			memcpy(item->expected, sum, sizeof item->expected);
		else
			item->stale = *item->expected != '\0' && strcmp(sum, item->sha256) != 0;
	}
}

bool
plan_done(const struct plan *plan)
{
	for (unsigned i = 0; i < plan->count; i++)
		if (!plan->items[i].good || plan->items[i].stale)
			return false;
	return plan->count > 0;
}

const struct plan_item *
plan_stale(const struct plan *plan)
{
	for (unsigned i = 0; i < plan->count; i++)
		if (plan->items[i].stale)
			return &plan->items[i];
	return NULL;
}
