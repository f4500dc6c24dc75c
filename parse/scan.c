/* SPDX-License-Identifier: MIT */
/*
 * The bytes of a record to its tree, fast.
 *
 * The bytes are looked at once, 64 at a time: where '<', '>' and '&' stand is kept as a set of
 * bits, and all others are checked to be characters that XML allows, in valid UTF-8, and none
 * of them a CR, which XML would turn into LF. The scanner then goes from mark to mark. Text
 * and names are not copied: the tree points into the record, but for text with references.
 */
#include "parse/scan.h"

#include <stdint.h>
#include <string.h>

#include "common/utf8.h"
#include "parse/bytes.h"
#include "parse/reference.h"

/* Larger records are left to libxml2, which has limits of its own from 10 MB on. */
#define SCAN_MAX (4u << 20)

/* Deeper ones too; libxml2's limit is 256. */
#define SCAN_DEPTH_MAX 64

/* And longer names; libxml2's limit is 50,000. */
#define SCAN_NAME_MAX 1000

/* And tags with more attributes: comparing all with all is for a few. */
#define SCAN_ATTRIBUTES_MAX 64

/* Where the scanner is. Only passed to functions that are inlined, so that it stays in registers.
 */
struct scan {
	const char *p; /* what comes next */
	const char *end;
	const char *block; /* the 64 bytes that were looked at last */
	uint64_t marks; /* what markup stands there and was not taken; the first byte lowest */
	const char *checked; /* the non-ASCII character in front of it was checked */
	struct tree *tree;
	unsigned depth;
};

/* What may stand in a name here: ASCII letters, digits, '_', '-' and '.'; the last three kinds not
 * at its start. */
/* clang-format off */
static const unsigned char name_bytes[256] = {
	['-'] = 1, ['.'] = 1, ['_'] = 1,
	['0'] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	['A'] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	['a'] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
};
/* clang-format on */

/*
 * Whether the UNUSUAL bytes of BLOCK, not ASCII or controls, are characters of XML 1.0 (production
 * 2) in UTF-8, and no CR. Those in front of CHECKED are known to be. Returns what is checked now,
 * or NULL.
 */
static const char *
check_unusual(const char *block, const char *end, uint64_t unusual, const char *checked)
{
	for (; unusual != 0; unusual &= unusual - 1) {
		const char *p = block + __builtin_ctzll(unusual);
		if (p < checked)
			continue;
		size_t len = utf8_length(p, (size_t)(end - p));
		/* One byte: a control. */
		if (len <= 1)
			return NULL;
		/* U+FFFE and U+FFFF are valid UTF-8 but no characters of XML. */
		if (len == 3 && (unsigned char)p[0] == 0xef && (unsigned char)p[1] == 0xbf &&
		    (unsigned char)p[2] >= 0xbe)
			return NULL;
		checked = p + len;
	}
	return checked;
}

/* Goes on to the block at BLOCK. False for a character that is not allowed. */
static inline bool
look(struct scan *s, const char *block)
{
	struct bytes_marks found = bytes_look64(block);
	size_t left = (size_t)(s->end - block);

	if (left < 64) {
		uint64_t inside = ((uint64_t)1 << left) - 1;
		found.markup &= inside;
		found.unusual &= inside;
	}
	s->block = block;
	s->marks = found.markup;
	if (found.unusual != 0)
		s->checked = check_unusual(block, s->end, found.unusual, s->checked);
	return s->checked != NULL;
}

/* Takes the next '<', '>' or '&'. NULL at the end, and where a character is not allowed. */
static inline const char *
next_mark(struct scan *s)
{
	while (s->marks == 0)
		if (s->end - s->block <= 64 || !look(s, s->block + 64))
			return NULL;
	const char *mark = s->block + __builtin_ctzll(s->marks);
	s->marks &= s->marks - 1;
	return mark;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\t';
}

/* The name at P; length 0 if there is none. Where the record ends in it, some of the padding may be
 * taken for more of it. */
static inline struct slice
scan_name(const char *p, const char *end)
{
	size_t len = bytes_letters(p);

	/* Names of letters alone are nearly all there are. */
	if (len == 16 || (len > 0 && name_bytes[(unsigned char)p[len]] != 0))
		while (p + len < end && name_bytes[(unsigned char)p[len]] != 0)
			len++;
	return (struct slice){p, len <= SCAN_NAME_MAX ? len : 0};
}

/* RAW, which holds a '&', with its references replaced, in the tree's arena. Data is NULL for a
 * reference that is not known. */
static struct slice
decode(struct tree *t, struct slice raw)
{
	/* No reference is shorter than what it stands for. */
	char *start = arena_take(&t->arena, raw.len), *to = start;
	const char *p = raw.data, *end = p + raw.len;

	while (p < end) {
		const char *amp = memchr(p, '&', (size_t)(end - p));
		size_t run = (size_t)((amp != NULL ? amp : end) - p);
		memcpy(to, p, run);
		to += run;
		p += run;
		if (p == end)
			break;
		uint32_t c;
		size_t used = reference_scan(p, end, &c);
		if (used == 0)
			return (struct slice){NULL, 0};
		to = reference_put(to, c);
		p += used;
	}
	return (struct slice){start, (size_t)(to - start)};
}

/* An attribute's value, from behind its quote at P. Data is NULL if it is declined. *BEHIND becomes
 * the place behind the closing quote. */
