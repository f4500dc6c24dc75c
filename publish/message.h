/* SPDX-License-Identifier: MIT */
/* A message: a body and what goes with it. */
#ifndef DX_PUBLISH_MESSAGE_H
#define DX_PUBLISH_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/dump.h"
#include "publish/record.h"

/* Sizes with the end. What does not fit is left out: both are for people and for consumers' logs,
 * and AMQP allows 255 bytes. */
#define MESSAGE_KIND_SIZE 32
#define MESSAGE_ID_SIZE	  160

struct message {
	const char *body; /* lent */
	size_t len;
	uint64_t line; /* of the input, from 1; 0 if it did not come from there */
	enum dump_type type; /* decides exchange, routing key or file */
	bool control; /* made by dx-publish; not counted */
	char kind[MESSAGE_KIND_SIZE]; /* property `type`: data, file_complete, ... */
	char id[MESSAGE_ID_SIZE]; /* property `message_id`, may be empty */
};

/* Makes *M the message for a record of TYPE: BODY is lent, what RECORD says becomes properties. */
void message_of_record(struct message *m, enum dump_type type, const char *body, size_t len,
    uint64_t line, const struct record *record);

/* Makes *M the control message KIND; BODY, terminated, is lent. */
void message_of_control(struct message *m, enum dump_type type, const char *kind, const char *body);

#endif
