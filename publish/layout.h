/* SPDX-License-Identifier: MIT */
/*
 * Layouts: which exchange, routing key and queues the records of a type go to. A
 * further layout is an entry in layout.c.
 */
#ifndef DX_PUBLISH_LAYOUT_H
#define DX_PUBLISH_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/dump.h"

/* The most queues that are declared for a type. */
#define LAYOUT_QUEUES_MAX 32

/* The parts of a layout; in all but the kind, %t stands for the type and %% for %. */
struct layout {
	const char *name;
	const char *exchange; /* empty: the default exchange, which nobody declares */
	const char *kind; /* fanout, topic, direct, headers */
	const char *routing_key;
	const char *queues[LAYOUT_QUEUES_MAX]; /* declared and bound, up to a NULL */
	bool month_complete; /* whether extraction_complete is sent */
};

/* Returns the layout NAME, or NULL. */
const struct layout *layout_find(const char *name);

/* Whether TEXT may stand for an exchange, a routing key or a queue: short enough, every % known. */
bool layout_pattern_valid(const char *text);

/* PATTERN, valid, with TYPE in it; the caller frees. */
char *layout_expand(const char *pattern, enum dump_type type);

/* Whether TEXT is a kind of exchange that AMQP 0-9-1 has, or a plug-in's (x-...). */
bool layout_kind_valid(const char *text);

/* Whether TEXT is a queue type: classic, quorum, stream. */
bool layout_queue_type_valid(const char *text);

#endif
