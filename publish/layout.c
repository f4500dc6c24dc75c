/* SPDX-License-Identifier: MIT */
/* The table of layouts. */
#include "publish/layout.h"

#include <string.h>

#include "common/buf.h"

/* AMQP 0-9-1 names are short strings of 255 bytes. */
#define NAME_MAX_BYTES 255

static const struct layout layouts[] = {
    {.name = "fanout",
	.exchange = "discogsography-discogs-%t",
	.kind = "fanout",
	.routing_key = "",
	.month_complete = true},
    {.name = "topic",
	.exchange = "discogsography-exchange",
	.kind = "topic",
	.routing_key = "%t",
	.queues = {"discogsography-graphinator-%t", "discogsography-tableinator-%t"}},
};

/* Whether TEXT is one of the N WORDS. */
static bool
is_one_of(const char *text, const char *const words[], size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(text, words[i]) == 0)
			return true;
	return false;
}

const struct layout *
layout_find(const char *name)
{
	for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++)
		if (strcmp(layouts[i].name, name) == 0)
			return &layouts[i];
	return NULL;
}

bool
layout_pattern_valid(const char *text)
{
	size_t len = strlen(text);

	for (const char *p = strchr(text, '%'); p != NULL; p = strchr(p + 2, '%')) {
		if (p[1] != 't' && p[1] != '%')
			return false;
		len += strlen("releases");
	}
	return len <= NAME_MAX_BYTES;
}

char *
layout_expand(const char *pattern, enum dump_type type)
{
	struct buf out = {0};

	for (const char *p = pattern; *p != '\0'; p++) {
		if (*p != '%')
			buf_add_char(&out, *p);
		else if (*++p == 't')
			buf_add_str(&out, dump_type_name(type));
		else
			buf_add_char(&out, '%');
	}
	buf_add_char(&out, '\0');
	return out.data;
}

bool
layout_kind_valid(const char *text)
{
	static const char *const kinds[] = {"fanout", "topic", "direct", "headers"};

	return is_one_of(text, kinds, sizeof kinds / sizeof *kinds) ||
	    (strncmp(text, "x-", 2) == 0 && strlen(text) <= NAME_MAX_BYTES);
}

bool
layout_queue_type_valid(const char *text)
{
	static const char *const types[] = {"classic", "quorum", "stream"};

	return is_one_of(text, types, sizeof types / sizeof *types);
}
