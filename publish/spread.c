/* SPDX-License-Identifier: MIT */
/*
 * Several sinks as one.
 *
 * Each lane tells of its messages in the order in which it got them, which is all that is known
 * of it here. The places of all messages stand in a ring, in the order in which they
 * came: a lane settles the first of its own, and what is settled at the low end of the ring is
 * told on.
 */
#include "publish/spread.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/clock.h"
#include "common/mem.h"
#include "publish/amqp.h"
#include "publish/limits.h"

/* So many messages in a row go to one lane: they share a write. */
#define DEAL 32

/* How long one lane is waited for while answers may come to the others, in milliseconds: with room
 * for messages, and without. */
#define WAIT_MS	     20
#define WAIT_FULL_MS 2

/* A message on its way. */
struct place {
	unsigned lane;
	bool settled;
	struct message *rejected; /* with a body of its own; NULL: published, or not settled yet */
	char *reason;
};

struct spread;

struct lane {
	struct spread *spread;
	unsigned number;
	struct settings settings; /* with its part of the window */
	struct sink *sink;
	uint64_t next; /* no place of its own that is not settled stands before this one */
};

struct spread {
	struct sink sink;
	struct sink_setup setup;
	struct lane lanes[SPREAD_MAX];
	unsigned count;
	unsigned current; /* the lane that gets the next message */
	unsigned dealt; /* messages in a row that it got */
	struct place *ring; /* message N is at N % capacity */
	size_t capacity;
	uint64_t low; /* all before it are told */
	uint64_t next;
};

static struct spread *
spread_of(struct sink *sink)
{
	/* The sink is the first member. */
	return (struct spread *)sink;
}

static struct place *
place_at(const struct spread *s, uint64_t number)
{
	return &s->ring[number % s->capacity];
}

/* A message with a copy of its body, for the time until it can be told of. */
static struct message *
keep(const struct message *m)
{
	struct message *copy = mem_alloc(sizeof *copy);
	char *body = mem_alloc(m->len + 1);

	memcpy(body, m->body, m->len);
	*copy = *m;
	copy->body = body;
	return copy;
}

static void
forget(struct place *p)
{
	if (p->rejected != NULL)
		free((char *)(size_t)p->rejected->body);
	free(p->rejected);
	free(p->reason);
	*p = (struct place){0};
}

/* Tells of the lowest place and forgets it. */
static int
tell(struct spread *s)
{
	struct place *p = place_at(s, s->low++);
	/* Of one that is published nobody wants to know more. */
	static const struct message published = {0};
	int status = s->setup.settled(s->setup.context,
	    p->rejected != NULL ? p->rejected : &published, p->reason);

	forget(p);
	return status;
}

/* A lane's word about the first of its messages that it has not told of. */
static int
lane_settled(void *context, const struct message *m, const char *reason)
{
	struct lane *lane = context;
	struct spread *s = lane->spread;
	int status = EX_OK;

	if (m->control)
		return s->setup.settled(s->setup.context, m, reason);
	if (lane->next < s->low)
		lane->next = s->low;
	while (place_at(s, lane->next)->lane != lane->number || place_at(s, lane->next)->settled)
		lane->next++;
	struct place *p = place_at(s, lane->next++);
	p->settled = true;
	if (reason != NULL) {
		p->rejected = keep(m);
		p->reason = mem_strdup(reason);
	}
	while (status == EX_OK && s->low < s->next && place_at(s, s->low)->settled)
		status = tell(s);
	return status;
}

/* Whether the window is full: all of it may stand behind one message of a lane that is late. */
static bool
is_full(const struct spread *s)
{
	return s->next - s->low >= s->setup.settings->window;
}

/* A lane that takes messages now, from the current one on; -1 if none does. */
static int
ready_lane(const struct spread *s)
{
	for (unsigned i = 0; i < s->count && !is_full(s); i++) {
		unsigned n = (s->current + i) % s->count;
		if (sink_ready(s->lanes[n].sink))
			return (int)n;
	}
	return -1;
}

/* The next lane's turn. */
static void
next_lane(struct spread *s)
{
	s->current++;
	if (s->current >= s->count)
		s->current = 0;
	s->dealt = 0;
}

/* Serves all lanes, and waits for one of them, and for FD, for LIMIT_MS at most. */
static int
spread_wait(struct sink *sink, int fd, int limit_ms, bool *readable)
{
	struct spread *s = spread_of(sink);
	int ready = ready_lane(s), most = ready >= 0 ? WAIT_MS : WAIT_FULL_MS;
	unsigned waited = ready >= 0 ? (unsigned)ready : s->current;
	int status = EX_OK;
	bool ignored;

	*readable = false;
	for (unsigned i = 0; i < s->count && status == EX_OK; i++)
		if (i != waited)
			status = sink_wait(s->lanes[i].sink, -1, 0, &ignored);
	if (status == EX_OK)
		status = sink_wait(s->lanes[waited].sink, ready >= 0 ? fd : -1,
		    limit_ms < most ? limit_ms : most, readable);
	if (ready < 0)
		next_lane(s);
	return status;
}

