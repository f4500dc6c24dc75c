/* SPDX-License-Identifier: MIT */
/*
 * The sink of a broker.
 *
 * A message goes into the window, is encoded into the link's buffer while that has room, and flies.
 * Its answer comes as an ack or nack of its tag, alone or with others; a basic.return before the
 * ack says that no queue took it. Whatever was handed over and is not confirmed lies in the window,
 * so after a loss of the connection all of it is sent again, in order.
 *
 * Two things can be wrong for a while. The connection is lost: `outage` says when to
 * try again and for how long. Messages come back: they are held, nothing new is
 * sent, and when all answers are in, one of them is sent alone to see whether it is better
 * (`hold`). A broker in alarm (connection.blocked) is no fault: it is waited for.
 */
#include "publish/amqp.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include <amqp.h>

#include "common/clock.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/stop.h"
#include "publish/broker.h"
#include "publish/frames.h"
#include "publish/limits.h"
#include "publish/login.h"
#include "publish/patience.h"
#include "publish/returns.h"
#include "publish/window.h"

/* Back-off between tries: the first after half a second to a quarter, none more than so long. */
#define OUTAGE_BASE_MS 500
#define OUTAGE_MAX_MS  20000
#define HOLD_BASE_MS   250
#define HOLD_MAX_MS    5000

/* Where messages of a type go. */
struct route {
	char *exchange;
	char *key;
	struct buf publish; /* its basic.publish frame, the same for all of them */
};

struct amqp {
	struct sink sink;
	struct sink_setup setup;
	struct route routes[DUMP_TYPES];
	struct window *window;
	struct returns returns;
	struct link *link; /* NULL while there is no connection */
	size_t server; /* it leads there */
	struct patience outage;
	struct patience hold;
	bool probing; /* one held message was sent alone */
	bool said_blocked;
	bool ending; /* no new tries, signals do not matter any more */
	size_t message_max; /* bytes of a body that the broker takes, as far as we know */
	char too_large[128]; /* said of messages that are longer */
	size_t serve_at; /* unsent bytes at which amqp_send serves the link */
	int status; /* what ended it all, EX_OK until then */
};

static struct amqp *
amqp_of(struct sink *sink)
{
	/* The sink is the first member. */
	return (struct amqp *)sink;
}

static const char *
server_name(const struct amqp *a)
{
	return a->setup.settings->destinations.servers[a->server].shown;
}

