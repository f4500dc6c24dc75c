/* SPDX-License-Identifier: MIT */
/* Finding a member of the marker by its path. */
#ifndef DX_MARKER_LOOKUP_H
#define DX_MARKER_LOOKUP_H

#include <stdbool.h>

#include <json-c/json.h>

/*
 * Finds the value at PATH under ROOT: a JSON pointer (RFC 6901) if it starts with '/',
 * else names joined by dots, where a name may hold dots itself as those of files do
 * (the longest that fits counts) and a number is a place in an array; a dot in front
 * is allowed, as jq writes it, and alone it is ROOT. False if nothing is there; else
 * *FOUND is lent, NULL for JSON's null.
 */
bool lookup(struct json_object *root, const char *path, struct json_object **found);

#endif
