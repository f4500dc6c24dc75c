/* SPDX-License-Identifier: MIT */
/* Where a piece of XML markup ends: tags with their quotes, comments, CDATA sections, instructions.
 */
#ifndef DX_PARSE_MARKUP_H
#define DX_PARSE_MARKUP_H

#include <stdbool.h>
#include <stddef.h>

enum markup_kind {
	MARKUP_MORE, /* its end is not in the text */
	MARKUP_START, /* <name ...> */
	MARKUP_EMPTY, /* <name .../> */
	MARKUP_END, /* </name> */
	MARKUP_COMMENT, /* <!-- -->, or an instruction <? ?> */
	MARKUP_CDATA, /* <![CDATA[ ]]> */
	MARKUP_DECLARATION, /* <!DOCTYPE and the like: no dump has one */
	MARKUP_BAD /* none of these: not well-formed */
};

/*
 * What starts at P, a `<`, in the text that ends at END. *NEXT becomes the place behind
 * it, unless the kind is MARKUP_MORE, MARKUP_DECLARATION or MARKUP_BAD.
 */
enum markup_kind markup_scan(const char *p, const char *end, const char **next);

/* Whether the tag at P (`<name` or `</name`, at least two bytes) has the name NAME of LEN bytes, in
 * a text that ends at END. */
bool markup_has_name(const char *p, const char *end, const char *name, size_t len);

#endif
