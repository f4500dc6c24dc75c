/* SPDX-License-Identifier: MIT */
/*
 * A file that is being downloaded: NAME.part beside its final name, hashed while it is
 * written, and NAME.part.validator with what the server must still say so that the rest may be
 * appended. The order of writing keeps the two true to each other: the part is
 * emptied, durably, before a new validator is kept, and an empty part is never resumed.
 *
 * The final name appears only by part_publish. Any process may die at any instruction.
 */
#ifndef DX_FETCH_PART_H
#define DX_FETCH_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/digest.h"

struct part;

/*
 * Opens FINAL's part, makes an empty one if there is none, and hashes what it holds.
 * 0, EX_IOERR after a message, or STOP_STATUS; *OUT is then NULL.
 */
int part_open(const char *final, struct part **out);

/* Keeps what was written for the next time; NULL is allowed. */
void part_close(struct part *p);

/* How many bytes it holds. */
uint64_t part_bytes(const struct part *p);

/* The digest of them; SHA256 has DIGEST_TEXT_SIZE bytes. */
void part_sha256(const struct part *p, char *sha256);

/* What If-Range must carry to get the rest; NULL if there is nothing to resume. */
const char *part_validator(const struct part *p);

/* Empties it; VALIDATOR (may be empty: cannot be resumed) belongs to what will be written. 0, or -1
 * after a message. */
int part_restart(struct part *p, const char *validator);

/* Appends. 0, or -1 after a message. */
int part_append(struct part *p, const void *data, size_t len);

/* How many bytes its disk still takes, into *ROOM; -1 if that cannot be known. */
int part_room(const struct part *p, uint64_t *room);

/* Makes it durable under its final name: fsync, rename, fsync of the folder. 0, or -1 after a
 * message. The part is used up: only part_close may follow. */
int part_publish(struct part *p);

#endif
