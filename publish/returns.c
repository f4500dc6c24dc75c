/* SPDX-License-Identifier: MIT */
/* basic.return, put together from its frames. */
#include "publish/returns.h"

#include <stdio.h>

/* A name as AMQP has it, 255 bytes at most. */
static void
copy_name(char out[256], amqp_bytes_t name)
{
	snprintf(out, 256, "%.*s", (int)(name.len & 0xff),
	    name.len > 0 ? (const char *)name.bytes : "");
}

static enum returns_result
take_method(struct returns *r, const amqp_frame_t *frame)
{
	const amqp_basic_return_t *method = frame->payload.method.decoded;

	if (frame->payload.method.id != AMQP_BASIC_RETURN_METHOD)
		return RETURNS_NOT_OURS;
	copy_name(r->exchange, method->exchange);
	copy_name(r->key, method->routing_key);
	r->expected = AMQP_FRAME_HEADER;
	r->body.len = 0;
	return RETURNS_MORE;
}

static enum returns_result
take_part(struct returns *r, const amqp_frame_t *frame, size_t max)
{
	if (frame->frame_type == AMQP_FRAME_HEADER) {
		r->left = frame->payload.properties.body_size;
		if (r->left > max)
			return RETURNS_BROKEN;
	} else {
		amqp_bytes_t part = frame->payload.body_fragment;
		if (part.len > r->left)
			return RETURNS_BROKEN;
		buf_add(&r->body, part.bytes, part.len);
		r->left -= part.len;
	}
	r->expected = r->left > 0 ? AMQP_FRAME_BODY : 0;
	return r->left > 0 ? RETURNS_MORE : RETURNS_WHOLE;
}

enum returns_result
returns_take(struct returns *r, const amqp_frame_t *frame, size_t max)
{
	if (r->expected == 0)
		return frame->frame_type == AMQP_FRAME_METHOD ? take_method(r, frame)
							      : RETURNS_BROKEN;
	if (frame->frame_type != r->expected)
		return RETURNS_BROKEN;
	return take_part(r, frame, max);
}

void
returns_reset(struct returns *r)
{
	r->expected = 0;
	r->left = 0;
	r->body.len = 0;
}
