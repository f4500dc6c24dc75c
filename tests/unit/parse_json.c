/* SPDX-License-Identifier: MIT */
/* Strings as JSON, and which bytes are UTF-8. */
#include "parse/json.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

static void
check_string(const char *text, size_t len, const char *wanted)
{
	struct buf out = {0};

	buf_add_char(&out, '>');
	json_string(&out, (struct slice){text, len});
	buf_add_char(&out, '\0');
	ck_assert_str_eq(out.data + 1, wanted);
	ck_assert_int_eq(out.data[0], '>');

	/* The quick way, with memory of just the size that it may read. */
	char *padded = unit_padded(text, len, BYTES_PADDING);
	out.len = 1;
	json_text(&out, (struct slice){padded, len});
	buf_add_char(&out, '\0');
	ck_assert_str_eq(out.data + 1, wanted);
	free(padded);
	buf_free(&out);
}

START_TEST(strings)
{
	check_string("", 0, "\"\"");
	check_string("plain", 5, "\"plain\"");
	check_string("a\"b\\c/d", 7, "\"a\\\"b\\\\c/d\"");
	check_string("\0\1\2\3\4\5\6\7", 8,
	    "\"\\u0000\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\"");
	check_string("\b\t\n\v\f\r\x0e\x0f", 8, "\"\\b\\t\\n\\u000b\\f\\r\\u000e\\u000f\"");
	check_string("\x10\x11\x12\x13\x14\x15\x16\x17", 8,
	    "\"\\u0010\\u0011\\u0012\\u0013\\u0014\\u0015\\u0016\\u0017\"");
	check_string("\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f", 8,
	    "\"\\u0018\\u0019\\u001a\\u001b\\u001c\\u001d\\u001e\\u001f\"");
	/* DEL, C1, U+2028, U+2029 and the BOM stand for themselves. */
	check_string("\x7f\xc2\x80\xe2\x80\xa8\xe2\x80\xa9\xef\xbb\xbf\xf0\x9f\x98\x80", 16,
	    "\"\x7f\xc2\x80\xe2\x80\xa8\xe2\x80\xa9\xef\xbb\xbf\xf0\x9f\x98\x80\"");
}
END_TEST

/* An escape at every place of strings of every length up to some words. */
START_TEST(escapes_at_every_place)
{
	char text[70], wanted[200];

	for (size_t len = 1; len < sizeof text; len++) {
		for (size_t at = 0; at < len; at++) {
			memset(text, 'x', len);
			text[at] = at % 2 == 0 ? '"' : '\x01';
			const char *escape = at % 2 == 0 ? "\\\"" : "\\u0001";
			size_t n = strlen(escape);
			wanted[0] = '"';
			memset(wanted + 1, 'x', at);
			memcpy(wanted + 1 + at, escape, n);
			memset(wanted + 1 + at + n, 'x', len - at - 1);
			memcpy(wanted + at + n + len - at, "\"", 2);
			struct buf out = {0};
			json_string(&out, (struct slice){text, len});
			if (out.len != strlen(wanted) || memcmp(out.data, wanted, out.len) != 0)
				ck_abort_msg("%zu bytes, escape at %zu: %.*s", len, at,
				    (int)out.len, out.data);
			buf_free(&out);
		}
	}
}
END_TEST

static void
add_name(struct buf *out, char prefix, const char *name)
{
	char *padded = unit_padded(name, strlen(name), BYTES_PADDING);

	json_name(out, prefix, (struct slice){padded, strlen(name)});
	free(padded);
}

START_TEST(names)
{
	static const char long_name[] = "a_name_of_more_than_thirty_two_letters";
	struct buf out = {0};

	add_name(&out, 0, "a");
	add_name(&out, '@', "id");
	add_name(&out, '#', "text");
	add_name(&out, 0, long_name);
	buf_add_char(&out, '\0');
	ck_assert_str_eq(out.data,
	    "\"a\":\"@id\":\"#text\":\"a_name_of_more_than_thirty_two_letters\":");
	buf_free(&out);
}
END_TEST

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
		size_t valid = json_utf8_valid((struct slice){(const char *)p, 4});
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
		ck_assert_uint_eq(json_utf8_valid((struct slice){text, len}), len);
		for (size_t at = 0; at < len; at++) {
			text[at] = '\xff';
			if (json_utf8_valid((struct slice){text, len}) != at)
				ck_abort_msg("a wrong byte at %zu of %zu is not found", at, len);
			text[at] = 'x';
		}
		/* A character that is cut by the end. */
		text[len - 1] = '\xe2';
		ck_assert_uint_eq(json_utf8_valid((struct slice){text, len}), len - 1);
	}
	ck_assert_uint_eq(json_utf8_valid((struct slice){"", 0}), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("parse_json");
	TCase *tc = tcase_create("json");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, strings);
	tcase_add_test(tc, escapes_at_every_place);
	tcase_add_test(tc, names);
	tcase_add_test(tc, every_sequence);
	tcase_add_test(tc, where_it_stops);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
