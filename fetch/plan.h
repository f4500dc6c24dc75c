/* SPDX-License-Identifier: MIT */
/* The files of one month, and what is to be done with each. */
#ifndef DX_FETCH_PLAN_H
#define DX_FETCH_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/digest.h"
#include "common/dump.h"
#include "fetch/catalog.h"
#include "fetch/checksum.h"

struct plan_item {
	enum dump_type type;
	char name[DUMP_FILE_SIZE];
	char expected[DIGEST_TEXT_SIZE]; /* empty: not to be compared */
	uint64_t listed; /* bytes as listed, 0 if unknown */
	bool wanted; /* -t asks for it */
	bool stale; /* good once, but the server has another one by now */
	bool good; /* verified under PATH; what follows holds */
	char *path; /* owned */
	uint64_t bytes;
	char sha256[DIGEST_TEXT_SIZE];
};

/* Items stand in the order of work: wanted ones first, then by usual size, so that the stages
 * behind start soon. */
struct plan {
	char version[DUMP_VERSION_SIZE];
	struct plan_item items[DUMP_TYPES];
	unsigned count;
};

/*
 * Makes the plan for the month: its files are those SUMS names; if it names none (no
 * CHECKSUM was needed), those that MONTH has; if that has none either, all. Sums are not
 * taken over without VERIFY. 0, or EX_NOINPUT after a message if no WANTED type is in
 * the month; some that are not are a warning. plan_free frees.
 */
int plan_make(struct plan *plan, const struct month *month, const struct checksums *sums,
    const bool wanted[DUMP_TYPES], bool verify);
void plan_free(struct plan *plan);

/* Takes new sums for the items that are not good yet; good ones that differ become stale. */
void plan_update(struct plan *plan, const struct checksums *sums);

/* Whether every file of the month is good and none is stale. */
bool plan_done(const struct plan *plan);

/* The first stale item, NULL if there is none. */
const struct plan_item *plan_stale(const struct plan *plan);

#endif
