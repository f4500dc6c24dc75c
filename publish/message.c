/* SPDX-License-Identifier: MIT */
/* Messages made of records and of events. */
#include "publish/message.h"

#include <stdio.h>
#include <string.h>

/* How much of the SHA-256 goes into message_id. */
#define DIGEST_PART 16

/* Appends LEN bytes at DATA to the text of *USED bytes in OUT; false if they do not fit. */
static bool
append(char *out, size_t size, size_t *used, const char *data, size_t len)
{
	if (len >= size - *used)
		return false;
	memcpy(out + *used, data, len);
	*used += len;
	out[*used] = '\0';
	return true;
}

/* TYPE/ID/FIRST-16-OF-SHA256; without the last part where there is no digest, nothing without id.
 * By hand and not with printf, because it is done for each record. */
static void
make_id(struct message *m, const struct record *record)
{
	const char *type = dump_type_name(m->type);
	size_t used = 0;

	m->id[0] = '\0';
	if (record->id.len == 0)
		return;
	if (!append(m->id, sizeof m->id, &used, type, strlen(type)) ||
	    !append(m->id, sizeof m->id, &used, "/", 1) ||
	    !append(m->id, sizeof m->id, &used, record->id.data, record->id.len)) {
		m->id[0] = '\0';
		return;
	}
	if (record->sha256.len >= DIGEST_PART && used + 1 + DIGEST_PART < sizeof m->id) {
		append(m->id, sizeof m->id, &used, "/", 1);
		append(m->id, sizeof m->id, &used, record->sha256.data, DIGEST_PART);
	}
}

void
message_of_record(struct message *m, enum dump_type type, const char *body, size_t len,
    uint64_t line, const struct record *record)
{
	size_t used = 0;

	m->body = body;
	m->len = len;
	m->line = line;
	m->type = type;
	m->control = false;
	if (record->type.len == 0 ||
	    !append(m->kind, sizeof m->kind, &used, record->type.data, record->type.len))
		append(m->kind, sizeof m->kind, &used, "data", 4);
	make_id(m, record);
}

void
message_of_control(struct message *m, enum dump_type type, const char *kind, const char *body)
{
	*m = (struct message){.body = body, .len = strlen(body), .type = type, .control = true};
	snprintf(m->kind, sizeof m->kind, "%s", kind);
}
