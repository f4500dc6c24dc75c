/* SPDX-License-Identifier: MIT */
/*
 * The text of a marker, to and from json-c. Reading is strict (RFC 8259): json-c
 * alone would take NaN, 'quotes' and 1., which nobody else could read after we wrote
 * them back, and would change whole numbers that do not fit.
 */
#ifndef DX_MARKER_JSON_H
#define DX_MARKER_JSON_H

#include <stddef.h>

#include <json-c/json.h>

#include "common/buf.h"

/* How deep a marker may nest; its own members go four deep. */
#define JSON_DEPTH_MAX 64

/*
 * Reads the LEN bytes at TEXT, which a NUL follows, as one JSON object. The caller puts it. NULL
 * if they are anything else: *WHY then says what, for the caller to free.
 */
struct json_object *json_read(const char *text, size_t len, char **why);

/* Appends VALUE to OUT as it is stored: indented by two, empty objects and arrays on one line, LF
 * at the end. */
void json_print(struct json_object *value, struct buf *out);

/* Appends VALUE to OUT on one line without spaces, LF at the end. */
void json_print_line(struct json_object *value, struct buf *out);

#endif
