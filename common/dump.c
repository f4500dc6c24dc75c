/* SPDX-License-Identifier: MIT */
/* What the files of a month are called. */
#include "common/dump.h"

#include <stdio.h>
#include <string.h>

static const char *const names[DUMP_TYPES] = {"artists", "labels", "masters", "releases"};

const char *
dump_type_name(enum dump_type type)
{
	return names[type];
}

int
dump_type_parse(const char *text, enum dump_type *out)
{
	for (int i = 0; i < DUMP_TYPES; i++) {
		if (strcmp(text, names[i]) == 0) {
			*out = (enum dump_type)i;
			return 0;
		}
	}
	return -1;
}

static int
two_digits(const char *p)
{
	return (p[0] - '0') * 10 + (p[1] - '0');
}

bool
dump_version_valid(const char *text)
{
	static const int month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (strlen(text) != 8 || strspn(text, "0123456789") != 8)
		return false;
	int year = two_digits(text) * 100 + two_digits(text + 2);
	int month = two_digits(text + 4), day = two_digits(text + 6);
	if (year < 2000 || month < 1 || month > 12)
		return false;
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return day >= 1 && day <= month_days[month - 1] + (month == 2 && leap);
}

char *
dump_file_name(char *out, const char *version, enum dump_type type)
{
	snprintf(out, DUMP_FILE_SIZE, "discogs_%s_%s.xml.gz", version, names[type]);
	return out;
}

int
dump_file_parse(const char *name, char *version, enum dump_type *type)
{
	char expected[DUMP_FILE_SIZE];

	if (strncmp(name, "discogs_", 8) != 0 || strlen(name) < 17)
		return -1;
	memcpy(version, name + 8, 8);
	version[8] = '\0';
	if (!dump_version_valid(version))
		return -1;
	for (int i = 0; i < DUMP_TYPES; i++) {
		if (strcmp(name, dump_file_name(expected, version, (enum dump_type)i)) == 0) {
			*type = (enum dump_type)i;
			return 0;
		}
	}
	return -1;
}
