/* SPDX-License-Identifier: MIT */
/* What amqp.c and amqp_answers.c share; nobody else includes it. */
#ifndef DX_PUBLISH_AMQP_STATE_H
#define DX_PUBLISH_AMQP_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "publish/link.h"
#include "publish/patience.h"
#include "publish/returns.h"
#include "publish/sink.h"
#include "publish/window.h"

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
	int64_t answered_ms; /* when a message was answered last, or none was to be answered */
	bool said_blocked;
	bool ending; /* no new tries, signals do not matter any more */
	int64_t end_ms; /* while ending: when the last wait is over */
	size_t message_max; /* bytes of a body that the broker takes, as far as we know */
	char too_large[128]; /* said of messages that are longer */
	size_t serve_at; /* unsent bytes at which amqp_send serves the link */
	int status; /* what ended it all, EX_OK until then */
};

/* Ends it all with STATUS, unless something else did before. Returns what it ends with. */
int amqp_give_up(struct amqp *a, int status);

/* The name, for messages, of the server that we are or were connected to. */
const char *amqp_server_name(const struct amqp *a);

/* Tries to connect, if it is time to. */
void amqp_connect(struct amqp *a);

/* The connection is lost, and why: all that is not confirmed waits again. */
void amqp_lose(struct amqp *a, const struct failure *f);

/* Takes in what the broker sent: 0, or -1 and *F if it makes no sense. */
int amqp_take_frame(struct amqp *a, const amqp_frame_t *frame, struct failure *f);

#endif
