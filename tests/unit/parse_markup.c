/* SPDX-License-Identifier: MIT */
/* Where pieces of markup end. */
#include "parse/markup.h"

#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "tests/unit/unit.h"

static const struct markup {
	const char *text;
	enum markup_kind kind;
	size_t len; /* of the piece, where it ends */
} pieces[] = {
    {"<a>", MARKUP_START, 3},
    {"<a>b>", MARKUP_START, 3},
    {"<a b=\"c\" d='e'>", MARKUP_START, 15},
    {"<a b='>'>", MARKUP_START, 9},
    {"<a b='/>\"'>", MARKUP_START, 11},
    {"<a b=\"'\" c='\"'>", MARKUP_START, 15},
    {"<a\n>", MARKUP_START, 4},
    {"<_>", MARKUP_START, 3},
    {"<:a>", MARKUP_START, 4},
    {"<\xc3\xa9>", MARKUP_START, 4},
    {"<a/>", MARKUP_EMPTY, 4},
    {"<a />", MARKUP_EMPTY, 5},
    {"<a b='c'/>", MARKUP_EMPTY, 10},
    {"</a>", MARKUP_END, 4},
    {"</a\n>", MARKUP_END, 5},
    {"<!---->", MARKUP_COMMENT, 7},
    {"<!-- > -- -- </a> -->x", MARKUP_COMMENT, 21},
    {"<!--->-->", MARKUP_COMMENT, 9},
    {"<?a?>", MARKUP_COMMENT, 5},
    {"<?a > ? ?"
     "?>",
	MARKUP_COMMENT, 11},
    {"<![CDATA[]]>", MARKUP_CDATA, 12},
    {"<![CDATA[ ]] ]> ]]]>", MARKUP_CDATA, 20},
    {"<!DOCTYPE", MARKUP_DECLARATION, 0},
    {"<!ENTITY a", MARKUP_DECLARATION, 0},
    {"<!ELEMENT", MARKUP_DECLARATION, 0},
    {"<1>", MARKUP_BAD, 0},
    {"< a>", MARKUP_BAD, 0},
    {"<>", MARKUP_BAD, 0},
    {"<<", MARKUP_BAD, 0},
    {"<a <", MARKUP_BAD, 0},
    {"<a b='<'>", MARKUP_BAD, 0},
    {"<a b=\"c><d e=\"f\">", MARKUP_BAD, 0},
    {"</a <", MARKUP_BAD, 0},
    {"<!a>", MARKUP_BAD, 0},
    {"<!-a", MARKUP_BAD, 0},
    {"<![CDATB[", MARKUP_BAD, 0},
    {"<![ ", MARKUP_BAD, 0},
};

/* What TEXT of LEN bytes gives, in memory of its size, so that a sanitizer sees a byte too far. */
static enum markup_kind
scan(const char *text, size_t len, size_t *piece)
{
	char *copy = mem_alloc(len);
	const char *next = copy;

	memcpy(copy, text, len);
	enum markup_kind kind = markup_scan(copy, copy + len, &next);
	*piece = (size_t)(next - copy);
	free(copy);
	return kind;
}

START_TEST(kinds)
{
	const struct markup *m = &pieces[_i];
	size_t len;

	ck_assert_msg(scan(m->text, strlen(m->text), &len) == m->kind, "%s", m->text);
	if (m->len > 0)
		ck_assert_uint_eq(len, m->len);
}
END_TEST

/* A piece that is cut anywhere asks for more, or is known to be bad; never something else. */
START_TEST(cut_anywhere)
{
	const struct markup *m = &pieces[_i];
	size_t whole = m->len > 0 ? m->len : strlen(m->text), piece;

	for (size_t len = 1; len < whole; len++) {
		enum markup_kind kind = scan(m->text, len, &piece);
		bool same = m->kind == MARKUP_BAD || m->kind == MARKUP_DECLARATION;
		ck_assert_msg(kind == MARKUP_MORE || (same && kind == m->kind), "%.*s", (int)len,
		    m->text);
	}
}
END_TEST

START_TEST(names)
{
	static const struct {
		const char *tag;
		bool has;
	} tags[] = {{"<label>", true}, {"</label>", true}, {"<label/>", true},
	    {"<label a='b'>", true}, {"<label\n>", true}, {"<label\t>", true}, {"</label >", true},
	    {"<labels>", false}, {"<label2>", false}, {"<label-a>", false}, {"<label.a>", false},
	    {"<label:a>", false}, {"<Label>", false}, {"<labe>", false}, {"<label\xc3\xa9>", false},
	    {"<label", false}, {"</label", false}, {"<a", false}};

	for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
		size_t len = strlen(tags[i].tag);
		char *copy = mem_alloc(len);
		memcpy(copy, tags[i].tag, len);
		ck_assert_msg(markup_has_name(copy, copy + len, "label", 5) == tags[i].has, "%s",
		    tags[i].tag);
		free(copy);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("parse_markup");
	TCase *tc = tcase_create("markup");

	tcase_add_loop_test(tc, kinds, 0, sizeof pieces / sizeof *pieces);
	tcase_add_loop_test(tc, cut_anywhere, 0, sizeof pieces / sizeof *pieces);
	tcase_add_test(tc, names);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
