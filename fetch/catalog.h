/* SPDX-License-Identifier: MIT */
/*
 * What months there are: the listing pages of the dump server, read without trust.
 * Only links of the two known forms count, relative or under the same base URL:
 *
 *   ?prefix=data%2F2026%2F                                       a year
 *   ?download=data%2F2026%2Fdiscogs_20260701_releases.xml.gz     a file (or ..._CHECKSUM.txt)
 *
 * Whatever else stands in a page is passed over in silence; it may be hostile.
 */
#ifndef DX_FETCH_CATALOG_H
#define DX_FETCH_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/dump.h"

/* A month as far as a listing tells. */
struct month {
	char version[DUMP_VERSION_SIZE];
	bool checksum; /* its CHECKSUM is there: the last to be published */
	bool has[DUMP_TYPES];
	/* Sizes in bytes, 0 if unknown. A page rounds to one decimal of its unit; this is the least
	 * that rounds so. */
	uint64_t bytes[DUMP_TYPES];
};

/* Months without order or doubles. Start it as {0}; free it by catalog_free. */
struct months {
	struct month *list;
	size_t count;
};

/* The newest years a root page links, newest first, into YEARS. Returns how many, 0 to MAX. */
size_t catalog_years(const char *page, const char *base, unsigned *years, size_t max);

/* Adds what the page of YEAR lists to MONTHS. Returns how many links of the form it has. */
size_t catalog_read_year(const char *page, const char *base, unsigned year, struct months *months);

/* Adds the file NAME of BYTES (0: unknown) to its month; false if it is no file of a month. */
bool catalog_add(struct months *months, const char *name, uint64_t bytes);

/* Oldest first. */
void catalog_sort(struct months *months);

/* Whether the month was published to its end: CHECKSUM, and every type but masters, which the
 * oldest months lack. */
bool catalog_complete(const struct month *month);

/* The newest complete month, NULL if there is none. It stays MONTHS's. */
const struct month *catalog_newest(const struct months *months);

/* Frees the list and leaves an empty one. */
void catalog_free(struct months *months);

/* Size of the name of a CHECKSUM file with its end. */
#define CATALOG_CHECKSUM_SIZE 40

/* Writes discogs_VERSION_CHECKSUM.txt to OUT (CATALOG_CHECKSUM_SIZE bytes). Returns OUT. */
char *catalog_checksum_name(char *out, const char *version);

#endif
