/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target for the CHECKSUM file of a month: every sum stands in the text before its
 * file's name, and the same sums come of the file written in each of the three forms there are, in
 * either order. Cut at a line's end, it never says anything else.
 */
#include "tests/fuzz/fuzz.h"

#include <strings.h>

#include "common/buf.h"
#include "fetch/checksum.h"

#define VERSION "20260801"

/* Whether the text, which a NUL follows, has a line with SUM and the name of the file of TYPE. */
static bool
says_so(const char *text, size_t len, const char *sum, enum dump_type type)
{
	char name[DUMP_FILE_SIZE];

	dump_file_name(name, VERSION, type);
	for (size_t at = 0; at + DIGEST_TEXT_SIZE <= len; at++) {
		const char *p = text + at + DIGEST_TEXT_SIZE - 1;
		if (strncasecmp(text + at, sum, DIGEST_TEXT_SIZE - 1) != 0 || *p++ != ' ')
			continue;
		p += *p == ' ' || *p == '*';
		if (strncmp(p, name, strlen(name)) == 0)
			return true;
	}
	return false;
}

/* Writes SUMS as a file, with SEPARATOR and line ends as given, and reads it again. */
static void
read_again(const struct checksums *sums, const char *separator, const char *end, bool backwards)
{
	struct checksums again;
	struct buf text = {0};

	for (int i = 0; i < DUMP_TYPES; i++) {
		int type = backwards ? DUMP_TYPES - 1 - i : i;
		char name[DUMP_FILE_SIZE];
		if (sums->sha256[type][0] != '\0')
			buf_printf(&text, "%s%s%s%s", sums->sha256[type], separator,
			    dump_file_name(name, VERSION, (enum dump_type)type), end);
	}
	REQUIRE(checksum_parse("again", text.data, text.len, VERSION, &again) == 0);
	REQUIRE(memcmp(sums, &again, sizeof again) == 0);
	buf_free(&text);
}

/* The text up to some line's end: no other sum comes of it. */
static void
check_cut(const char *text, size_t len, const struct checksums *sums)
{
	struct checksums cut;

	for (size_t at = 0; at < len; at++) {
		if (text[at] != '\n' || checksum_parse("cut", text, at + 1, VERSION, &cut) != 0)
			continue;
		for (int i = 0; i < DUMP_TYPES; i++)
			REQUIRE(cut.sha256[i][0] == '\0' ||
			    strcmp(cut.sha256[i], sums->sha256[i]) == 0);
	}
}

static void
fuzz_one(const uint8_t *data, size_t size)
{
	struct checksums sums, twice;
	char *text = fuzz_text(data, size);

	if (checksum_parse("fuzz", text, size, VERSION, &sums) == 0) {
		REQUIRE(checksum_count(&sums) >= 1 && checksum_count(&sums) <= DUMP_TYPES);
		for (int i = 0; i < DUMP_TYPES; i++) {
			const char *sum = sums.sha256[i];
			REQUIRE(*sum == '\0' ||
			    (digest_valid(sum) && says_so(text, size, sum, (enum dump_type)i)));
		}
		read_again(&sums, " ", "\n", false);
		read_again(&sums, " *", "\r\n", true);
		read_again(&sums, "  ", " \t\n\n", false);
		check_cut(text, size, &sums);
		REQUIRE(checksum_parse("twice", text, size, VERSION, &twice) == 0 &&
		    memcmp(&sums, &twice, sizeof sums) == 0);
	}
	free(text);
}
