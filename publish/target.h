/* SPDX-License-Identifier: MIT */
/*
 * The target: what of the options decides which message bodies go where, as one line of text.
 * A file is gone on with only if its first records went to the same target; the marker keeps it
 * (dx-marker(5), `options`). Window, intervals, credentials and the like change nothing.
 *
 *     file:/srv/out
 *     amqp://h:5672/, topic discogsography-exchange, key %t, queues a-%t b-%t quorum
 *     strict; file:/srv/out
 */
#ifndef DX_PUBLISH_TARGET_H
#define DX_PUBLISH_TARGET_H

#include "publish/settings.h"

/* The target of S; the caller frees. Always UTF-8 without control characters; the order in which
 * servers and queues were given does not show, nor does a user or password. */
char *target_text(const struct settings *s);

/* The same behind what dx-parse says of its own OPTIONS, which may be empty; the caller frees. */
char *target_of_file(const struct settings *s, const char *options);

/* The target in TEXT, which target_of_file made; lent. */
const char *target_find(const char *text);

#endif
