/* SPDX-License-Identifier: MIT */
/* A connection to one broker. */
#include "publish/link.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/clock.h"
#include "common/mem.h"
#include "common/stop.h"
#include "publish/frames.h"
#include "publish/limits.h"

/* The frame type with which rabbitmq-c hands out a protocol header: its first letter. */
#define PROTOCOL_HEADER 'A'

struct link {
	struct transport *transport;
	amqp_connection_state_t decoder; /* of rabbitmq-c, without a socket */
	struct buf out; /* the first SENT bytes have left */
	size_t sent;
	char in[64 << 10]; /* bytes in_start..in_end are not decoded */
	size_t in_start;
	size_t in_end;
	uint32_t frame_max;
	unsigned heartbeat_s;
	int64_t sent_ms;
	int64_t received_ms;
	bool blocked;
	char blocked_reason[256];
};

struct link *
link_open(const struct address *address, const struct transport_tls *tls, int64_t deadline_ms,
    struct failure *f)
{
	struct transport *transport = transport_connect(address, tls, deadline_ms, f);
	if (transport == NULL)
		return NULL;
	struct link *l = mem_alloc(sizeof *l);
	memset(l, 0, sizeof *l);
	l->transport = transport;
	l->decoder = amqp_new_connection();
	if (l->decoder == NULL)
		mem_exhausted();
	l->sent_ms = l->received_ms = clock_ms();
	return l;
}

void
link_close(struct link *l)
{
	if (l == NULL)
		return;
	transport_close(l->transport);
	amqp_destroy_connection(l->decoder);
	buf_free(&l->out);
	free(l);
}

void
link_tune(struct link *l, uint32_t frame_max, unsigned heartbeat_s)
{
	l->frame_max = frame_max;
	l->heartbeat_s = heartbeat_s;
	/* For the decoder, which refuses longer frames. Heartbeats are ours. */
	if (amqp_tune_connection(l->decoder, FRAMES_CHANNEL, (int)frame_max, 0) != AMQP_STATUS_OK)
		mem_exhausted();
}

uint32_t
link_frame_max(const struct link *l)
{
	return l->frame_max;
}

struct buf *
link_out(struct link *l)
{
	return &l->out;
}

size_t
link_unsent(const struct link *l)
{
	return l->out.len - l->sent;
}

int
link_fd(const struct link *l)
{
	return transport_fd(l->transport);
}

short
link_events(const struct link *l)
{
	return transport_events(l->transport, link_unsent(l) > 0);
}

bool
link_pending(const struct link *l)
{
	return transport_pending(l->transport);
}

const char *
link_blocked(const struct link *l)
{
	return l->blocked ? l->blocked_reason : NULL;
}

/* Writes until all is out or the socket takes no more. */
static int
flush(struct link *l, struct failure *f)
{
	while (link_unsent(l) > 0) {
		ssize_t n = transport_write(l->transport, l->out.data + l->sent, link_unsent(l), f);
		if (n < 0)
			return -1;
		if (n == 0)
			return 0;
		l->sent += (size_t)n;
		l->sent_ms = clock_ms();
	}
	l->out.len = l->sent = 0;
	return 0;
}

/* Reads once, if all that was read before is decoded. */
static int
fill(struct link *l, struct failure *f)
{
	if (l->in_start < l->in_end)
		return 0;
	ssize_t n = transport_read(l->transport, l->in, sizeof l->in, f);
	if (n < 0)
		return -1;
	l->in_start = 0;
	l->in_end = (size_t)n;
	if (n > 0)
		l->received_ms = clock_ms();
	return 0;
}

/* Heartbeats: one from us in half the time agreed on; none from the broker in twice that means
 * that it is gone (AMQP 0-9-1, 4.2.7). */
static int
beat(struct link *l, struct failure *f)
{
	int64_t now = clock_ms(), beat_ms = (int64_t)l->heartbeat_s * 1000;

	if (beat_ms == 0)
		return 0;
	if (now - l->received_ms > 2 * beat_ms)
		return failure_set(f, 0, "no sign of life for %lld s",
		    (long long)(now - l->received_ms) / 1000);
	if (now - l->sent_ms < beat_ms / 2)
		return 0;
	/* While the broker does not read, one is enough. */
	if (link_unsent(l) == 0)
		frames_add_heartbeat(&l->out);
	return flush(l, f);
}

int
link_serve(struct link *l, struct failure *f)
{
	struct failure ignored;

	if (flush(l, f) == 0) {
		if (fill(l, f) != 0)
			return -1;
		if (beat(l, f) == 0)
			return 0;
	}
	/* What the broker said before it closed explains more than a broken pipe, and may hold
	 * acks. */
	fill(l, &ignored);
	return l->in_start < l->in_end ? 0 : -1;
}

/* What status a close of channel or connection stands for (AMQP 0-9-1, 1.5.2.5). */
static int
reply_status(int code, const char *text)
{
	switch (code) {
	case AMQP_ACCESS_REFUSED:
		return EX_NOPERM;
	case AMQP_INVALID_PATH:
		return EX_CONFIG;
	case AMQP_NOT_ALLOWED:
		/* RabbitMQ: a virtual host that is not there, one that we may not use, too many
		 * connections. Only the last passes. */
		if (strstr(text, "not found") != NULL)
			return EX_CONFIG;
		return strstr(text, "access to vhost") != NULL ? EX_NOPERM : 0;
	default:
		return 0;
	}
}

