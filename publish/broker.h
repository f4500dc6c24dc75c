/* SPDX-License-Identifier: MIT */
/* One working connection to one of several servers. */
#ifndef DX_PUBLISH_BROKER_H
#define DX_PUBLISH_BROKER_H

#include <stdbool.h>
#include <stddef.h>

#include "publish/link.h"
#include "publish/settings.h"

/*
 * Tries each server once, the one after *SERVER first, until one lets us in with all
 * that the layout needs for TYPES. Returns the link and its number in *SERVER; else
 * NULL and *F of the server that was tried last, or of the first that no other try can help.
 */
struct link *broker_connect(const struct settings *s, const bool types[DUMP_TYPES], size_t *server,
    struct failure *f);

#endif
