/* SPDX-License-Identifier: MIT */
/* A channel with confirms, exchanges and queues. */
#include "publish/topology.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include <amqp.h>

#include "publish/frames.h"

/* What the steps share. */
struct topology {
	struct link *link;
	const struct settings *settings;
	int64_t deadline_ms;
	struct failure *failure;
};

static int
call(const struct topology *t, amqp_method_number_t id, void *fields, amqp_method_number_t reply)
{
	return link_call(t->link, FRAMES_CHANNEL, id, fields, reply, t->deadline_ms, t->failure);
}

static int
open_channel(const struct topology *t)
{
	amqp_channel_open_t open = {0};
	amqp_confirm_select_t confirm = {0};

	if (call(t, AMQP_CHANNEL_OPEN_METHOD, &open, AMQP_CHANNEL_OPEN_OK_METHOD) != 0)
		return -1;
	return call(t, AMQP_CONFIRM_SELECT_METHOD, &confirm, AMQP_CONFIRM_SELECT_OK_METHOD);
}

/* Says which thing a refusal is about, and whether it can pass. */
static int
explain(const struct topology *t, const char *what, const char *name)
{
	struct failure cause = *t->failure;
	int status = cause.status;

	/* A queue whose home node is down is NOT_FOUND too, and comes back with it. */
	if (cause.code == AMQP_PRECONDITION_FAILED ||
	    (cause.code == AMQP_NOT_FOUND && strstr(cause.text, "is down") == NULL))
		status = EX_CONFIG;
	failure_set(t->failure, status, "%s %s: %.300s", what, name, cause.text);
	t->failure->code = cause.code;
	return -1;
}

static int
declare_exchange(const struct topology *t, const char *name)
{
	amqp_exchange_declare_t declare = {.exchange = frames_bytes(name),
	    .type = frames_bytes(t->settings->layout.kind),
	    .durable = 1};

	if (call(t, AMQP_EXCHANGE_DECLARE_METHOD, &declare, AMQP_EXCHANGE_DECLARE_OK_METHOD) == 0)
		return 0;
	struct failure refused = *t->failure;
	if (refused.code == AMQP_ACCESS_REFUSED) {
		/* A user who may only write: enough if somebody else declared it. */
		declare.passive = 1;
		if (open_channel(t) == 0 &&
		    call(t, AMQP_EXCHANGE_DECLARE_METHOD, &declare,
			AMQP_EXCHANGE_DECLARE_OK_METHOD) == 0)
			return 0;
		*t->failure = refused;
	}
	return explain(t, "exchange", name);
}

static int
declare_queue(const struct topology *t, const char *name)
{
	amqp_table_entry_t type = {.key = frames_bytes("x-queue-type"),
	    .value = {.kind = AMQP_FIELD_KIND_UTF8}};
	amqp_queue_declare_t declare = {.queue = frames_bytes(name), .durable = 1};

	if (t->settings->queue_type != NULL) {
		type.value.value.bytes = frames_bytes(t->settings->queue_type);
		declare.arguments = (amqp_table_t){1, &type};
	}
	if (call(t, AMQP_QUEUE_DECLARE_METHOD, &declare, AMQP_QUEUE_DECLARE_OK_METHOD) == 0)
		return 0;
	return explain(t, "queue", name);
}

static int
bind_queue(const struct topology *t, const char *queue, const char *exchange, const char *key)
{
	amqp_queue_bind_t bind = {.queue = frames_bytes(queue),
	    .exchange = frames_bytes(exchange),
	    .routing_key = frames_bytes(key)};

	/* The default exchange routes to every queue by its name. */
	if (*exchange == '\0' ||
	    call(t, AMQP_QUEUE_BIND_METHOD, &bind, AMQP_QUEUE_BIND_OK_METHOD) == 0)
		return 0;
	return explain(t, "queue", queue);
}

static int
prepare_type(const struct topology *t, enum dump_type type)
{
	const struct layout *layout = &t->settings->layout;
	char *exchange = layout_expand(layout->exchange, type);
	char *key = layout_expand(layout->routing_key, type);
	int result = *exchange != '\0' ? declare_exchange(t, exchange) : 0;

	for (size_t i = 0; layout->queues[i] != NULL && result == 0; i++) {
		char *queue = layout_expand(layout->queues[i], type);
		result = declare_queue(t, queue);
		if (result == 0)
			result = bind_queue(t, queue, exchange, key);
		free(queue);
	}
	free(exchange);
	free(key);
	return result;
}

int
topology_run(struct link *l, const struct settings *s, const bool types[DUMP_TYPES],
    int64_t deadline_ms, struct failure *f)
{
	const struct topology t = {l, s, deadline_ms, f};
	int result = open_channel(&t);

	for (int type = 0; type < DUMP_TYPES && result == 0; type++)
		if (types[type])
			result = prepare_type(&t, (enum dump_type)type);
	return result;
}

int
topology_renew(struct link *l, const struct settings *s, const bool types[DUMP_TYPES],
    int64_t deadline_ms, struct failure *f)
{
	amqp_channel_close_t close = {.reply_code = AMQP_REPLY_SUCCESS,
	    .reply_text = frames_bytes("again")};

	if (link_call(l, FRAMES_CHANNEL, AMQP_CHANNEL_CLOSE_METHOD, &close,
		AMQP_CHANNEL_CLOSE_OK_METHOD, deadline_ms, f) != 0)
		return -1;
	return topology_run(l, s, types, deadline_ms, f);
}
