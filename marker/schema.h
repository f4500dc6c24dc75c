/* SPDX-License-Identifier: MIT */
/*
 * The shape of a marker: which members there are, in which order, of what type,
 * and what a marker that lacks one means; dx-marker(5). One table makes new markers,
 * checks those that are read, and brings old ones to the present shape.
 */
#ifndef DX_MARKER_SCHEMA_H
#define DX_MARKER_SCHEMA_H

#include <json-c/json.h>

/* The four states that a phase, a file and a month can be in. */
#define STATUS_PENDING	   "pending"
#define STATUS_IN_PROGRESS "in_progress"
#define STATUS_COMPLETED   "completed"
#define STATUS_FAILED	   "failed"

/*
 * Whether ROOT is a marker: an object whose known members have the right type, and
 * with those without which it would say nothing. If not, *WHY says which and what,
 * for the caller to free. Returns 0 or -1.
 */
int schema_check(struct json_object *root, char **why);

/*
 * Returns a copy of ROOT, which passed schema_check, with known members first and in
 * order, those that lack added as pending, 0, null or empty, and unknown ones behind
 * them as they are. The caller's; it shares values with ROOT.
 */
struct json_object *schema_fill(struct json_object *root);

/* Returns a marker of nothing yet, and entries for a file of which nothing is known. The caller's.
 */
struct json_object *schema_new(void);
struct json_object *schema_new_download(void);
struct json_object *schema_new_progress(void);

#endif
