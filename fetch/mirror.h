/* SPDX-License-Identifier: MIT */
/*
 * Months in a local folder, used in place: files under their own names in the folder
 * itself, in YYYY/ or in data/YYYY/ below it.
 */
#ifndef DX_FETCH_MIRROR_H
#define DX_FETCH_MIRROR_H

#include "fetch/catalog.h"
#include "fetch/checksum.h"

/* Lists what the folder ROOT holds into MONTHS. 0, or EX_NOINPUT after a message: no such folder.
 */
int mirror_months(const char *root, struct months *months);

/* The path of the file NAME of the month VERSION, for the caller to free; NULL if it is not there.
 */
char *mirror_find(const char *root, const char *version, const char *name);

/*
 * Reads the CHECKSUM of VERSION. 0; EX_NOINPUT if there is none, without a message;
 * EX_IOERR or EX_DATAERR after one.
 */
int mirror_checksums(const char *root, const char *version, struct checksums *sums);

#endif
