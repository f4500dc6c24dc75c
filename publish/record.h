/* SPDX-License-Identifier: MIT */
/*
 * What has to be known of a line before it is published: that it is one JSON
 * value in UTF-8 (RFC 8259), and three members of the record.
 */
#ifndef DX_PUBLISH_RECORD_H
#define DX_PUBLISH_RECORD_H

#include <stddef.h>

/* The text of a member as it stands in the line, lent; NULL and 0 if the line has none that can be
 * used as it is (no string or number, or with escapes). */
struct record_text {
	const char *data;
	size_t len;
};

struct record {
	struct record_text type;
	struct record_text id;
	struct record_text sha256;
};

/*
 * Checks that the LEN bytes at LINE, which a NUL follows, are exactly one JSON
 * value, white space around it allowed, at most PUBLISH_DEPTH_MAX deep. *OUT gets the
 * members `type`, `id` and `sha256` of the outermost object, the first of each
 * name. Returns NULL if all is well, else what is wrong, for a message, and *AT the
 * offset of the byte where it is.
 */
const char *record_scan(const char *line, size_t len, struct record *out, size_t *at);

#endif
