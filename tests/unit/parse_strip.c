/* SPDX-License-Identifier: MIT */
/* White space as Python's str.strip has it; tests/filter/parse-text.t asks Python itself. */
#include "parse/strip.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "tests/unit/unit.h"

/* Every character for which Python 3.11's str.isspace() is true, by code point. */
static const uint32_t spaces[] = {0x9, 0xa, 0xb, 0xc, 0xd, 0x1c, 0x1d, 0x1e, 0x1f, 0x20, 0x85, 0xa0,
    0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a,
    0x2028, 0x2029, 0x202f, 0x205f, 0x3000};

static size_t
encode(uint32_t c, char *out)
{
	unsigned char *u = (unsigned char *)out;

	if (c < 0x80) {
		u[0] = (unsigned char)c;
		return 1;
	}
	size_t len = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const unsigned char starts[] = {0, 0, 0xc0, 0xe0, 0xf0};
	for (size_t i = len; i-- > 1; c >>= 6)
		u[i] = (unsigned char)(0x80 | (c & 0x3f));
	u[0] = (unsigned char)(starts[len] | c);
	return len;
}

static bool
is_listed(uint32_t c)
{
	for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++)
		if (spaces[i] == c)
			return true;
	return false;
}

/* Each character there is, before and behind a letter, and alone. */
START_TEST(every_character)
{
	for (uint32_t c = 0; c <= 0x10ffff; c++) {
		char text[16];
		if (c >= 0xd800 && c <= 0xdfff)
			continue;
		size_t n = encode(c, text);
		text[n] = 'x';
		memcpy(text + n + 1, text, n);
		struct slice s = strip_unicode((struct slice){text, n + 1 + n});
		struct slice alone = strip_unicode((struct slice){text, n});
		bool space = is_listed(c);
		if (s.len != (space ? 1 : n + 1 + n) || s.data != (space ? text + n : text) ||
		    alone.len != (space ? 0 : n))
			ck_abort_msg("U+%04X is taken for the wrong thing", (unsigned)c);
	}
}
END_TEST

START_TEST(runs)
{
	static const struct {
		const char *text;
		const char *wanted;
	} cases[] = {
	    {"", ""},
	    {"x", "x"},
	    {" \t\r\n", ""},
	    {" \xc2\xa0\xe3\x80\x80x y\xe2\x80\xa8\xe2\x80\x89\x1f ", "x y"},
	    {"\xe2\x80\x8bx\xe2\x80\x8b", "\xe2\x80\x8bx\xe2\x80\x8b"},
	    {"\xef\xbb\xbfx ", "\xef\xbb\xbfx"},
	    /* bytes that end as a space does */
	    {"\xe4\xb8\x80 \xe3\x82\xa0", "\xe4\xb8\x80 \xe3\x82\xa0"},
	    {"\xc3\xa0", "\xc3\xa0"},
	    {"\xc3\x85", "\xc3\x85"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct slice s = strip_unicode(
		    (struct slice){cases[i].text, strlen(cases[i].text)});
		ck_assert_uint_eq(s.len, strlen(cases[i].wanted));
		ck_assert(memcmp(s.data, cases[i].wanted, s.len) == 0);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("parse_strip");
	TCase *tc = tcase_create("strip");

	tcase_add_test(tc, every_character);
	tcase_add_test(tc, runs);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
