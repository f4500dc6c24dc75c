/* SPDX-License-Identifier: MIT */
/*
 * The window: messages that were handed over and are not settled yet, in the order
 * in which they came. A message waits, flies under a delivery tag, and is then
 * confirmed, or held for another try because the broker returned it (no queue) or
 * refused it (nack). Messages leave the window only at its low end: what has left is the
 * low-water mark below which all is settled.
 *
 * Tags are numbered from 1 for each channel and given in the order of flying, which
 * is not the order of messages once some fly again; they are looked up by number.
 */
#ifndef DX_PUBLISH_WINDOW_H
#define DX_PUBLISH_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "publish/latency.h"
#include "publish/message.h"

enum window_state { WINDOW_WAITING, WINDOW_FLYING, WINDOW_HELD, WINDOW_CONFIRMED, WINDOW_REJECTED };

struct window_entry {
	struct message message; /* body belongs to the window */
	uint64_t tag; /* while flying */
	int64_t flown_ns; /* since when (clock_ns) */
	enum window_state state;
	bool returned; /* flying, and a basic.return came: its ack will not count */
	const char *reason; /* of a rejection; static or owned by the caller */
};

struct window;

/* Takes up to MESSAGES messages and about BYTES bytes of bodies. */
struct window *window_new(size_t messages, size_t bytes);
void window_free(struct window *w);

bool window_full(const struct window *w);

/* Whether an eighth of it is free again: then filling it up is worth a write. */
bool window_roomy(const struct window *w);

bool window_empty(const struct window *w);

/* How many entries fly, that is wait for an answer, and how many are held. */
size_t window_flying(const struct window *w);
size_t window_held(const struct window *w);

/* Adds a copy of M, waiting. Only if the window is not full. */
void window_add(struct window *w, const struct message *m);

/* The first waiting entry, or NULL. Cheap: it goes on from where it was last. */
struct window_entry *window_next_waiting(struct window *w);

/* Lets ENTRY, which waits, fly under the next tag, at NOW_NS. */
void window_fly(struct window *w, struct window_entry *entry, int64_t now_ns);

/* How an answer of the broker came out. */
enum window_answer {
	WINDOW_UNKNOWN_TAG, /* never given, or answered before */
	WINDOW_GOOD, /* all confirmed */
	WINDOW_HELD_SOME /* some are held now: returned before, or a nack */
};

/* basic.ack, or basic.nack if ACK is false, of TAG, or of all up to TAG with MULTIPLE. AMQP lets 0
 * stand for all that are outstanding; what has come to the broker of those that fly nobody knows,
 * so it is unknown. NOW_NS is when it came. */
enum window_answer window_answer(struct window *w, uint64_t tag, bool multiple, bool ack,
    int64_t now_ns);

/* How long confirms took. */
const struct latency *window_latency(const struct window *w);

/*
 * basic.return of a message with this body and one of TYPES, those that go where it went. AMQP
 * gives no tag with it, but returns come in the order of flying and before their acks: it is the
 * first flying message after the one returned last that is the same. Were an equal one taken for
 * it, what is sent again would be the same bytes to the same place. Returns the entry, or NULL if
 * none fits.
 */
struct window_entry *window_return(struct window *w, const bool types[DUMP_TYPES], const char *body,
    size_t len);

/* Lets the first held entry wait again and returns true; false if none is held. */
bool window_release_first(struct window *w);

/* Lets all held entries wait again. */
void window_release(struct window *w);

/* The channel is gone: all that fly or are held wait again, and tags start at 1. */
void window_ground(struct window *w);

/* Rejects all unconfirmed messages longer than MAX bytes. Returns how many. */
size_t window_reject_longer(struct window *w, size_t max, const char *reason);

/*
 * Takes the lowest entry out if it is settled. It is lent until the next call
 * of any function here. NULL if the lowest is not settled or there is none.
 */
const struct window_entry *window_take_settled(struct window *w);

/* The lowest entry that is held, or NULL: what a message is about. */
const struct window_entry *window_first_held(const struct window *w);

#endif
