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
 * (`hold`), from the second time on a channel that is opened anew. A broker in alarm
 * (connection.blocked) is no fault: it is waited for.
 */
#include "publish/amqp.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include <amqp.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/notify.h"
#include "common/stop.h"
#include "publish/amqp_state.h"
#include "publish/frames.h"
#include "publish/limits.h"
#include "publish/login.h"
#include "publish/topology.h"

static struct amqp *
amqp_of(struct sink *sink)
{
	/* The sink is the first member. */
	return (struct amqp *)sink;
}

/* Tells of all that is settled at the low end: also when the broker said at once that it ends here.
 */
static void
settle(struct amqp *a)
{
	const struct window_entry *e;
	int status = EX_OK;

	while (status == EX_OK && (e = window_take_settled(a->window)) != NULL)
		status = a->setup.settled(a->setup.context, &e->message, e->reason);
	amqp_give_up(a, status);
}

/* Encodes waiting messages, up to MAX, while there is room for them. Returns how many. */
static size_t
encode(struct amqp *a, size_t max)
{
	struct window_entry *e;
	size_t n = 0;
	time_t now = time(NULL);
	int64_t now_ns = clock_ns();

	if (window_flying(a->window) == 0)
		a->answered_ms = clock_ms();
	while (n < max && link_unsent(a->link) < PUBLISH_UNSENT_MAX &&
	    (e = window_next_waiting(a->window)) != NULL) {
		const struct message *m = &e->message;
		frames_add_message(link_out(a->link), &a->routes[m->type].publish, m,
		    link_frame_max(a->link), now);
		window_fly(a->window, e, now_ns);
		n++;
	}
	return n;
}

/*
 * Opens the channel anew when a second try went wrong too, for the reason can be on our side of the
 * exchange: a queue of the layout was deleted; or a node died that led a quorum queue, and
 * RabbitMQ 3.10 refuses all messages of a channel that asked for the leader before there
 * was another, for as long as the channel lives.
 */
static void
renew_channel(struct amqp *a)
{
	struct failure f;

	if (a->hold.attempt < 2)
		return;
	if (topology_renew(a->link, a->setup.settings, a->setup.types,
		clock_ms() + PUBLISH_CONNECT_MS, &f) == 0)
		window_ground(a->window);
	else
		amqp_lose(a, &f);
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
	if (!quiet || !patience_due(&a->hold) || a->ending)
		return;
	renew_channel(a);
	if (a->link != NULL) {
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
		log_warn("%s: takes nothing for now (%s); waiting", amqp_server_name(a), reason);
	else
		log_warn("%s: takes messages again", amqp_server_name(a));
}

/*
 * A broker that lives and answers no message: its queue lost most of its nodes, or it was cut off
 * from them itself. Then -1 and *F, for another node may know better. An alarm is waited for.
 */
static int
expect_answers(struct amqp *a, struct failure *f)
{
	if (link_blocked(a->link) != NULL || window_flying(a->window) == 0)
		a->answered_ms = clock_ms();
	if (clock_ms() - a->answered_ms < PUBLISH_ANSWER_MS)
		return 0;
	return failure_set(f, 0, "confirms nothing for %d s", PUBLISH_ANSWER_MS / 1000);
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
		amqp_connect(a);
	pump(a);
	if (a->link != NULL && link_serve(a->link, &f) != 0)
		got = -1;
	while (a->link != NULL && got >= 0 && a->status == EX_OK &&
	    (got = link_next(a->link, &frame, &f)) > 0)
		if (amqp_take_frame(a, &frame, &f) != 0)
			got = -1;
	if (got >= 0 && a->link != NULL)
		got = expect_answers(a, &f);
	if (got < 0)
		amqp_lose(a, &f);
	if (a->link != NULL)
		say_blocked(a);
	settle(a);
	return a->status != EX_OK	     ? a->status
	    : !a->ending && stop_requested() ? STOP_STATUS
					     : EX_OK;
}

/* Whether there is no reason to look at the input. What was held may have left the window as
 * rejected: then only a new message can tell whether the trouble is over. */
static bool
is_busy(const struct amqp *a)
{
	return a->link == NULL || link_blocked(a->link) != NULL || window_full(a->window) ||
	    (a->hold.tried && !window_empty(a->window));
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

/* Waits for the broker, and for FD if it is not -1, for LIMIT_MS at most; *READABLE is about FD. */
static void
wait_for(const struct amqp *a, int fd, int limit_ms, bool *readable)
{
	struct pollfd p[2] = {{.fd = fd, .events = POLLIN}, {.fd = -1}};

	/* Also where a broker lets us wait for hours. */
	notify_alive();
	if (a->link != NULL) {
		p[1].fd = link_fd(a->link);
		p[1].events = link_events(a->link);
	}
	int ms = wait_ms(a) < limit_ms ? wait_ms(a) : limit_ms;
	if (a->link != NULL && link_pending(a->link))
		ms = 0;
	*readable = poll(p, 2, ms) > 0 && p[0].revents != 0;
}

static bool
amqp_ready(struct sink *sink)
{
	return !is_busy(amqp_of(sink));
}

static int
amqp_wait(struct sink *sink, int fd, int limit_ms, bool *readable)
{
	struct amqp *a = amqp_of(sink);
	int status = serve(a);

	*readable = false;
	if (status != EX_OK)
		return status;
	wait_for(a, is_busy(a) ? -1 : fd, limit_ms, readable);
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
			wait_for(a, -1, PUBLISH_POLL_MS, &ignored);
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
	bool ignored;

	a->ending = limit_ms >= 0;
	a->end_ms = clock_ms() + limit_ms;
	for (;;) {
		int status = serve(a);
		if (status != EX_OK || window_empty(a->window))
			return status;
		if (a->ending && (a->link == NULL || clock_ms() >= a->end_ms))
			return EX_OK;
		wait_for(a, -1, PUBLISH_POLL_MS, &ignored);
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

/* How long the broker took to confirm: the first figure to look at when it is slow. */
static void
say_latency(const struct amqp *a)
{
	const struct latency *l = window_latency(a->window);

	if (l->total > 0)
		log_info("%s: half of the confirms came within %.1f ms, 99 %% within %.1f ms, all "
			 "within %.1f ms",
		    amqp_server_name(a), (double)latency_within(l, 50) / 1000,
		    (double)latency_within(l, 99) / 1000, (double)latency_within(l, 100) / 1000);
}

static void
amqp_close(struct sink *sink)
{
	struct amqp *a = amqp_of(sink);

	say_latency(a);
	/* Who ends in haste has one grace for all: many connections must not each take another. */
	if (a->link != NULL)
		login_end(a->link, a->ending ? a->end_ms : clock_ms() + PUBLISH_GRACE_MS);
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
    .ready = amqp_ready,
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
	a->window = window_new((size_t)setup->settings->window,
	    PUBLISH_HELD_MAX / (size_t)setup->settings->connections);
	a->message_max = SIZE_MAX;
	a->serve_at = PUBLISH_FLUSH_SIZE;
	a->server = setup->settings->destinations.count - 1;
	for (int i = 0; i < DUMP_TYPES; i++)
		make_route(&a->routes[i], &setup->settings->layout, (enum dump_type)i);
	while ((*status = serve(a)) == EX_OK && a->link == NULL)
		wait_for(a, -1, PUBLISH_POLL_MS, &ignored);
	if (*status == EX_OK)
		return &a->sink;
	amqp_close(&a->sink);
	return NULL;
}
