/* SPDX-License-Identifier: MIT */
/*
 * A sink: where messages go. They are numbered by the order in which they are
 * sent; in that order each becomes settled, that is published for certain (confirmed and
 * routed, or on disk) or rejected for good. The sink tells so by a callback and
 * never otherwise. Another destination is an entry in sink.c.
 *
 * Functions return EX_OK or the exit status with which the program has to end; then
 * a message was written, and only sink_drain and sink_close may follow. STOP_STATUS
 * means that a signal asked for the end (common/stop.h).
 */
#ifndef DX_PUBLISH_SINK_H
#define DX_PUBLISH_SINK_H

#include <stdbool.h>
#include <stdint.h>

#include "publish/message.h"
#include "publish/settings.h"

/*
 * MESSAGE, lent, is settled: published if REASON is NULL, else rejected, and why. Of a published
 * one only `control` is good. Called from within the functions below. What it returns other than
 * EX_OK ends the work.
 */
typedef int sink_settled(void *context, const struct message *message, const char *reason);

/* What a sink is opened with; the settings must outlive it. */
struct sink_setup {
	const struct settings *settings;
	bool types[DUMP_TYPES]; /* those that may come */
	sink_settled *settled;
	void *context;
};

struct sink;

struct sink_ops {
	int (*start_file)(struct sink *sink, enum dump_type type, int64_t lines);
	int (*send)(struct sink *sink, const struct message *message);
	int (*broadcast)(struct sink *sink, const struct message *message);
	bool (*ready)(struct sink *sink);
	int (*wait)(struct sink *sink, int fd, int limit_ms, bool *readable);
	int (*settle)(struct sink *sink);
	int (*drain)(struct sink *sink, int64_t limit_ms);
	void (*close)(struct sink *sink);
};

/* What each kind of sink starts with. */
struct sink {
	const struct sink_ops *ops;
};

/* Opens the sink that the settings name, connected and ready. *STATUS as above; NULL unless EX_OK.
 */
struct sink *sink_open(const struct sink_setup *setup, int *status);

/* Data of TYPE begins. LINES: how many messages of this file were settled in earlier runs, for
 * sinks that can go back to there; -1 if nobody knows. */
int sink_start_file(struct sink *sink, enum dump_type type, int64_t lines);

/* Hands MESSAGE over; all of it is copied. Blocks while the window is full. */
int sink_send(struct sink *sink, const struct message *message);

/* Whether sink_send would not block now, and what it takes would go out. */
bool sink_ready(struct sink *sink);

/* sink_send to every place that messages of any type go to, once each; MESSAGE.type is ignored. */
int sink_broadcast(struct sink *sink, const struct message *message);

/*
 * Waits until FD, unless it is -1, can be read, *READABLE, for LIMIT_MS and a fraction of a second
 * at most, and serves the sink meanwhile. While the sink cannot take more it does not look at FD.
 */
int sink_wait(struct sink *sink, int fd, int limit_ms, bool *readable);

/* Does what may settle earlier what was sent, if that has a price: fsync for files. */
int sink_settle(struct sink *sink);

/*
 * Waits until all that was sent is settled. LIMIT_MS -1: for as long as the settings
 * allow; else so long at most, whatever signals came, without new tries, and EX_OK even if
 * something is left.
 */
int sink_drain(struct sink *sink, int64_t limit_ms);

/* Says goodbye and frees; NULL is allowed. What is not settled stays unknown. */
void sink_close(struct sink *sink);

#endif
