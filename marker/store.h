/* SPDX-License-Identifier: MIT */
/*
 * The marker on disk: NAME, the generation before it in NAME.bak, and NAME.lock.
 *
 * A change takes the lock, reads, changes, replaces the file durably (common/io.h)
 * and lets the lock go. The lock is a flock(2) on a file of its own that is never renamed nor
 * removed: NAME gets a new inode with each change, and a lock on the old one would guard
 * nothing; and it ends with its holder, however that dies. While it is held,
 * SIGTERM, SIGINT and SIGHUP wait, so that only kill -9 or a power cut can end a change half way,
 * and those find the marker before or the marker after.
 *
 * A question takes no lock: what stands under NAME is whole at every moment.
 *
 * What stands there and is no marker is never overwritten: before a good one
 * replaces it, it gets the further name NAME.corrupt-TIME, by link(2), which takes no
 * name that is taken and leaves no moment without a NAME. The .bak is then not renewed.
 * A good one that is reset gets the further name NAME.reset-TIME.
 */
#ifndef DX_MARKER_STORE_H
#define DX_MARKER_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "marker/state.h"

/* The largest marker that is read. One of a whole month has 5 KB. */
#define STORE_BYTES_MAX (16u << 20)

struct store;

/* The month that the name of the file PATH says, .extraction_status_YYYYMMDD.json; NULL if it has
 * another form. The caller frees. */
char *store_month_of(const char *path);

/*
 * The marker at PATH, of the month VERSION. NULL for VERSION: the month is in the name
 * if that is .extraction_status_YYYYMMDD.json, else in the file. STRICT refuses a
 * damaged marker instead of starting from the one before. Copies both texts. A symbolic link
 * stands for its file: .bak and .lock lie beside that.
 */
struct store *store_open(const char *path, const char *version, bool strict);

/* Lets the lock go if it is held, and frees. NULL is allowed. */
void store_close(struct store *st);

/*
 * Takes the lock, trying for TIMEOUT_MS. Returns EX_OK, or after a message EX_TEMPFAIL if
 * the time went by or a stop was asked for, EX_NOINPUT if there is no such folder, EX_IOERR.
 */
int store_lock(struct store *st, int64_t timeout_ms);

/* Lets the lock go; a signal that came meanwhile comes now. */
void store_unlock(struct store *st);

/*
 * Reads the marker into *OUT, the caller's: a new one if there is none, and after a
 * warning the .bak or a new one if it is damaged. A marker of another month is damaged
 * if the file's name says that it is of VERSION; if VERSION alone says so, it may as well be a slip
 * of the pen, and the marker is good. Returns EX_OK, or after a message EX_DATAERR for that, or if
 * it is damaged and must not be, EX_USAGE if a new one would have no month, EX_IOERR if it or then
 * the .bak cannot be read.
 */
int store_load(struct store *st, struct state **out);

/* Whether what store_load gave is not what stands on disk. */
bool store_damaged(const struct store *st);

/* Puts the marker in the place of the one that store_load read. Returns EX_OK, or EX_IOERR after a
 * message. Only under the lock. */
int store_save(struct store *st, const struct state *s);

#endif
