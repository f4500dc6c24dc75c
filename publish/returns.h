/* SPDX-License-Identifier: MIT */
/* basic.return, put together from its frames: method, header, bodies. */
#ifndef DX_PUBLISH_RETURNS_H
#define DX_PUBLISH_RETURNS_H

#include <amqp.h>

#include "common/buf.h"

enum returns_result {
	RETURNS_NOT_OURS, /* the frame has nothing to do with a return */
	RETURNS_MORE, /* taken, more has to come */
	RETURNS_WHOLE, /* `exchange`, `key` and `body` are of the message that came back */
	RETURNS_BROKEN /* out of order */
};

/* Start it zeroed; buf_free(&r->body) at the end. */
struct returns {
	int expected; /* the type of frame that has to come, 0 for a method */
	uint64_t left; /* bytes of body still to come */
	char exchange[256]; /* where the message was sent to */
	char key[256];
	struct buf body;
};

/* Takes FRAME. A body longer than MAX bytes is RETURNS_BROKEN: we never sent one. */
enum returns_result returns_take(struct returns *r, const amqp_frame_t *frame, size_t max);

/* The connection is gone, and half a return with it. */
void returns_reset(struct returns *r);

#endif