static struct slice
scan_value(struct tree *t, const char *p, const char *end, char quote, const char **behind)
{
	struct slice value = {p, 0};
	bool references = false;

	while ((p = bytes_find_value_end(p, end, quote)) < end && *p == '&') {
		references = true;
		p++;
	}
	/* Else it is a '<', or white space that XML turns into a space (section 3.3.3). */
	if (p == end || *p != quote)
		return (struct slice){NULL, 0};
	value.len = (size_t)(p - value.data);
	*behind = p + 1;
	return references ? decode(t, value) : value;
}

/* Adds an attribute to N, unless it has one of that name. */
static bool
add_attribute(struct tree *t, struct node *n, struct slice name, struct slice value)
{
	struct node **end = &n->attributes;
	unsigned count = 0;

	for (; *end != NULL; end = &(*end)->next)
		if (++count == SCAN_ATTRIBUTES_MAX ||
		    ((*end)->name.len == name.len &&
			memcmp((*end)->name.data, name.data, name.len) == 0))
			return false;
	*end = tree_node(t, name, bytes_key(name.data, name.len), value);
	return true;
}

/* What follows a start tag's name, at P. Returns the place behind the tag, NULL if it is declined.
 * *EMPTY if the tag closes its element. */
static const char *
scan_attributes(struct tree *t, struct node *n, const char *p, const char *end, bool *empty)
{
	for (;;) {
		bool space = p < end && is_blank(*p);
		while (p < end && is_blank(*p))
			p++;
		/* Even a tag that closes itself has two bytes more. */
		if (end - p < 2)
			return NULL;
		*empty = p[0] == '/' && p[1] == '>';
		if (*p == '>' || *empty)
			return p + 1 + *empty;
		struct slice name = scan_name(p, end);
		p += name.len;
		if (!space || name.len == 0 || end - p < 2 || p[0] != '=' ||
		    (p[1] != '"' && p[1] != '\'') || slice_is(name, "xmlns"))
			return NULL;
		struct slice value = scan_value(t, p + 2, end, p[1], &p);
		if (value.data == NULL || !add_attribute(t, n, name, value))
			return NULL;
	}
}

/* A start tag, from behind its '<'. */
static inline bool
scan_start(struct scan *s)
{
	const char *mark = next_mark(s);
	bool empty = false;

	/* Without a '>' or '&' there is not even a name that ends. */
	if (mark == NULL || s->depth == SCAN_DEPTH_MAX)
		return false;
	struct slice name = scan_name(s->p, s->end);
	if (name.len == 0)
		return false;
	struct node *n = tree_node(s->tree, name, bytes_key(name.data, name.len),
	    (struct slice){NULL, 0});
	tree_link(s->tree, n);
	s->p += name.len;
	if (s->p == mark && *mark == '>') {
		s->p++;
	} else {
		s->p = scan_attributes(s->tree, n, s->p, s->end, &empty);
		if (s->p == NULL)
			return false;
		/* Marks in the values of attributes are none. */
		while (mark != NULL && mark + 1 < s->p)
			mark = next_mark(s);
		if (mark == NULL)
			return false;
	}
	if (!empty) {
		s->tree->open = n;
		s->depth++;
	}
	return true;
}

/* Whether the bytes at P are those of NAME. */
static inline bool
is_name(const char *p, struct slice name)
{
#ifdef BYTES_HAVE_VECTOR
	if (name.len <= 16) {
		unsigned same = bytes_bits((bytes_vector)(bytes_load(p) == bytes_load(name.data)));
		return (same | UINT32_MAX << name.len) == UINT32_MAX;
	}
#endif
	return memcmp(p, name.data, name.len) == 0;
}

/* An end tag, from behind its '</'. */
static inline bool
scan_end(struct scan *s)
{
	const char *mark = next_mark(s);
	struct slice name = s->tree->open->name;

	if (mark == NULL || *mark != '>' || (size_t)(mark - s->p) != name.len ||
	    !is_name(s->p, name))
		return false;
	s->p = mark + 1;
	s->tree->open = s->tree->open->parent;
	s->depth--;
	return true;
}

/* Text up to the next tag. */
static inline bool
scan_text(struct scan *s)
{
	const char *start = s->p, *mark = next_mark(s);
	bool references = false;

	for (; mark != NULL && *mark == '&'; mark = next_mark(s))
		references = true;
	/* A '>' in text may be the end of "]]>", which is not allowed; dumps write &gt;. */
	if (mark == NULL || *mark == '>')
		return false;
	struct slice run = {start, (size_t)(mark - start)};
	s->p = mark;
	if (references && (run = decode(s->tree, run)).data == NULL)
		return false;
	if (run.len > 0 && ((unsigned char)run.data[0] > ' ' || !tree_is_space(run)))
		tree_add_run(s->tree, s->tree->open, run);
	return true;
}

bool
scan_record(const char *data, size_t len, struct tree *t)
{
	struct scan s = {.p = data, .end = data + len, .checked = data, .tree = t};

	if (len < 2 || len > SCAN_MAX || *data != '<' || !look(&s, data))
		return false;
	tree_reset(t);
	next_mark(&s); /* the first byte */
	do {
		/* At a '<'; what may stand behind the record's end is no tag that ends in it. */
		s.p++;
		if (*s.p != '/') {
			if (!scan_start(&s))
				return false;
		} else {
			s.p++;
			if (t->open == NULL || !scan_end(&s))
				return false;
		}
		if (t->open != NULL && !scan_text(&s))
			return false;
	} while (t->open != NULL);
	return s.p == s.end;
}
