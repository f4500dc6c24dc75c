/* SPDX-License-Identifier: MIT */
/*
 * The CHECKSUM file of a month: what files it has, and the SHA-256 of each. Lines are
 * 64 hex digits and a file name, with one space, two, or a space and `*` between
 * (from 2008 to today all three were written).
 */
#ifndef DX_FETCH_CHECKSUM_H
#define DX_FETCH_CHECKSUM_H

#include <stddef.h>

#include "common/digest.h"
#include "common/dump.h"

/* The most bytes of such a file that are read: the true ones have 388. */
#define CHECKSUM_MAX_BYTES (64u << 10)

struct checksums {
	char sha256[DUMP_TYPES][DIGEST_TEXT_SIZE]; /* empty: the month has no such file */
};

/*
 * Reads the LEN bytes at TEXT, the CHECKSUM of VERSION, into *OUT; WHERE names it in
 * messages. Lines of other files are passed over. A line that is none is a warning if
 * all types are there in spite of it, and else an error, since the missing one may be
 * what it spoils; so is a file of the month with a name that is none, and a last line
 * without its LF: both may have been cut. -1 after a message for that, for a file named
 * twice with different sums, and for a text that names no file of the month.
 */
int checksum_parse(const char *where, const char *text, size_t len, const char *version,
    struct checksums *out);

/* How many files the month has. */
unsigned checksum_count(const struct checksums *sums);

#endif
