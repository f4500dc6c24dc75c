/* SPDX-License-Identifier: MIT */
/* The CHECKSUM file of a month. */
#include "fetch/checksum.h"

#include <stdbool.h>
#include <string.h>

#include "common/log.h"

#define HEX_DIGITS (DIGEST_TEXT_SIZE - 1)

enum line_kind { LINE_FILE, LINE_OTHER_FILE, LINE_EMPTY, LINE_BAD };

/* Copies the digits of a sum in lower case; -1 if they are none. */
static int
read_sum(const char *line, size_t len, char *sum)
{
	if (len <= HEX_DIGITS)
		return -1;
	for (size_t i = 0; i < HEX_DIGITS; i++)
		sum[i] = line[i] >= 'A' && line[i] <= 'F' ? (char)(line[i] - 'A' + 'a') : line[i];
	sum[HEX_DIGITS] = '\0';
	return digest_valid(sum) ? 0 : -1;
}

/* The place of the name in a line, behind the sum and any of the three separators; NULL if bad. */
static const char *
find_name(const char *line, const char *end)
{
	const char *p = line + HEX_DIGITS;

	if (p >= end || *p++ != ' ')
		return NULL;
	if (p < end && (*p == ' ' || *p == '*'))
		p++;
	if (p == end || memchr(p, ' ', (size_t)(end - p)) != NULL)
		return NULL;
	return p;
}

/* Whether the LEN bytes at NAME begin as the name of a file of VERSION does. */
static bool
is_of_month(const char *name, size_t len, const char *version)
{
	static const char prefix[] = "discogs_";
	size_t before = strlen(prefix), digits = strlen(version);

	return len > before + digits && memcmp(name, prefix, before) == 0 &&
	    memcmp(name + before, version, digits) == 0 && name[before + digits] == '_';
}

static enum line_kind
read_line(const char *line, size_t len, const char *version, char *sum, enum dump_type *type)
{
	char name[DUMP_FILE_SIZE], file_version[DUMP_VERSION_SIZE];

	while (len > 0 && strchr(" \t\r", line[len - 1]) != NULL && line[len - 1] != '\0')
		len--;
	if (len == 0)
		return LINE_EMPTY;
	const char *end = line + len;
	const char *start = read_sum(line, len, sum) == 0 ? find_name(line, end) : NULL;
	if (start == NULL || memchr(start, '\0', (size_t)(end - start)) != NULL)
		return LINE_BAD;
	size_t name_len = (size_t)(end - start);
	enum line_kind unknown = is_of_month(start, name_len, version) ? LINE_BAD : LINE_OTHER_FILE;
	if (name_len >= sizeof name)
		return unknown;
	memcpy(name, start, name_len);
	name[name_len] = '\0';
	if (dump_file_parse(name, file_version, type) != 0 || strcmp(file_version, version) != 0)
		return unknown;
	return LINE_FILE;
}

/* Keeps SUM for TYPE; -1 if another is known. */
static int
keep(struct checksums *out, enum dump_type type, const char *sum)
{
	char *kept = out->sha256[type];

	if (*kept != '\0' && strcmp(kept, sum) != 0)
		return -1;
	memcpy(kept, sum, DIGEST_TEXT_SIZE);
	return 0;
}

int
checksum_parse(const char *where, const char *text, size_t len, const char *version,
    struct checksums *out)
{
	const char *end = text + len;
	unsigned number = 0, bad = 0;

	*out = (struct checksums){0};
	for (const char *line = text; line < end;) {
		char sum[DIGEST_TEXT_SIZE];
		enum dump_type type;
		const char *lf = memchr(line, '\n', (size_t)(end - line));
		const char *stop = lf != NULL ? lf : end;

		number++;
		enum line_kind kind = read_line(line, (size_t)(stop - line), version, sum, &type);
		if ((kind == LINE_BAD || (lf == NULL && kind != LINE_EMPTY)) && bad == 0)
			bad = number;
		if (kind == LINE_FILE && keep(out, type, sum) != 0) {
			log_error("%s: line %u: a second, different sum for the %s file", where,
			    number, dump_type_name(type));
			return -1;
		}
		line = stop + 1;
	}
	if (bad != 0 && checksum_count(out) == DUMP_TYPES) {
		log_warn("%s: line %u is no whole checksum line; all files are named", where, bad);
	} else if (bad != 0) {
		log_error("%s: line %u is no whole checksum line", where, bad);
		return -1;
	}
	if (checksum_count(out) == 0) {
		log_error("%s: names no file of %s", where, version);
		return -1;
	}
	return 0;
}

unsigned
checksum_count(const struct checksums *sums)
{
	unsigned count = 0;

	for (int i = 0; i < DUMP_TYPES; i++)
		count += sums->sha256[i][0] != '\0';
	return count;
}
