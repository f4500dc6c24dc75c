/* SPDX-License-Identifier: MIT */
/*
 * A connection to one broker: frames out through a buffer, frames in, heartbeats,
 * and remote calls. Nothing here blocks but link_call and link_expect, up to a
 * deadline. A failure leaves a link that can only be closed, unless it says otherwise.
 */
#ifndef DX_PUBLISH_LINK_H
#define DX_PUBLISH_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <amqp.h>

#include "common/buf.h"
#include "publish/address.h"
#include "publish/failure.h"
#include "publish/transport.h"

struct link;

/* Connects as transport_connect does, and no more: login.h goes on. */
struct link *link_open(const struct address *address, const struct transport_tls *tls,
    int64_t deadline_ms, struct failure *f);
void link_close(struct link *l);

/* What was agreed upon: the largest frame in bytes, heartbeats in seconds (0: none). */
void link_tune(struct link *l, uint32_t frame_max, unsigned heartbeat_s);
uint32_t link_frame_max(const struct link *l);

/* Where frames to send are appended, and how many bytes of it have not left. */
struct buf *link_out(struct link *l);
size_t link_unsent(const struct link *l);

/* For poll(2), and whether frames are there without it. */
int link_fd(const struct link *l);
short link_events(const struct link *l);
bool link_pending(const struct link *l);

/* Sends and receives what can be without waiting, and heartbeats if due; -1 and *F if the
 * connection is gone, which includes a broker that was silent for two heartbeats. */
int link_serve(struct link *l, struct failure *f);

/*
 * Takes the next frame that was received: 1, 0 if there is none, -1 and *F.
 * *FRAME lives until the next call. Heartbeats and connection.blocked are dealt with here. A close
 * of channel or connection is answered and returned as a failure with its code; after
 * that of a channel the link can be used.
 */
int link_next(struct link *l, amqp_frame_t *frame, struct failure *f);

/* Why the broker has told us to wait (connection.blocked), or NULL. */
const char *link_blocked(const struct link *l);

/* Waits for method WANTED; anything else but OTHER (0: none) is an error. 0 and *FRAME, or -1 and
 * *F. */
int link_expect(struct link *l, amqp_method_number_t wanted, amqp_method_number_t other,
    int64_t deadline_ms, amqp_frame_t *frame, struct failure *f);

/* Sends method ID and waits for REPLY. */
int link_call(struct link *l, uint16_t channel, amqp_method_number_t id, void *fields,
    amqp_method_number_t reply, int64_t deadline_ms, struct failure *f);

#endif
