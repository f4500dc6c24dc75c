/* SPDX-License-Identifier: MIT */
/* Mending what XML does not allow; tests/filter/parse-text.t compares with another implementation.
 */
#include "parse/repair.h"

#include <string.h>

#include "tests/unit/unit.h"

#define FFFD "\xef\xbf\xbd"

static const char bare[] = "ampersand that starts no reference";
static const char unknown[] = "ampersand that starts no reference, or unknown entity";
static const char utf8[] = "invalid UTF-8";
static const char forbidden[] = "character that XML forbids";
static const char reference[] = "reference to a character that XML forbids";

static const struct repair {
	const char *text;
	const char *wanted; /* NULL: as it is */
	const char *reason;
} repairs[] = {
    {"", NULL, NULL},
    {"<a b='c'>text &amp;&lt;&gt;&quot;&apos; &#65;&#x41;&#xe9;\xc3\xa9 \t\r\n</a>", NULL, NULL},
    /* ampersands */
    {"<a>R&B</a>", "<a>R&amp;B</a>", unknown},
    {"<a>&</a>", "<a>&amp;</a>", unknown},
    {"<a>&", "<a>&amp;", unknown},
    {"<a>&amp</a>", "<a>&amp;amp</a>", unknown},
    {"<a>&AMP;&nbsp;&amp;</a>", "<a>&amp;AMP;&amp;nbsp;&amp;</a>", unknown},
    {"<a>&&amp;&</a>", "<a>&amp;&amp;&amp;</a>", unknown},
    {"<a b=\"x&y\"/>", "<a b=\"x&amp;y\"/>", unknown},
    {"&#;&#x;&#xg;&#12", "&amp;#;&amp;#x;&amp;#xg;&amp;#12", bare},
    {"&#X41;", "&amp;#X41;", bare},
    {"&# 65;", "&amp;# 65;", bare},
    /* which mean nothing in these */
    {"<![CDATA[a & b &nbsp;]]>", NULL, NULL},
    {"<!-- a & b -->", NULL, NULL},
    {"<?x a & b?>", NULL, NULL},
    {"<![CDATA[a]] & >]]>&<!-- & -->&<?x &?>&",
	"<![CDATA[a]] & >]]>&amp;<!-- & -->&amp;<?x &?>&amp;", unknown},
    {"<!-- <![CDATA[ -->&]]>", "<!-- <![CDATA[ -->&amp;]]>", unknown},
    /* references to what may not be there */
    {"&#0;", FFFD, reference},
    {"&#x0;&#8;&#11;&#x1F;&#32;", FFFD FFFD FFFD FFFD "&#32;", reference},
    {"&#9;&#10;&#13;", NULL, NULL},
    {"&#xD7FF;&#xD800;&#xDFFF;&#xE000;", "&#xD7FF;" FFFD FFFD "&#xE000;", reference},
    {"&#xFFFD;&#xFFFE;&#xFFFF;&#x10000;", "&#xFFFD;" FFFD FFFD "&#x10000;", reference},
    {"&#x10FFFF;&#x110000;", "&#x10FFFF;" FFFD, reference},
    {"&#4294967361;&#18446744073709551681;", FFFD FFFD, reference},
    {"&#0000000000000000000000000065;", NULL, NULL},
    {"<a b='&#0;'/>", "<a b='" FFFD "'/>", reference},
    /* characters */
    {"a\x01\x08\x0b\x0c\x0e\x1f\x7f", "a" FFFD FFFD FFFD FFFD FFFD FFFD "\x7f", forbidden},
    {"<![CDATA[\x01]]>", "<![CDATA[" FFFD "]]>", forbidden},
    {"<!--\x01-->", "<!--" FFFD "-->", forbidden},
    {"\xef\xbf\xbd\xef\xbf\xbe\xef\xbf\xbf\xef\xbb\xbf", FFFD FFFD FFFD "\xef\xbb\xbf", forbidden},
    {"\xc2\x80\xc2\x9f", NULL, NULL},
    /* invalid UTF-8, one U+FFFD for each maximal part: the examples of Unicode 15, section 3.9 */
    {"\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41", FFFD FFFD FFFD FFFD FFFD FFFD FFFD FFFD "A", utf8},
    {"\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41", FFFD FFFD FFFD FFFD FFFD FFFD FFFD FFFD "A", utf8},
    {"\xf4\x91\x92\x93\xff\x41\x80\xbf\x42", FFFD FFFD FFFD FFFD FFFD "A" FFFD FFFD "B", utf8},
    {"\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41", FFFD FFFD FFFD FFFD "A", utf8},
    {"\xf0\x9f\x98", FFFD, utf8},
    {"\xc3", FFFD, utf8},
    {"\xe9t\xe9", FFFD "t" FFFD, utf8},
    {"\xc3\xa9\xc3", "\xc3\xa9" FFFD, utf8},
    {"\xf4\x8f\xbf\xbf\xf4\x90\x80\x80", "\xf4\x8f\xbf\xbf" FFFD FFFD FFFD FFFD, utf8},
    /* the first of several is the reason */
    {"\x01&\xff", FFFD "&amp;" FFFD, forbidden},
    {"&\x01\xff", "&amp;" FFFD FFFD, unknown},
};

/* The bytes of a test are terminated, and none holds a NUL: that has its own. */
START_TEST(repairs_as_listed)
{
	const struct repair *t = &repairs[_i];
	const char *wanted = t->wanted != NULL ? t->wanted : t->text;
	struct buf out = {0};
	struct slice in = {t->text, strlen(t->text)};

	buf_add_str(&out, "what was there before");
	ck_assert_msg(repair_record(in, &out) == (t->wanted != NULL), "%s: changed or not",
	    t->text);
	ck_assert_msg(out.len == strlen(wanted) && memcmp(out.data, wanted, out.len) == 0,
	    "%s: became %.*s, not %s", t->text, (int)out.len, out.data, wanted);
	if (t->reason != NULL)
		ck_assert_str_eq(repair_reason(in), t->reason);
	else
		ck_assert_ptr_null(repair_reason(in));
	buf_free(&out);
}
END_TEST

START_TEST(nul_bytes)
{
	struct buf out = {0};

	ck_assert(repair_record((struct slice){"a\0b\0", 4}, &out));
	ck_assert_uint_eq(out.len, 8);
	ck_assert_mem_eq(out.data, "a" FFFD "b" FFFD, 8);
	buf_free(&out);
}
END_TEST

/* What was repaired needs no repair. */
START_TEST(once_is_enough)
{
	struct buf once = {0}, twice = {0};
	unsigned state = 12345;

	for (int round = 0; round < 20000; round++) {
		char text[24];
		static const char common[] = "&&&#x;<>![CDATA[]]-0aef\xc3\xe2\x82\xf0\x9f\xed\xa0";
		size_t len = 0;
		while (len < sizeof text) {
			state = state * 1103515245u + 12345u;
			text[len++] = common[(state >> 16) % (sizeof common - 1)];
		}
		repair_record((struct slice){text, len}, &once);
		if (repair_record((struct slice){once.data, once.len}, &twice))
			ck_abort_msg("not repaired at once: %.*s", (int)len, text);
	}
	buf_free(&once);
	buf_free(&twice);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("parse_repair");
	TCase *tc = tcase_create("repair");

	tcase_add_loop_test(tc, repairs_as_listed, 0, sizeof repairs / sizeof *repairs);
	tcase_add_test(tc, nul_bytes);
	tcase_add_test(tc, once_is_enough);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
