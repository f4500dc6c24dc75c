/* SPDX-License-Identifier: MIT */
/* One run of dx-marker. */
#include "marker/session.h"

#include <stdbool.h>
#include <sysexits.h>

#include "common/log.h"

static bool
any_of(const struct call *calls, size_t count, enum operation_kind kind)
{
	for (size_t i = 0; i < count; i++)
		if (calls[i].operation->kind == kind)
			return true;
	return false;
}

/* Does the calls in memory. *CHANGED tells whether one of them changed S. */
static int
run_calls(struct state *s, const struct call *calls, size_t count, struct buf *out, bool *changed)
{
	int status = EX_OK;

	*changed = false;
	for (size_t i = 0; i < count; i++) {
		const struct call *c = &calls[i];
		int result = c->operation->run(s, c, out);
		if (result > OPERATION_NO)
			return result;
		if (result == OPERATION_NO)
			status = OPERATION_NO;
		else if (result == EX_OK && c->operation->kind == OPERATION_CHANGE)
			*changed = true;
	}
	return status;
}

static int
change(struct store *st, const struct call *calls, size_t count, struct buf *out)
{
	struct state *s = NULL;
	bool changed;
	int status = store_load(st, &s);

	if (status != EX_OK)
		return status;
	status = run_calls(s, calls, count, out, &changed);
	if (status <= OPERATION_NO && (changed || store_damaged(st))) {
		state_touch(s);
		int saved = store_save(st, s);
		if (saved != EX_OK)
			status = saved;
		else
			log_info("%s: %s written", calls[0].marker,
			    count == 1 ? calls[0].operation->name : "batch");
	}
	state_free(s);
	return status;
}

static int
ask(struct store *st, const struct call *calls, size_t count, struct buf *out)
{
	struct state *s = NULL;
	bool changed;
	int status = EX_OK;

	if (st != NULL &&
	    (any_of(calls, count, OPERATION_QUESTION) || any_of(calls, count, OPERATION_RECORD)))
		status = store_load(st, &s);
	if (status == EX_OK)
		status = run_calls(s, calls, count, out, &changed);
	state_free(s);
	return status;
}

int
session_run(struct store *st, int64_t timeout_ms, const struct call *calls, size_t count,
    struct buf *out)
{
	size_t before = out->len;
	int status;

	if (any_of(calls, count, OPERATION_CHANGE)) {
		status = store_lock(st, timeout_ms);
		if (status == EX_OK) {
			status = change(st, calls, count, out);
			store_unlock(st);
		}
	} else {
		status = ask(st, calls, count, out);
	}
	if (status > OPERATION_NO)
		out->len = before;
	return status;
}