/* Makes the current lane one that takes messages. */
static int
choose_lane(struct spread *s)
{
	int status = EX_OK, ready;
	bool ignored;

	if (++s->dealt < DEAL && !is_full(s) && sink_ready(s->lanes[s->current].sink))
		return EX_OK;
	next_lane(s);
	while (status == EX_OK && (ready = ready_lane(s)) < 0)
		status = spread_wait(&s->sink, -1, PUBLISH_POLL_MS, &ignored);
	if (status == EX_OK)
		s->current = (unsigned)ready;
	return status;
}

/* Notes that the next message goes to LANE. Only if the window is not full. */
static void
note(struct spread *s, unsigned lane)
{
	*place_at(s, s->next++) = (struct place){.lane = lane};
}

static int
spread_send(struct sink *sink, const struct message *m)
{
	struct spread *s = spread_of(sink);
	int status = EX_OK;

	/* Nothing else is under way then, and nobody counts it. */
	if (m->control)
		return sink_send(s->lanes[0].sink, m);
	status = choose_lane(s);
	if (status != EX_OK)
		return status;
	note(s, s->current);
	return sink_send(s->lanes[s->current].sink, m);
}

static int
spread_broadcast(struct sink *sink, const struct message *m)
{
	return sink_broadcast(spread_of(sink)->lanes[0].sink, m);
}

static bool
spread_ready(struct sink *sink)
{
	return ready_lane(spread_of(sink)) >= 0;
}

static int
spread_start_file(struct sink *sink, enum dump_type type, int64_t lines)
{
	struct spread *s = spread_of(sink);
	int status = EX_OK;

	for (unsigned i = 0; i < s->count && status == EX_OK; i++)
		status = sink_start_file(s->lanes[i].sink, type, lines);
	return status;
}

static int
spread_settle(struct sink *sink)
{
	struct spread *s = spread_of(sink);
	int status = EX_OK;

	for (unsigned i = 0; i < s->count && status == EX_OK; i++)
		status = sink_settle(s->lanes[i].sink);
	return status;
}

static int
spread_drain(struct sink *sink, int64_t limit_ms)
{
	struct spread *s = spread_of(sink);
	int64_t end_ms = clock_ms() + limit_ms;
	int status = EX_OK;
	bool ignored;

	while (limit_ms < 0 && status == EX_OK && s->low < s->next)
		status = spread_wait(sink, -1, PUBLISH_POLL_MS, &ignored);
	/* What is left now: nothing, or a control message, or what comes within the limit. Then all
	 * have to know that it is the end, also if one of them failed. */
	for (unsigned i = 0; i < s->count && (status == EX_OK || limit_ms >= 0); i++) {
		int64_t left_ms = end_ms - clock_ms();
		int result = sink_drain(s->lanes[i].sink,
		    limit_ms < 0      ? -1
			: left_ms > 0 ? left_ms
				      : 0);
		status = status == EX_OK ? result : status;
	}
	return status;
}

static void
spread_close(struct sink *sink)
{
	struct spread *s = spread_of(sink);

	for (unsigned i = 0; i < s->count; i++)
		sink_close(s->lanes[i].sink);
	for (; s->low < s->next; s->low++)
		forget(place_at(s, s->low));
	free(s->ring);
	free(s);
}

static const struct sink_ops spread_ops = {
    .start_file = spread_start_file,
    .send = spread_send,
    .broadcast = spread_broadcast,
    .ready = spread_ready,
    .wait = spread_wait,
    .settle = spread_settle,
    .drain = spread_drain,
    .close = spread_close,
};

/* Opens lane NUMBER. */
static int
open_lane(struct spread *s, unsigned number)
{
	struct lane *lane = &s->lanes[number];
	struct sink_setup setup = s->setup;
	uint64_t window = s->setup.settings->window / s->setup.settings->connections;
	int status;

	lane->spread = s;
	lane->number = number;
	lane->settings = *s->setup.settings;
	lane->settings.window = window > 0 ? window : 1;
	setup.settings = &lane->settings;
	setup.settled = lane_settled;
	setup.context = lane;
	lane->sink = amqp_open(&setup, &status);
	s->count += lane->sink != NULL;
	return status;
}

struct sink *
spread_open(const struct sink_setup *setup, int *status)
{
	struct spread *s = mem_zero(1, sizeof *s);

	s->sink.ops = &spread_ops;
	s->setup = *setup;
	s->capacity = (size_t)setup->settings->window;
	s->ring = mem_zero(s->capacity, sizeof *s->ring);
	*status = EX_OK;
	while (s->count < setup->settings->connections && *status == EX_OK)
		*status = open_lane(s, s->count);
	if (*status == EX_OK)
		return &s->sink;
	spread_close(&s->sink);
	return NULL;
}