static int
give_up(struct amqp *a, int status)
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
		give_up(a, f->status);
	} else if (!patience_fail(&a->outage, limit_ms, OUTAGE_BASE_MS, OUTAGE_MAX_MS)) {
		log_error("%s (tried for %lld s)", f->text, (long long)limit_ms / 1000);
		give_up(a, EX_UNAVAILABLE);
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
static void
lose_link(struct amqp *a, const struct failure *f)
{
	struct failure named;

	drop_link(a);
	if (learn_limit(a, f))
		return;
	failure_set(&named, f->status, "%s: %.400s", server_name(a), f->text);
	note_outage(a, &named);
}

static void
connect_again(struct amqp *a)
{
	struct failure f;

	if (a->ending || !patience_due(&a->outage))
		return;
	a->link = broker_connect(a->setup.settings, a->setup.types, &a->server, &f);
	if (a->link == NULL)
		note_outage(a, &f);
	else if (a->outage.tried)
		log_warn("%s: connected again", server_name(a));
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
		give_up(a, EX_UNAVAILABLE);
}

/* An ack or nack. */
static int
take_answer(struct amqp *a, uint64_t tag, bool multiple, bool ack, struct failure *f)
{
	switch (window_answer(a->window, tag, multiple, ack)) {
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

static int
take_frame(struct amqp *a, const amqp_frame_t *frame, struct failure *f)
{
	const amqp_basic_ack_t *ack = frame->payload.method.decoded;
	const amqp_basic_nack_t *nack = frame->payload.method.decoded;

	switch (returns_take(&a->returns, frame, DX_LINE_MAX)) {
	case RETURNS_WHOLE:
		if (window_return(a->window, a->returns.body.data, a->returns.body.len) == NULL)
			return failure_set(f, 0, "returned a message that was never sent");
		return 0;
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

/* Tells of all that is settled at the low end. */
static void
settle(struct amqp *a)
{
	const struct window_entry *e;

	while (a->status == EX_OK && (e = window_take_settled(a->window)) != NULL)
		give_up(a, a->setup.settled(a->setup.context, &e->message, e->reason));
}

/* Encodes waiting messages, up to MAX, while there is room for them. Returns how many. */
static size_t
encode(struct amqp *a, size_t max)
{
	struct window_entry *e;
	size_t n = 0;
	time_t now = time(NULL);

	while (n < max && link_unsent(a->link) < PUBLISH_UNSENT_MAX &&
	    (e = window_next_waiting(a->window)) != NULL) {
		const struct message *m = &e->message;
		frames_add_message(link_out(a->link), &a->routes[m->type].publish, m,
		    link_frame_max(a->link), now);
		window_fly(a->window, e);
		n++;
	}
	return n;
}

/* Lets messages fly as far as they may. */
static void
pump(struct amqp *a)
{
	if (a->link == NULL || link_blocked(a->link) != NULL || a->status != EX_OK)
		return;
	if (!a->hold.tried) {
		encode(a, SIZE_MAX);
		return;
	}
	/* After the loss of a connection nothing is held any more, but the trouble is the same. */
	bool quiet = !a->probing && window_flying(a->window) == 0;
	if (quiet && patience_due(&a->hold) && !a->ending) {
		window_release_first(a->window);
		a->probing = encode(a, 1) > 0;
	}
}

/* Says once that the broker lets us wait, and once that it goes on. */
static void
say_blocked(struct amqp *a)
{
	const char *reason = link_blocked(a->link);

	if ((reason != NULL) == a->said_blocked)
		return;
	a->said_blocked = reason != NULL;
	if (reason != NULL)
		log_warn("%s: takes nothing for now (%s); waiting", server_name(a), reason);
	else
		log_warn("%s: takes messages again", server_name(a));
}

/* All that can be done without waiting, but for connecting. */
static int
serve(struct amqp *a)
{
	struct failure f;
	amqp_frame_t frame;
	int got = 0;

	if (a->status != EX_OK)
		return a->status;
	if (!a->ending && stop_requested())
		return STOP_STATUS;
	if (a->link == NULL)
		connect_again(a);
	pump(a);
	if (a->link != NULL && link_serve(a->link, &f) != 0)
		got = -1;
	while (a->link != NULL && got >= 0 && a->status == EX_OK &&
	    (got = link_next(a->link, &frame, &f)) > 0)
		if (take_frame(a, &frame, &f) != 0)
			got = -1;
	if (got < 0)
		lose_link(a, &f);
	if (a->link != NULL)
		say_blocked(a);
	settle(a);
	return a->status != EX_OK	     ? a->status
	    : !a->ending && stop_requested() ? STOP_STATUS
					     : EX_OK;
}

/* Whether there is no reason to look at the input. */
static bool
is_busy(const struct amqp *a)
{
	return a->link == NULL || link_blocked(a->link) != NULL || window_full(a->window) ||
	    a->hold.tried;
}

/* How long to wait at most, for something that no descriptor tells. */
static int
wait_ms(const struct amqp *a)
{
	const struct patience *p = a->link == NULL ? &a->outage : &a->hold;
	int64_t left = p->tried ? p->next_ms - clock_ms() : PUBLISH_POLL_MS;

	if (left < 0 && a->link != NULL)
		left = PUBLISH_POLL_MS; /* due, and waiting for answers */
	return left < 0 ? 0 : left < PUBLISH_POLL_MS ? (int)left : PUBLISH_POLL_MS;
}

/* Waits for the broker, and for FD if it is not -1; *READABLE is about that. */
static void
wait_for(const struct amqp *a, int fd, bool *readable)
{
	struct pollfd p[2] = {{.fd = fd, .events = POLLIN}, {.fd = -1}};

	if (a->link != NULL) {
		p[1].fd = link_fd(a->link);
		p[1].events = link_events(a->link);
	}
	bool now = a->link != NULL && link_pending(a->link);
	*readable = poll(p, 2, now ? 0 : wait_ms(a)) > 0 && p[0].revents != 0;
}

static int
amqp_wait(struct sink *sink, int fd, bool *readable)
{
	struct amqp *a = amqp_of(sink);
	int status = serve(a);

	*readable = false;
	if (status != EX_OK)
		return status;
	wait_for(a, is_busy(a) ? -1 : fd, readable);
	return EX_OK;
}

static int
amqp_send(struct sink *sink, const struct message *m)
{
	struct amqp *a = amqp_of(sink);
	int status = EX_OK;
	bool ignored;

	if (window_full(a->window))
		while ((status = serve(a)) == EX_OK && !window_roomy(a->window))
			wait_for(a, -1, &ignored);
	if (status != EX_OK)
		return status;
	window_add(a->window, m);
	if (m->len > a->message_max)
		window_reject_longer(a->window, a->message_max, a->too_large);
	pump(a);
	/* Few system calls: only when there is so much more to write that it is worth it. */
	if (a->link != NULL && link_unsent(a->link) < a->serve_at)
		return EX_OK;
	status = serve(a);
	a->serve_at = PUBLISH_FLUSH_SIZE + (a->link != NULL ? link_unsent(a->link) : 0);
	return status;
}

/* Whether one of the types before TYPE has the same route. */
static bool
is_repeated(const struct amqp *a, int type)
{
	for (int i = 0; i < type; i++)
		if (strcmp(a->routes[i].exchange, a->routes[type].exchange) == 0 &&
		    strcmp(a->routes[i].key, a->routes[type].key) == 0)
			return true;
	return false;
}

static int
amqp_broadcast(struct sink *sink, const struct message *m)
{
	struct message copy = *m;
	int status = EX_OK;

	for (int type = 0; type < DUMP_TYPES && status == EX_OK; type++) {
		copy.type = (enum dump_type)type;
		if (!is_repeated(amqp_of(sink), type))
			status = amqp_send(sink, &copy);
	}
	return status;
}

static int
amqp_drain(struct sink *sink, int64_t limit_ms)
{
	struct amqp *a = amqp_of(sink);
	int64_t end_ms = clock_ms() + limit_ms;
	bool ignored;

	a->ending = limit_ms >= 0;
	for (;;) {
		int status = serve(a);
		if (status != EX_OK || window_empty(a->window))
			return status;
		if (a->ending && (a->link == NULL || clock_ms() >= end_ms))
			return EX_OK;
		wait_for(a, -1, &ignored);
	}
}

/* What is confirmed is confirmed. */
static int
amqp_settle(struct sink *sink)
{
	(void)sink;
	return EX_OK;
}

/* Exchanges are declared on connecting, and a broker cannot take back what it has. */
static int
amqp_start_file(struct sink *sink, enum dump_type type, int64_t lines)
{
	(void)sink;
	(void)type;
	(void)lines;
	return EX_OK;
}

static void
amqp_close(struct sink *sink)
{
	struct amqp *a = amqp_of(sink);

	if (a->link != NULL)
		login_end(a->link, clock_ms() + PUBLISH_GRACE_MS);
	link_close(a->link);
	window_free(a->window);
	buf_free(&a->returns.body);
	for (int i = 0; i < DUMP_TYPES; i++) {
		free(a->routes[i].exchange);
		free(a->routes[i].key);
		buf_free(&a->routes[i].publish);
	}
	free(a);
}

static const struct sink_ops amqp_ops = {
    .start_file = amqp_start_file,
    .send = amqp_send,
    .broadcast = amqp_broadcast,
    .wait = amqp_wait,
    .settle = amqp_settle,
    .drain = amqp_drain,
    .close = amqp_close,
};

static void
make_route(struct route *r, const struct layout *layout, enum dump_type type)
{
	r->exchange = layout_expand(layout->exchange, type);
	r->key = layout_expand(layout->routing_key, type);
	amqp_basic_publish_t publish = {.exchange = frames_bytes(r->exchange),
	    .routing_key = frames_bytes(r->key),
	    .mandatory = 1};
	frames_add_method(&r->publish, FRAMES_CHANNEL, AMQP_BASIC_PUBLISH_METHOD, &publish);
}

struct sink *
amqp_open(const struct sink_setup *setup, int *status)
{
	struct amqp *a = mem_zero(1, sizeof *a);
	bool ignored;

	a->sink.ops = &amqp_ops;
	a->setup = *setup;
	a->window = window_new((size_t)setup->settings->window, PUBLISH_HELD_MAX);
	a->message_max = SIZE_MAX;
	a->serve_at = PUBLISH_FLUSH_SIZE;
	a->server = setup->settings->destinations.count - 1;
	for (int i = 0; i < DUMP_TYPES; i++)
		make_route(&a->routes[i], &setup->settings->layout, (enum dump_type)i);
	while ((*status = serve(a)) == EX_OK && a->link == NULL)
		wait_for(a, -1, &ignored);
	if (*status == EX_OK)
		return &a->sink;
	amqp_close(&a->sink);
	return NULL;
}
