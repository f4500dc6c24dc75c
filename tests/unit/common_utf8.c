/* SPDX-License-Identifier: MIT */
/* Which bytes are UTF-8: every sequence of up to four, against the table of RFC 3629. */
#include "common/utf8.h"

#include <stdint.h>
#include <string.h>

#include "tests/unit/unit.h"

/* RFC 3629, section 4, as its grammar has it. */
static bool
is_sequence(const unsigned char *p, size_t len)
{
	bool tail2 = len > 1 && p[1] >= 0x80 && p[1] <= 0xbf;
	bool tail3 = len > 2 && p[2] >= 0x80 && p[2] <= 0xbf;
	bool tail4 = len > 3 && p[3] >= 0x80 && p[3] <= 0xbf;

	switch (len) {
	case 1:
		return p[0] <= 0x7f;
	case 2:
		return p[0] >= 0xc2 && p[0] <= 0xdf && tail2;
	case 3:
		return tail3 && tail2 &&
		    ((p[0] == 0xe0 && p[1] >= 0xa0) || (p[0] >= 0xe1 && p[0] <= 0xec) ||
			(p[0] == 0xed && p[1] <= 0x9f) || p[0] == 0xee || p[0] == 0xef);
	case 4:
		return tail4 && tail3 && tail2 &&
		    ((p[0] == 0xf0 && p[1] >= 0x90) || (p[0] >= 0xf1 && p[0] <= 0xf3) ||
			(p[0] == 0xf4 && p[1] <= 0x8f));
	default:
		return false;
	}
}

/* Whether any character starts the bytes at P. */
static bool
starts_character(const unsigned char *p, size_t left)
{
	for (size_t n = 1; n <= left && n <= 4; n++)
		if (is_sequence(p, n))
			return true;
	return false;
}

/* All of one, two and three bytes, and four where the fourth is at an edge. */
START_TEST(every_sequence)
{
	static const unsigned char edges[] = {0x00, 0x7f, 0x80, 0xbf, 0xc0, 0xff};

	for (uint32_t n = 0; n < 1u << 24; n++) {
		unsigned char p[4] = {(unsigned char)(n >> 16), (unsigned char)(n >> 8),
		    (unsigned char)n, edges[n % sizeof edges]};
		/* ASCII and what cannot start a character need fewer tries. */
		if ((p[0] < 0xc0 || p[1] < 0x70) && p[2] != 0x80)
			continue;
		size_t valid = utf8_stop((const char *)p, 4);
		if ((valid > 0) != starts_character(p, 4))
			ck_abort_msg("%02x %02x %02x %02x", p[0], p[1], p[2], p[3]);
	}
}
END_TEST

START_TEST(where_it_stops)
{
	char text[64];

	for (size_t len = 1; len <= sizeof text; len++) {
		memset(text, 'x', len);
		ck_assert_uint_eq(utf8_stop(text, len), len);
		for (size_t at = 0; at < len; at++) {
			text[at] = '\xff';
			if (utf8_stop(text, len) != at)
				ck_abort_msg("a wrong byte at %zu of %zu is not found", at, len);
			text[at] = 'x';
		}
		/* A character that is cut by the end. */
		text[len - 1] = '\xe2';
		ck_assert_uint_eq(utf8_stop(text, len), len - 1);
	}
	ck_assert_uint_eq(utf8_stop("", 0), 0);
	ck_assert(utf8_valid("\xc3\xa4"));
	/* The end of a terminated text ends a character too. */
	ck_assert(!utf8_valid("a\xe2\x80"));
	ck_assert_uint_eq(utf8_length("\xe2\x80", UTF8_TERMINATED), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("common/utf8");
	TCase *tc = tcase_create("utf8");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, every_sequence);
	tcase_add_test(tc, where_it_stops);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
