/* SPDX-License-Identifier: MIT */
/* From a fresh connection to one that may be used. */
#include "publish/login.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include <amqp.h>

#include "common/mem.h"
#include "common/options.h"
#include "publish/frames.h"

/* RabbitMQ's default. Larger ones gain nothing for records of a few kB. */
#define FRAME_MAX 131072u

/* The smallest that a broker may ask for (AMQP 0-9-1, 1.4.2.6). */
#define FRAME_MIN 4096u

#define TABLE_TEXT(name, text)                                                                     \
	{                                                                                          \
		.key = {sizeof(name) - 1, (char[]){name}}, .value = {                              \
			.kind = AMQP_FIELD_KIND_UTF8,                                              \
			.value.bytes = {sizeof(text) - 1, (char[]){text}}                          \
		}                                                                                  \
	}
#define TABLE_TRUE(name)                                                                           \
	{                                                                                          \
		.key = {sizeof(name) - 1, (char[]){name}}, .value = {                              \
			.kind = AMQP_FIELD_KIND_BOOLEAN,                                           \
			.value.boolean = 1                                                         \
		}                                                                                  \
	}

/* Sends our properties, user and password. */
static void
add_start_ok(struct link *l, const struct address *address)
{
	amqp_table_entry_t abilities[] = {
	    TABLE_TRUE("publisher_confirms"),
	    TABLE_TRUE("basic.nack"),
	    TABLE_TRUE("connection.blocked"),
	    /* A wrong password is then answered with 403 and not with silence. */
	    TABLE_TRUE("authentication_failure_close"),
	};
	amqp_table_entry_t properties[] = {
	    TABLE_TEXT("product", "dx-publish"),
	    TABLE_TEXT("version", DX_VERSION),
	    {.key = frames_bytes("capabilities"),
		.value = {.kind = AMQP_FIELD_KIND_TABLE,
		    .value.table = {sizeof abilities / sizeof *abilities, abilities}}},
	};
	/* SASL PLAIN, RFC 4616: NUL, user, NUL, password. */
	size_t user = strlen(address->user), password = strlen(address->password);
	char *plain = mem_zero(user + password + 2, 1);
	memcpy(plain + 1, address->user, user);
	memcpy(plain + user + 2, address->password, password);

	amqp_connection_start_ok_t ok = {
	    .client_properties = {sizeof properties / sizeof *properties, properties},
	    .mechanism = frames_bytes("PLAIN"),
	    .response = {user + password + 2, plain},
	    .locale = frames_bytes("en_US"),
	};
	frames_add_method(link_out(l), 0, AMQP_CONNECTION_START_OK_METHOD, &ok);
	explicit_bzero(plain, user + password + 2);
	free(plain);
}

/* Agrees on limits: the smaller of both, where 0 from the broker means that it has no wish. */
static int
answer_tune(struct link *l, const amqp_connection_tune_t *tune, unsigned heartbeat_s,
    struct failure *f)
{
	amqp_connection_tune_ok_t ok = {.channel_max = FRAMES_CHANNEL,
	    .frame_max = FRAME_MAX,
	    .heartbeat = (uint16_t)heartbeat_s};

	if (tune->frame_max != 0 && tune->frame_max < FRAME_MIN)
		return failure_set(f, 0, "wants frames of %u bytes at most", tune->frame_max);
	if (tune->frame_max != 0 && tune->frame_max < FRAME_MAX)
		ok.frame_max = tune->frame_max;
	if (tune->heartbeat != 0 && tune->heartbeat < heartbeat_s)
		ok.heartbeat = tune->heartbeat;
	frames_add_method(link_out(l), 0, AMQP_CONNECTION_TUNE_OK_METHOD, &ok);
	link_tune(l, ok.frame_max, ok.heartbeat);
	return 0;
}

/* Whether the list of words TEXT holds WORD. */
static bool
has_word(amqp_bytes_t text, const char *word)
{
	const char *p = text.bytes, *end = p + text.len;
	size_t len = strlen(word);

	while (p < end) {
		const char *space = memchr(p, ' ', (size_t)(end - p));
		size_t n = (size_t)((space != NULL ? space : end) - p);
		if (n == len && memcmp(p, word, len) == 0)
			return true;
		p += n + 1;
	}
	return false;
}

/* User and password: up to the broker's wishes about limits, in *FRAME. */
static int
authenticate(struct link *l, const struct address *address, int64_t deadline_ms,
    amqp_frame_t *frame, struct failure *f)
{
	frames_add_protocol(link_out(l));
	if (link_expect(l, AMQP_CONNECTION_START_METHOD, 0, deadline_ms, frame, f) != 0)
		return -1;
	const amqp_connection_start_t *start = frame->payload.method.decoded;
	if (start->version_major != AMQP_PROTOCOL_VERSION_MAJOR ||
	    start->version_minor != AMQP_PROTOCOL_VERSION_MINOR)
		return failure_set(f, EX_CONFIG, "speaks another version of AMQP");
	if (!has_word(start->mechanisms, "PLAIN"))
		return failure_set(f, EX_CONFIG, "does not take passwords (SASL PLAIN)");
	add_start_ok(l, address);
	if (link_expect(l, AMQP_CONNECTION_TUNE_METHOD, AMQP_CONNECTION_SECURE_METHOD, deadline_ms,
		frame, f) != 0)
		return -1;
	if (frame->payload.method.id == AMQP_CONNECTION_SECURE_METHOD)
		return failure_set(f, EX_CONFIG, "wants more than a password");
	return 0;
}

int
login_run(struct link *l, const struct address *address, unsigned heartbeat_s, int64_t deadline_ms,
    struct failure *f)
{
	amqp_frame_t frame;
	amqp_connection_open_t open = {.virtual_host = frames_bytes(address->vhost)};

	if (authenticate(l, address, deadline_ms, &frame, f) != 0 ||
	    answer_tune(l, frame.payload.method.decoded, heartbeat_s, f) != 0)
		return -1;
	return link_call(l, 0, AMQP_CONNECTION_OPEN_METHOD, &open, AMQP_CONNECTION_OPEN_OK_METHOD,
	    deadline_ms, f);
}

void
login_end(struct link *l, int64_t deadline_ms)
{
	amqp_connection_close_t close = {.reply_code = AMQP_REPLY_SUCCESS,
	    .reply_text = frames_bytes("done")};
	struct failure ignored;

	link_call(l, 0, AMQP_CONNECTION_CLOSE_METHOD, &close, AMQP_CONNECTION_CLOSE_OK_METHOD,
	    deadline_ms, &ignored);
}
