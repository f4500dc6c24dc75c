/* SPDX-License-Identifier: MIT */
/*
 * Frames of AMQP 0-9-1 (2.3.5), appended to a buffer, so that many leave in one
 * write. rabbitmq-c encodes what is in them; its own publish makes three send(2)
 * calls of each message.
 */
#ifndef DX_PUBLISH_FRAMES_H
#define DX_PUBLISH_FRAMES_H

#include <stdint.h>
#include <time.h>

#include <amqp.h>

#include "common/buf.h"
#include "publish/message.h"

/* The channel that everything but the connection's own methods goes through. */
#define FRAMES_CHANNEL 1

/* TEXT, lent, as rabbitmq-c wants it; it changes nothing. */
amqp_bytes_t frames_bytes(const char *text);

/* Appends the protocol header, with which a client begins. */
void frames_add_protocol(struct buf *out);

/* Appends method ID with its fields, as <amqp_framing.h> has them. */
void frames_add_method(struct buf *out, uint16_t channel, amqp_method_number_t id, void *fields);

void frames_add_heartbeat(struct buf *out);

/*
 * Appends M as PUBLISH, an encoded basic.publish frame, the header with its
 * properties, sent at NOW, and the body in frames of at most FRAME_MAX bytes.
 */
void frames_add_message(struct buf *out, const struct buf *publish, const struct message *m,
    uint32_t frame_max, time_t now);

#endif
