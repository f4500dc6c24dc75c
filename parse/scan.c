/* SPDX-License-Identifier: MIT */
/*
 * The bytes of a record to its tree, fast.
 *
 * First all bytes are checked to be characters that XML allows, in valid UTF-8, and
 * none of them a CR, which XML would turn into LF. After that only markup needs a look. Text and
 * names are not copied: the tree points into the record, but for text with references.
 */
#include "parse/scan.h"

#include <stdint.h>
#include <string.h>

#include "parse/bytes.h"
#include "parse/json.h"
#include "parse/reference.h"

/* Larger records are left to libxml2, which has limits of its own from 10 MB on. */
#define SCAN_MAX (4u << 20)

/* Deeper ones too; libxml2's limit is 256. */
#define SCAN_DEPTH_MAX 64

/* And longer names; libxml2's limit is 50,000. */
#define SCAN_NAME_MAX 1000

/* And tags with more attributes: comparing all with all is for a few. */
#define SCAN_ATTRIBUTES_MAX 64

struct scan {
	const char *p;
	const char *end;
	struct tree *tree;
	unsigned depth;
};

/* What may stand in a name here: ASCII letters, digits, '_', '-' and '.'; the last three kinds not
 * at its start. */
static const unsigned char name_bytes[256] = {
    ['-'] = 1,
    ['.'] = 1,
    ['0'] = 1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    ['A'] = 2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    ['_'] = 2,
    ['a'] = 2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
    2,
};

/* Whether the bytes are characters of XML 1.0 (production 2) in UTF-8, and no CR. */
static bool
is_plain(const char *p, const char *end)
{
	while ((p = bytes_find_unusual(p, end)) < end) {
		size_t len = json_utf8_sequence(p, (size_t)(end - p));
		if (len == 0)
			return false;
		/* U+FFFE and U+FFFF are valid UTF-8 but no characters of XML. */
		if (len == 3 && (unsigned char)p[0] == 0xef && (unsigned char)p[1] == 0xbf &&
		    (unsigned char)p[2] >= 0xbe)
			return false;
		p += len;
	}
	return true;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\t';
}

/* A name at s->p; length 0 if there is none. */
static struct slice
scan_name(struct scan *s)
{
	const char *start = s->p;
	size_t left = (size_t)(s->end - start), len = bytes_letters(start, left);

	/* Names of letters alone are nearly all there are. */
	if (len == 16 || (len < left && name_bytes[(unsigned char)start[len]] != 0 && len > 0))
		while (len < left && name_bytes[(unsigned char)start[len]] != 0)
			len++;
	s->p += len;
	return (struct slice){start, len <= SCAN_NAME_MAX ? len : 0};
}

/* tree_key of a name of the record, by one load where the record goes on for so long. */
static uint64_t
name_key(const struct scan *s, struct slice name)
{
	return s->end - name.data >= 8 ? bytes_key(name.data, name.len) : tree_key(name);
}

/* RAW, which holds a '&', with its references replaced, in the tree's arena. False for a reference
 * that is not known. */
static bool
decode(struct scan *s, struct slice raw, struct slice *out)
{
	/* No reference is shorter than what it stands for. */
	char *start = arena_take(&s->tree->arena, raw.len), *to = start;
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
			return false;
		to = reference_put(to, c);
		p += used;
	}
	*out = (struct slice){start, (size_t)(to - start)};
	return true;
}

/* An attribute's value, from behind its quote to behind the closing one. */
static bool
scan_value(struct scan *s, char quote, struct slice *value)
{
	const char *start = s->p, *p = start;
	bool references = false;

	for (;;) {
		p = bytes_find3(p, s->end, quote, '&', '<');
		if (p == s->end || *p == '<')
			return false;
		if (*p == quote)
			break;
		references = true;
		p++;
	}
	*value = (struct slice){start, (size_t)(p - start)};
	s->p = p + 1;
	/* XML turns these into spaces (section 3.3.3). */
	if (memchr(start, '\n', value->len) != NULL || memchr(start, '\t', value->len) != NULL)
		return false;
	return !references || decode(s, *value, value);
}

