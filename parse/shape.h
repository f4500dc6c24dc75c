/* SPDX-License-Identifier: MIT */
/*
 * From a record's tree to its line of JSON. Shapes are what consumers expect a
 * record to look like; dx-record(5) is the specification.
 */
#ifndef DX_PARSE_SHAPE_H
#define DX_PARSE_SHAPE_H

#include "common/buf.h"
#include "common/dump.h"
#include "parse/tree.h"

struct shape;

/* The shape called NAME ("discogsography", "xmltodict"), or NULL. The first of them is the default.
 */
const struct shape *shape_find(const char *name);
const char *shape_name(const struct shape *shape);

/* The element name of a record of TYPE: "artist" for artists. The root element has the type's own
 * name. */
const char *shape_record_name(enum dump_type type);

/* What writes records of one shape and type, for one thread. */
struct shaper;
struct shaper *shaper_new(const struct shape *shape, enum dump_type type);
void shaper_free(struct shaper *s);

/*
 * Appends the line for RECORD, with its LF, to OUT. Returns NULL, or why the record has
 * to be rejected, a constant; OUT is then unchanged.
 */
const char *shaper_write(struct shaper *s, const struct node *record, struct buf *out);

#endif
