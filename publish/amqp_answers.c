/* SPDX-License-Identifier: MIT */
/* What a broker answers, and what is done when it is not a simple yes; amqp.c tells how it fits in.
 */
#include "publish/amqp_state.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include <amqp.h>

#include "common/clock.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/stop.h"
#include "publish/broker.h"

/* Back-off between tries: the first after half a second to a quarter, none more than so long. */
#define OUTAGE_BASE_MS 500
#define OUTAGE_MAX_MS  20000
#define HOLD_BASE_MS   250
#define HOLD_MAX_MS    5000

const char *
amqp_server_name(const struct amqp *a)
{
	return a->setup.settings->destinations.servers[a->server].shown;
}

int
amqp_give_up(struct amqp *a, int status)
{
	if (a->status == EX_OK)
		a->status = status;
	return a->status;
}

/* The connection cannot be had or is lost, and why: ends it all, or says when the next try is. */
static void
note_outage(struct amqp *a, const struct failure *f)
{
	int64_t limit_ms = (int64_t)a->setup.settings->retry_for_ms;
	bool first = !a->outage.tried;

	if (a->ending || stop_requested())
		return;
	if (f->status != 0) {
		log_error("%s", f->text);
		amqp_give_up(a, f->status);
	} else if (!patience_fail(&a->outage, limit_ms, OUTAGE_BASE_MS, OUTAGE_MAX_MS)) {
		log_error("%s (tried for %lld s)", f->text, (long long)limit_ms / 1000);
		amqp_give_up(a, EX_UNAVAILABLE);
	} else if (first) {
		log_warn("%s; trying again for up to %lld s", f->text, (long long)limit_ms / 1000);
	}
}

static void
drop_link(struct amqp *a)
{
	link_close(a->link);
	a->link = NULL;
	a->said_blocked = false;
	a->probing = false;
	returns_reset(&a->returns);
	window_ground(a->window);
}

/* RabbitMQ closes the channel over a message that is too long, and says what it takes: "message
 * size 20 is larger than configured max size 10". Then that is the limit. */
static bool
learn_limit(struct amqp *a, const struct failure *f)
{
	unsigned long long size, limit;
	const char *text = strstr(f->text, "message size ");

	if (f->code != AMQP_PRECONDITION_FAILED || text == NULL ||
	    (sscanf(text, "message size %llu is larger than configured max size %llu", &size,
		 &limit) != 2 &&
		sscanf(text, "message size %llu is larger than max size %llu", &size, &limit) !=
		    2) ||
	    limit >= a->message_max)
		return false;
	a->message_max = (size_t)limit;
	snprintf(a->too_large, sizeof a->too_large,
	    "larger than the %llu bytes that the broker takes", limit);
	return window_reject_longer(a->window, a->message_max, a->too_large) > 0;
}

/* The connection, which was good, is lost. */
void
amqp_lose(struct amqp *a, const struct failure *f)
{
	struct failure named;

	drop_link(a);
	if (learn_limit(a, f))
		return;
	failure_set(&named, f->status, "%s: %.400s", amqp_server_name(a), f->text);
	note_outage(a, &named);
}

void
amqp_connect(struct amqp *a)
{
	struct failure f;

	if (a->ending || !patience_due(&a->outage))
		return;
	a->link = broker_connect(a->setup.settings, a->setup.types, &a->server, &f);
	if (a->link == NULL)
		note_outage(a, &f);
	else if (a->outage.tried)
		log_warn("%s: connected again", amqp_server_name(a));
	/* The outage is over when a message is confirmed, not before: a broker may let us in and
	 * close again, for ever. With nothing to confirm this has to do. */
	if (a->link != NULL && window_empty(a->window))
		patience_reset(&a->outage);
}

/* Messages came back, the first ones or a probe: holds them, or gives up. */
static void
hold_messages(struct amqp *a)
{
	const struct settings *s = a->setup.settings;
	const struct window_entry *e = window_first_held(a->window);
	const char *exchange = a->routes[e->message.type].exchange;
	int64_t limit_ms = (int64_t)(e->returned ? s->route_timeout_ms : s->retry_for_ms);
	bool first = !a->hold.tried, again = a->probing;

	a->probing = false;
	if (!first && !again)
		return;
	bool go_on = patience_fail(&a->hold, limit_ms, HOLD_BASE_MS, HOLD_MAX_MS);
	if (go_on && !first)
		return;
	long long seconds = (long long)limit_ms / 1000;
	if (go_on && e->returned)
		log_warn("exchange %s: no queue is bound to it; waiting up to %lld s", exchange,
		    seconds);
	else if (go_on)
		log_warn("exchange %s: the broker refused messages; trying again for up to %lld s",
		    exchange, seconds);
	else if (e->returned)
		log_error(
		    "exchange %s: no queue is bound to it with routing key \"%s\", after %lld s: start "
		    "the consumers, or let --queue NAME declare one",
		    exchange, a->routes[e->message.type].key, seconds);
	else
		log_error(
		    "exchange %s: the broker refused a message again and again, for %lld s: see "
		    "its log and the limits of its queues",
		    exchange, seconds);
	if (!go_on)
		amqp_give_up(a, EX_UNAVAILABLE);
}

/* An ack or nack. */
static int
take_answer(struct amqp *a, uint64_t tag, bool multiple, bool ack, struct failure *f)
{
	a->answered_ms = clock_ms();
	switch (window_answer(a->window, tag, multiple, ack, clock_ns())) {
	case WINDOW_UNKNOWN_TAG:
		return failure_set(f, 0, "answered a message that was never sent");
	case WINDOW_HELD_SOME:
		hold_messages(a);
		break;
	case WINDOW_GOOD:
		patience_reset(&a->outage);
		if (!a->probing)
			break;
		a->probing = false;
		window_release(a->window);
		if (patience_reset(&a->hold))
			log_warn("messages are taken again");
		break;
	}
	return 0;
}

/* A whole return. */
static int
take_return(struct amqp *a, struct failure *f)
{
	const struct returns *r = &a->returns;
	bool types[DUMP_TYPES];

	/* The message that tells of the end of the month goes to all types, with the same body. */
	for (int i = 0; i < DUMP_TYPES; i++)
		types[i] = strcmp(a->routes[i].exchange, r->exchange) == 0 &&
		    strcmp(a->routes[i].key, r->key) == 0;
	if (window_return(a->window, types, r->body.data, r->body.len) != NULL)
		return 0;
	return failure_set(f, 0, "returned a message that was never sent");
}

int
amqp_take_frame(struct amqp *a, const amqp_frame_t *frame, struct failure *f)
{
	const amqp_basic_ack_t *ack = frame->payload.method.decoded;
	const amqp_basic_nack_t *nack = frame->payload.method.decoded;

	switch (returns_take(&a->returns, frame, DX_LINE_MAX)) {
	case RETURNS_WHOLE:
		return take_return(a, f);
	case RETURNS_MORE:
		return 0;
	case RETURNS_BROKEN:
		return failure_set(f, 0, "returned a message in disorder");
	case RETURNS_NOT_OURS:
		break;
	}
	if (frame->payload.method.id == AMQP_BASIC_ACK_METHOD)
		return take_answer(a, ack->delivery_tag, ack->multiple != 0, true, f);
	if (frame->payload.method.id == AMQP_BASIC_NACK_METHOD)
		return take_answer(a, nack->delivery_tag, nack->multiple != 0, false, f);
	const char *name = amqp_method_name(frame->payload.method.id);
	return failure_set(f, 0, "sent %s", name != NULL ? name : "nonsense");
}