/* Adds an attribute to N, unless it has one of that name. */
static bool
add_attribute(struct scan *s, struct node *n, struct slice name, struct slice value)
{
	struct node **end = &n->attributes;
	unsigned count = 0;

	for (; *end != NULL; end = &(*end)->next)
		if (++count == SCAN_ATTRIBUTES_MAX ||
		    ((*end)->name.len == name.len &&
			memcmp((*end)->name.data, name.data, name.len) == 0))
			return false;
	struct node *a = arena_take(&s->tree->arena, sizeof *a);
	*a = (struct node){.name = name, .key = name_key(s, name), .text = value};
	*end = a;
	return true;
}

/* What follows a start tag's name. *EMPTY if the tag closes its element. */
static bool
scan_attributes(struct scan *s, struct node *n, bool *empty)
{
	for (;;) {
		bool space = s->p < s->end && is_blank(*s->p);
		while (s->p < s->end && is_blank(*s->p))
			s->p++;
		/* Even a tag that closes itself has two bytes more. */
		if (s->end - s->p < 2)
			return false;
		if (*s->p == '>' || (s->p[0] == '/' && s->p[1] == '>')) {
			*empty = *s->p == '/';
			s->p += *empty ? 2 : 1;
			return true;
		}
		struct slice name = scan_name(s), value;
		if (!space || name.len == 0 || s->end - s->p < 2 || s->p[0] != '=' ||
		    (s->p[1] != '"' && s->p[1] != '\'') || slice_is(name, "xmlns"))
			return false;
		s->p += 2;
		if (!scan_value(s, s->p[-1], &value) || !add_attribute(s, n, name, value))
			return false;
	}
}

static void
link_child(struct tree *t, struct node *n)
{
	struct node *parent = t->open;

	if (parent == NULL)
		t->root = n;
	else if (parent->last_child == NULL)
		parent->children = n;
	else
		parent->last_child->next = n;
	if (parent != NULL)
		parent->last_child = n;
}

/* A start tag, from behind its '<'. */
static bool
scan_start(struct scan *s)
{
	struct tree *t = s->tree;
	struct slice name = scan_name(s);
	bool empty = false;

	if (name.len == 0 || s->p == s->end || s->depth == SCAN_DEPTH_MAX)
		return false;
	struct node *n = arena_take(&t->arena, sizeof *n);
	*n = (struct node){.name = name, .key = name_key(s, name), .parent = t->open};
	link_child(t, n);
	if (*s->p == '>')
		s->p++;
	else if (!scan_attributes(s, n, &empty))
		return false;
	if (!empty) {
		t->open = n;
		s->depth++;
	}
	return true;
}

/* Whether the bytes at s->p are those of NAME. Both are in the record, NAME in front. */
static bool
is_name(const struct scan *s, struct slice name)
{
#ifdef BYTES_HAVE_VECTOR
	if (name.len <= 16 && s->end - s->p >= 16) {
		unsigned same = bytes_bits(
		    (bytes_vector)(bytes_load(s->p) == bytes_load(name.data)));
		return (same | UINT32_MAX << name.len) == UINT32_MAX;
	}
#endif
	return memcmp(s->p, name.data, name.len) == 0;
}

/* An end tag, from behind its '</'. */
static bool
scan_end(struct scan *s)
{
	struct slice name = s->tree->open->name;

	if ((size_t)(s->end - s->p) <= name.len || s->p[name.len] != '>' || !is_name(s, name))
		return false;
	s->p += name.len + 1;
	s->tree->open = s->tree->open->parent;
	s->depth--;
	return true;
}

/* Text up to the next tag. */
static bool
scan_text(struct scan *s)
{
	const char *start = s->p, *p = start;
	bool references = false;

	/* A '>' in text may be the end of "]]>", which is not allowed; dumps write &gt;. */
	while ((p = bytes_find3(p, s->end, '<', '&', '>')) < s->end && *p == '&') {
		references = true;
		p++;
	}
	if (p == s->end || *p == '>')
		return false;
	struct slice run = {start, (size_t)(p - start)};
	s->p = p;
	if (references && !decode(s, run, &run))
		return false;
	if (run.len > 0 && ((unsigned char)run.data[0] > ' ' || !tree_is_space(run)))
		tree_add_run(s->tree, s->tree->open, run);
	return true;
}

bool
scan_record(const char *data, size_t len, struct tree *t)
{
	struct scan s = {.p = data, .end = data + len, .tree = t};

	if (len < 2 || len > SCAN_MAX || *data != '<' || !is_plain(data, data + len))
		return false;
	tree_reset(t);
	do {
		/* At a '<'. */
		s.p++;
		if (s.p == s.end)
			return false;
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
