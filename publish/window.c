/* SPDX-License-Identifier: MIT */
/*
 * The window of unsettled messages: a ring of entries by number of the message, and
 * a queue of those that fly by tag. An entry's number never changes, so the queue holds numbers.
 */
#include "publish/window.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"

/* In the queue: this tag was answered. */
#define LANDED UINT64_MAX

struct window {
	struct window_entry *entries; /* message N is at N % capacity */
	size_t capacity;
	size_t max_messages;
	size_t max_bytes;
	size_t bytes;
	uint64_t low; /* number of the lowest entry */
	uint64_t next; /* number of the next to be added */
	uint64_t cursor; /* nothing below it waits */
	size_t flying;
	size_t held;
	uint64_t *flights; /* tag T is at T % flight_capacity, from first_tag to next_tag - 1 */
	size_t flight_capacity;
	uint64_t first_tag;
	uint64_t next_tag;
	uint64_t return_tag; /* the next return is of this tag or a later one */
	struct latency latency;
};

struct window *
window_new(size_t messages, size_t bytes)
{
	struct window *w = mem_zero(1, sizeof *w);

	/* One more, so that the entry that was taken last is not overwritten by the next added. */
	w->capacity = messages + 1;
	w->max_messages = messages;
	w->max_bytes = bytes;
	w->entries = mem_zero(w->capacity, sizeof *w->entries);
	w->flight_capacity = w->capacity;
	w->flights = mem_zero(w->flight_capacity, sizeof *w->flights);
	w->first_tag = w->next_tag = w->return_tag = 1;
	return w;
}

static struct window_entry *
entry_at(const struct window *w, uint64_t number)
{
	return &w->entries[number % w->capacity];
}

/* Frees the body of an entry that has left; doing it again is harmless. */
static void
free_body(struct window_entry *e)
{
	free((char *)(size_t)e->message.body);
	e->message.body = NULL;
}

void
window_free(struct window *w)
{
	if (w == NULL)
		return;
	for (size_t i = 0; i < w->capacity; i++)
		free_body(&w->entries[i]);
	free(w->entries);
	free(w->flights);
	free(w);
}

bool
window_full(const struct window *w)
{
	uint64_t count = w->next - w->low;

	return count >= w->max_messages || (count > 0 && w->bytes >= w->max_bytes);
}

bool
window_roomy(const struct window *w)
{
	uint64_t count = w->next - w->low;

	return count == 0 ||
	    (count < w->max_messages - w->max_messages / 8 &&
		w->bytes < w->max_bytes - w->max_bytes / 8);
}

bool
window_empty(const struct window *w)
{
	return w->next == w->low;
}

size_t
window_flying(const struct window *w)
{
	return w->flying;
}

size_t
window_held(const struct window *w)
{
	return w->held;
}

void
window_add(struct window *w, const struct message *m)
{
	assert(!window_full(w));
	struct window_entry *e = entry_at(w, w->next++);

	free_body(e);
	*e = (struct window_entry){.message = *m, .state = WINDOW_WAITING};
	char *body = mem_alloc(m->len);
	memcpy(body, m->body, m->len);
	e->message.body = body;
	w->bytes += m->len;
}

struct window_entry *
window_next_waiting(struct window *w)
{
	if (w->cursor < w->low)
		w->cursor = w->low;
	for (; w->cursor < w->next; w->cursor++)
		if (entry_at(w, w->cursor)->state == WINDOW_WAITING)
			return entry_at(w, w->cursor);
	return NULL;
}

/* Doubles the room for flights: many fly again while one low tag is not answered. */
static void
grow_flights(struct window *w)
{
	size_t capacity = w->flight_capacity * 2;
	uint64_t *flights = mem_zero(capacity, sizeof *flights);

	for (uint64_t tag = w->first_tag; tag < w->next_tag; tag++)
		flights[tag % capacity] = w->flights[tag % w->flight_capacity];
	free(w->flights);
	w->flights = flights;
	w->flight_capacity = capacity;
}

void
window_fly(struct window *w, struct window_entry *entry, int64_t now_ns)
{
	assert(entry == entry_at(w, w->cursor) && entry->state == WINDOW_WAITING);
	if (w->next_tag - w->first_tag == w->flight_capacity)
		grow_flights(w);
	entry->tag = w->next_tag++;
	entry->flown_ns = now_ns;
	entry->state = WINDOW_FLYING;
	entry->returned = false;
	w->flying++;
	w->flights[entry->tag % w->flight_capacity] = w->cursor++;
}

