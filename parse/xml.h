/* SPDX-License-Identifier: MIT */
/* The bytes of a record to its tree, by libxml2. */
#ifndef DX_PARSE_XML_H
#define DX_PARSE_XML_H

#include <stddef.h>

#include "parse/tree.h"

struct xml;

/* Prepares libxml2, once, before any thread starts. */
void xml_init(void);

/* A scanner for one thread. xml_free(NULL) is allowed. */
struct xml *xml_new(void);
void xml_free(struct xml *x);

/*
 * Parses the LEN bytes at DATA, one element of UTF-8 XML 1.0 without DOCTYPE, into
 * T, which is reset first. Limits are libxml2's own (no XML_PARSE_HUGE), entities but
 * the five of XML are unknown, nothing outside is ever read. 0, or -1 if it is
 * not well-formed: xml_reason then says why.
 */
int xml_parse(struct xml *x, const char *data, size_t len, struct tree *t);

/* Why the last xml_parse refused, one line; lives until the next. */
const char *xml_reason(const struct xml *x);

#endif