static int
closed(struct link *l, uint16_t channel, int code, amqp_bytes_t reply, struct failure *f)
{
	amqp_channel_close_ok_t channel_ok = {0};
	amqp_connection_close_ok_t connection_ok = {0};
	char text[256];

	snprintf(text, sizeof text, "%.*s", reply.len < 255 ? (int)reply.len : 255,
	    reply.len > 0 ? (const char *)reply.bytes : "");
	if (channel == 0)
		frames_add_method(&l->out, 0, AMQP_CONNECTION_CLOSE_OK_METHOD, &connection_ok);
	else
		frames_add_method(&l->out, channel, AMQP_CHANNEL_CLOSE_OK_METHOD, &channel_ok);
	struct failure ignored;
	flush(l, &ignored);
	if (text[0] != '\0')
		failure_set(f, reply_status(code, text), "%s", text);
	else
		failure_set(f, reply_status(code, text), "closed by the broker with code %d", code);
	f->code = code;
	return -1;
}

/* Deals with methods that may come at any time: 1 if METHOD is one, 0 if not, -1 and *F. */
static int
intercept(struct link *l, const amqp_frame_t *frame, struct failure *f)
{
	const amqp_connection_close_t *connection = frame->payload.method.decoded;
	const amqp_channel_close_t *channel = frame->payload.method.decoded;
	const amqp_connection_blocked_t *blocked = frame->payload.method.decoded;

	switch (frame->payload.method.id) {
	case AMQP_CONNECTION_CLOSE_METHOD:
		return closed(l, 0, connection->reply_code, connection->reply_text, f);
	case AMQP_CHANNEL_CLOSE_METHOD:
		return closed(l, frame->channel, channel->reply_code, channel->reply_text, f);
	case AMQP_CONNECTION_BLOCKED_METHOD:
		l->blocked = true;
		snprintf(l->blocked_reason, sizeof l->blocked_reason, "%.*s",
		    (int)(blocked->reason.len & 0xff), (const char *)blocked->reason.bytes);
		return 1;
	case AMQP_CONNECTION_UNBLOCKED_METHOD:
		l->blocked = false;
		return 1;
	default:
		return 0;
	}
}

/* An answer on a channel that we did not open is none to our messages, whatever its tag. */
static bool
is_on_our_channel(const amqp_frame_t *frame)
{
	bool connection = frame->frame_type == AMQP_FRAME_METHOD &&
	    frame->payload.method.id >> 16 == AMQP_CONNECTION_CLASS;

	return frame->channel == (connection ? 0 : FRAMES_CHANNEL);
}

int
link_next(struct link *l, amqp_frame_t *frame, struct failure *f)
{
	for (;;) {
		amqp_maybe_release_buffers(l->decoder);
		if (l->in_start == l->in_end)
			return 0;
		int n = amqp_handle_input(l->decoder,
		    (amqp_bytes_t){l->in_end - l->in_start, l->in + l->in_start}, frame);
		if (n == AMQP_STATUS_NO_MEMORY)
			mem_exhausted();
		if (n < 0)
			return failure_set(f, 0, "what it sent is no AMQP: %s",
			    amqp_error_string2(n));
		l->in_start += (size_t)n;
		if (frame->frame_type == 0)
			continue;
		if (frame->frame_type == PROTOCOL_HEADER)
			return failure_set(f, EX_CONFIG, "speaks another version of AMQP");
		if (frame->frame_type == AMQP_FRAME_HEARTBEAT)
			continue;
		if (!is_on_our_channel(frame))
			return failure_set(f, 0, "sent a frame on the wrong channel, %u",
			    (unsigned)frame->channel);
		int known = frame->frame_type == AMQP_FRAME_METHOD ? intercept(l, frame, f) : 0;
		if (known <= 0)
			return known < 0 ? -1 : 1;
	}
}

/* Waits until something can be read or written. After a stop only what ends as soon as a goodbye.
 */
static int
wait_for(struct link *l, int64_t deadline_ms, struct failure *f)
{
	struct pollfd p = {.fd = link_fd(l), .events = link_events(l)};
	int64_t left = deadline_ms - clock_ms();

	if (left <= 0)
		return failure_set(f, 0, "no answer in time");
	if (left > PUBLISH_GRACE_MS && stop_requested())
		return failure_set(f, STOP_STATUS, "stopped");
	if (!link_pending(l))
		poll(&p, 1, left < PUBLISH_POLL_MS ? (int)left : PUBLISH_POLL_MS);
	return 0;
}

int
link_expect(struct link *l, amqp_method_number_t wanted, amqp_method_number_t other,
    int64_t deadline_ms, amqp_frame_t *frame, struct failure *f)
{
	for (;;) {
		if (link_serve(l, f) != 0)
			return -1;
		int got = link_next(l, frame, f);
		if (got < 0)
			return -1;
		if (got == 0) {
			if (wait_for(l, deadline_ms, f) != 0)
				return -1;
			continue;
		}
		if (frame->frame_type != AMQP_FRAME_METHOD)
			return failure_set(f, 0, "sent content that nobody asked for");
		if (frame->payload.method.id == wanted || frame->payload.method.id == other)
			return 0;
		const char *name = amqp_method_name(frame->payload.method.id);
		return failure_set(f, 0, "answered with %s", name != NULL ? name : "nonsense");
	}
}

int
link_call(struct link *l, uint16_t channel, amqp_method_number_t id, void *fields,
    amqp_method_number_t reply, int64_t deadline_ms, struct failure *f)
{
	amqp_frame_t frame;

	frames_add_method(&l->out, channel, id, fields);
	return link_expect(l, reply, 0, deadline_ms, &frame, f);
}