static uint64_t *
flight_at(const struct window *w, uint64_t tag)
{
	return &w->flights[tag % w->flight_capacity];
}

/* The answer for one tag, which flies. */
static enum window_answer
land(struct window *w, uint64_t tag, bool ack, int64_t now_ns)
{
	struct window_entry *e = entry_at(w, *flight_at(w, tag));

	*flight_at(w, tag) = LANDED;
	w->flying--;
	if (ack && !e->returned) {
		e->state = WINDOW_CONFIRMED;
		latency_add(&w->latency, (now_ns - e->flown_ns) / 1000);
		return WINDOW_GOOD;
	}
	e->state = WINDOW_HELD;
	w->held++;
	return WINDOW_HELD_SOME;
}

static void
forget_landed(struct window *w)
{
	while (w->first_tag < w->next_tag && *flight_at(w, w->first_tag) == LANDED)
		w->first_tag++;
}

enum window_answer
window_answer(struct window *w, uint64_t tag, bool multiple, bool ack, int64_t now_ns)
{
	enum window_answer result = WINDOW_GOOD;

	/* Up to a tag that was answered alone before is odd, but says nothing wrong. */
	if (tag == 0 || tag >= w->next_tag || (!multiple && tag < w->first_tag))
		return WINDOW_UNKNOWN_TAG;
	if (!multiple && *flight_at(w, tag) == LANDED)
		return WINDOW_UNKNOWN_TAG;
	for (uint64_t t = multiple ? w->first_tag : tag; t <= tag; t++)
		if (*flight_at(w, t) != LANDED && land(w, t, ack, now_ns) == WINDOW_HELD_SOME)
			result = WINDOW_HELD_SOME;
	forget_landed(w);
	return result;
}

const struct latency *
window_latency(const struct window *w)
{
	return &w->latency;
}

struct window_entry *
window_return(struct window *w, const bool types[DUMP_TYPES], const char *body, size_t len)
{
	uint64_t tag = w->return_tag > w->first_tag ? w->return_tag : w->first_tag;

	for (; tag < w->next_tag; tag++) {
		if (*flight_at(w, tag) == LANDED)
			continue;
		struct window_entry *e = entry_at(w, *flight_at(w, tag));
		if (e->returned || !types[e->message.type] || e->message.len != len ||
		    memcmp(e->message.body, body, len) != 0)
			continue;
		e->returned = true;
		w->return_tag = tag + 1;
		return e;
	}
	return NULL;
}

/* Lets up to MAX held entries wait again. */
static void
release(struct window *w, size_t max)
{
	for (uint64_t n = w->low; n < w->next && max > 0 && w->held > 0; n++) {
		if (entry_at(w, n)->state != WINDOW_HELD)
			continue;
		entry_at(w, n)->state = WINDOW_WAITING;
		w->held--;
		max--;
		if (n < w->cursor)
			w->cursor = n;
	}
}

bool
window_release_first(struct window *w)
{
	bool any = w->held > 0;

	release(w, 1);
	return any;
}

void
window_release(struct window *w)
{
	release(w, SIZE_MAX);
}

void
window_ground(struct window *w)
{
	window_release(w);
	for (uint64_t n = w->low; n < w->next; n++)
		if (entry_at(w, n)->state == WINDOW_FLYING)
			entry_at(w, n)->state = WINDOW_WAITING;
	w->cursor = w->low;
	w->flying = 0;
	w->first_tag = w->next_tag = w->return_tag = 1;
}

size_t
window_reject_longer(struct window *w, size_t max, const char *reason)
{
	size_t rejected = 0;

	for (uint64_t n = w->low; n < w->next; n++) {
		struct window_entry *e = entry_at(w, n);
		if (e->state != WINDOW_WAITING || e->message.len <= max)
			continue;
		e->state = WINDOW_REJECTED;
		e->reason = reason;
		rejected++;
	}
	return rejected;
}

const struct window_entry *
window_take_settled(struct window *w)
{
	if (w->low > 0)
		free_body(entry_at(w, w->low - 1));
	if (w->low == w->next)
		return NULL;
	struct window_entry *e = entry_at(w, w->low);
	if (e->state != WINDOW_CONFIRMED && e->state != WINDOW_REJECTED)
		return NULL;
	w->low++;
	w->bytes -= e->message.len;
	return e;
}

const struct window_entry *
window_first_held(const struct window *w)
{
	for (uint64_t n = w->low; n < w->next; n++)
		if (entry_at(w, n)->state == WINDOW_HELD)
			return entry_at(w, n);
	return NULL;
}
