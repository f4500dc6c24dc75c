/* SPDX-License-Identifier: MIT */
/* Strings and names as JSON. */
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

int
main(void)
{
	Suite *suite = suite_create("parse_json");
	TCase *tc = tcase_create("json");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, strings);
	tcase_add_test(tc, escapes_at_every_place);
	tcase_add_test(tc, names);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
