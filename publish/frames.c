/* SPDX-License-Identifier: MIT */
/* Frames of AMQP 0-9-1, appended to a buffer. */
#include "publish/frames.h"

#include <assert.h>
#include <string.h>

/* type, channel, size before the payload; the end octet after it. */
#define FRAME_HEAD  7
#define FRAME_EXTRA (FRAME_HEAD + 1)

/* class, weight and body size before the properties of a content header. */
#define CONTENT_HEAD 12

/* Room for the fields of any method or for all properties that we send. */
#define FIELDS_MAX 4096

amqp_bytes_t
frames_bytes(const char *text)
{
	return (amqp_bytes_t){strlen(text), (void *)(size_t)text};
}

static void
put_number(char *p, uint64_t number, size_t bytes)
{
	while (bytes-- > 0) {
		p[bytes] = (char)(number & 0xff);
		number >>= 8;
	}
}

/* Finishes the frame whose LEN bytes of payload were put FRAME_HEAD behind the end of OUT. */
static void
close_frame(struct buf *out, uint8_t type, uint16_t channel, size_t len)
{
	char *frame = out->data + out->len;

	put_number(frame, type, 1);
	put_number(frame + 1, channel, 2);
	put_number(frame + 3, len, 4);
	put_number(frame + FRAME_HEAD + len, AMQP_FRAME_END, 1);
	out->len += FRAME_EXTRA + len;
}

void
frames_add_protocol(struct buf *out)
{
	buf_add(out, "AMQP\0\0\x09\x01", 8);
}

void
frames_add_method(struct buf *out, uint16_t channel, amqp_method_number_t id, void *fields)
{
	char *payload = buf_reserve(out, FIELDS_MAX + FRAME_EXTRA) + FRAME_HEAD;
	int len = amqp_encode_method(id, fields, (amqp_bytes_t){FIELDS_MAX - 4, payload + 4});

	/* All that goes in was checked for its length. */
	assert(len >= 0);
	put_number(payload, id, 4);
	close_frame(out, AMQP_FRAME_METHOD, channel, 4 + (size_t)len);
}

void
frames_add_heartbeat(struct buf *out)
{
	buf_reserve(out, FRAME_EXTRA);
	close_frame(out, AMQP_FRAME_HEARTBEAT, 0, 0);
}

static void
add_header(struct buf *out, const struct message *m, time_t now)
{
	char *payload = buf_reserve(out, FIELDS_MAX + FRAME_EXTRA) + FRAME_HEAD;
	amqp_basic_properties_t properties = {
	    ._flags = AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_CONTENT_ENCODING_FLAG |
		AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_TIMESTAMP_FLAG | AMQP_BASIC_TYPE_FLAG |
		AMQP_BASIC_APP_ID_FLAG,
	    .content_type = frames_bytes("application/json"),
	    .content_encoding = frames_bytes("UTF-8"),
	    .delivery_mode = AMQP_DELIVERY_PERSISTENT,
	    .timestamp = (uint64_t)now,
	    .type = frames_bytes(m->kind),
	    .app_id = frames_bytes("dx"),
	};

	if (m->id[0] != '\0') {
		properties._flags |= AMQP_BASIC_MESSAGE_ID_FLAG;
		properties.message_id = frames_bytes(m->id);
	}
	put_number(payload, AMQP_BASIC_CLASS, 2);
	put_number(payload + 2, 0, 2);
	put_number(payload + 4, m->len, 8);
	int len = amqp_encode_properties(AMQP_BASIC_CLASS, &properties,
	    (amqp_bytes_t){FIELDS_MAX - CONTENT_HEAD, payload + CONTENT_HEAD});
	assert(len >= 0);
	close_frame(out, AMQP_FRAME_HEADER, FRAMES_CHANNEL, CONTENT_HEAD + (size_t)len);
}

void
frames_add_message(struct buf *out, const struct buf *publish, const struct message *m,
    uint32_t frame_max, time_t now)
{
	size_t max = frame_max - FRAME_EXTRA;

	buf_add(out, publish->data, publish->len);
	add_header(out, m, now);
	for (size_t done = 0; done < m->len;) {
		size_t part = m->len - done < max ? m->len - done : max;
		memcpy(buf_reserve(out, part + FRAME_EXTRA) + FRAME_HEAD, m->body + done, part);
		close_frame(out, AMQP_FRAME_BODY, FRAMES_CHANNEL, part);
		done += part;
	}
}
