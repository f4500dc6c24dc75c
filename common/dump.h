/* SPDX-License-Identifier: MIT */
/*
 * What the files of a month are called. A fifth type of dump is an entry here and
 * one in parse/shape.c.
 */
#ifndef DX_COMMON_DUMP_H
#define DX_COMMON_DUMP_H

#include <stdbool.h>

enum dump_type {
	DUMP_ARTISTS,
	DUMP_LABELS,
	DUMP_MASTERS,
	DUMP_RELEASES,
	DUMP_TYPES /* how many there are */
};

/* Sizes with the end: 20260801, and discogs_20260801_releases.xml.gz. */
#define DUMP_VERSION_SIZE 9
#define DUMP_FILE_SIZE	  64

/* "artists", "labels", "masters", "releases". */
const char *dump_type_name(enum dump_type type);

/* Reads such a name; -1 if TEXT is none. */
int dump_type_parse(const char *text, enum dump_type *out);

/* Whether TEXT is a month's version: YYYYMMDD, a day that exists, from 2000 on. */
bool dump_version_valid(const char *text);

/* Writes discogs_VERSION_TYPE.xml.gz to OUT (DUMP_FILE_SIZE bytes). Returns OUT. */
char *dump_file_name(char *out, const char *version, enum dump_type type);

/* Takes such a name apart, VERSION (DUMP_VERSION_SIZE bytes) and *TYPE; -1 if NAME is not of
 * exactly that form. */
int dump_file_parse(const char *name, char *version, enum dump_type *type);

#endif
