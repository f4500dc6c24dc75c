/* SPDX-License-Identifier: MIT */
/*
 * What an operation of dx-marker is, and how its words on the command line or on a
 * line of a batch become a call of it. The table of operations is in main.c; a
 * further operation is one entry there and one function.
 */
#ifndef DX_MARKER_OPERATION_H
#define DX_MARKER_OPERATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "common/buf.h"
#include "marker/state.h"

/* The answer "no" to a question, as an exit status. */
#define OPERATION_NO 1

/* What a change returns that left the marker as it was; it is then not written. */
#define OPERATION_UNCHANGED (-1)

enum operation_kind {
	OPERATION_CHANGE, /* reads and writes the marker, under the lock */
	OPERATION_QUESTION, /* reads it */
	OPERATION_NO_MARKER, /* needs nothing but its name */
	OPERATION_RECORD, /* reads the marker if there is one, and writes beside it */
	OPERATION_BATCH /* stands for the operations on standard input */
};

/* Options that operations take, as bits. */
enum operation_option {
	WITH_SHA256 = 1 << 0,
	WITH_SHAPE = 1 << 1,
	WITH_RECORDS = 1 << 2,
	WITH_MESSAGES = 1 << 3,
	WITH_BATCHES = 1 << 4,
	WITH_POSITION = 1 << 5,
	WITH_RESUME = 1 << 6,
	WITH_OPTIONS = 1 << 7,
	WITH_NOW = 1 << 8,
	WITH_WATCH = 1 << 9,
	WITH_OUTPUT = 1 << 10,
	WITH_STALLED = 1 << 11,
	WITH_OVERDUE = 1 << 12,
	WITH_STATUS = 1 << 13,
	WITH_STARTED = 1 << 14,
	WITH_JSON = 1 << 15
};

#define OPERATION_NUMBERS_MAX 3

struct operation;
struct call;

/* Whether the operands make sense together; if not, a message was written. */
typedef bool operation_check(const struct call *c);

/* One operation with its operands, all checked. Texts are lent by whoever made it. */
struct call {
	const struct operation *operation;
	const char *marker; /* path of the marker */
	const char *folder; /* the one it lies in */
	size_t line; /* in a batch, from 1; else 0 */
	const char *file; /* the first F */
	char *const *files; /* F..., FILE_COUNT of them */
	size_t file_count;
	const char *text; /* MSG or PATH */
	int64_t numbers[OPERATION_NUMBERS_MAX]; /* in order, NUMBER_COUNT of them */
	size_t number_count;
	unsigned given; /* options given; what follows counts where its bit is set */
	const char *sha256;
	const char *shape;
	const char *options;
	int64_t records, messages, batches, position;
	int64_t now, started; /* seconds since 1970 */
	int64_t watch; /* seconds; 0: given without */
	int64_t stalled, overdue, status;
	const char *output;
};

/*
 * Does the call on the marker S; what it prints goes to OUT. Returns EX_OK, OPERATION_NO for
 * a question, OPERATION_UNCHANGED for a change, or another status after a message;
 * S is then not to be used.
 */
typedef int operation_run(struct state *s, const struct call *c, struct buf *out);

/* A table of them ends with one without a name. */
struct operation {
	const char *name;
	const char *usage; /* operands and options, for people */
	const char *help; /* one line, lower case, no full stop */
	enum operation_kind kind;
	const char *operands; /* a letter each: F file, N number, T text; a '+' behind F: or more */
	size_t required; /* so many operands there must be */
	unsigned options; /* may be given */
	unsigned required_options; /* must be given */
	bool any_month; /* without -V it is about the newest month of the folder */
	operation_check *check; /* or NULL */
	operation_run *run;
};

/* The operation NAME of TABLE, NULL if there is none. */
const struct operation *operation_find(const struct operation *table, const char *name);

/*
 * Makes CALL of the COUNT words at WORDS, the operation's name first. LINE is that of
 * the batch, or 0. The words are lent to CALL. 0, or -1 after a message with the
 * operation's usage.
 */
int operation_parse(const struct operation *table, char *const *words, size_t count, size_t line,
    struct call *call);

/* What time it is for CALL: that of --now, else that of the clock. */
time_t operation_now(const struct call *call);

/* An operation_check: what writes files or goes on for ever is no part of a change. */
bool operation_alone(const struct call *call);

/* Says what is wrong with CALL, with the operation's name and, in a batch, the line. */
void operation_complain(const struct call *call, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
