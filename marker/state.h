/* SPDX-License-Identifier: MIT */
/*
 * The document in memory: a whole marker in the present shape, whatever it was
 * read from. Operations change members through value.h and let the functions here
 * derive what can be derived, so that no counter is ever added to twice.
 */
#ifndef DX_MARKER_STATE_H
#define DX_MARKER_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include <json-c/json.h>

#include "common/buf.h"

/* The most messages that a phase keeps in its errors; the oldest go first. A month that fails every
 * minute must not grow its marker for ever. */
#define STATE_ERRORS_MAX 100

struct state {
	struct json_object *root; /* owned; what follows are its members, lent */
	struct json_object *download;
	struct json_object *processing;
	struct json_object *publishing;
	struct json_object *summary;
	bool was_reset; /* by state_reset: the one that was read is to be kept */
};

/* Returns a marker of nothing yet for the month VERSION. state_free(NULL) is allowed. */
struct state *state_new(const char *version);
void state_free(struct state *s);

/*
 * Reads the LEN bytes at TEXT, which a NUL follows. NULL if they are not a marker of
 * the month VERSION (NULL: of any): *WHY then says what is wrong, for the caller to free.
 */
struct state *state_parse(const char *text, size_t len, const char *version, char **why);

/* Appends the marker as it is stored: indented by two, LF at the end. */
void state_print(const struct state *s, struct buf *out);

/* The month, lent. */
const char *state_version(const struct state *s);

/* Starts the same month afresh, and notes it. */
void state_reset(struct state *s);

/* Sets last_updated to now. */
void state_touch(struct state *s);

/* The entry of FILE, lent; find gives NULL if there is none, make a new pending one. */
struct json_object *state_find_download(const struct state *s, const char *file);
struct json_object *state_make_download(struct state *s, const char *file);
struct json_object *state_find_progress(const struct state *s, const char *file);
struct json_object *state_make_progress(struct state *s, const char *file);

/* Removes the processing entry of FILE and what says elsewhere that it was processed. */
void state_drop_progress(struct state *s, const char *file);

/* Derives files_downloaded and bytes_downloaded from the entries. */
void state_count_downloads(struct state *s);

/* Derives files_processed, records_extracted, messages_published and batches_sent. */
void state_count_progress(struct state *s);

/* Sets files_by_type for the type that FILE's name tells; NULL removes it. Other names have none.
 */
void state_set_type(struct state *s, const char *file, const char *status);

/* Takes back that the month was completed: a file of it is to be done again. */
void state_reopen(struct state *s);

/* Adds MESSAGE to the errors of PHASE, and drops old ones beyond STATE_ERRORS_MAX. */
void state_add_error(struct json_object *phase, const char *message);

#endif
