/* SPDX-License-Identifier: MIT */
/*
 * Checking that a line is JSON, in one pass.
 *
 * Written by hand because every byte of a month, 70 GB, goes through it: json-c
 * builds a tree of a 4 kB record in about 30 us, twice what a message may cost in
 * all. Here nothing is built, and the inside of strings is looked at 16 bytes at
 * a time. The NUL after the line ends every run of single bytes, so that only the
 * steps of sixteen need to look at the end.
 */
#include "publish/record.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "common/utf8.h"
#include "common/vector.h"
#include "publish/limits.h"

/* What may come next. */
enum expect {
	EXPECT_FIRST, /* of an object or array, or its end */
	EXPECT_AFTER /* a comma or the end of what is open */
};

struct scan {
	const char *p;
	const char *end;
	const char *problem; /* set once, when something is wrong */
	struct record *out;
	struct record_text *member; /* where the value to come belongs, or NULL */
	size_t depth;
	unsigned char objects[PUBLISH_DEPTH_MAX / 8]; /* a bit a level: object, else array */
};

static bool
fail(struct scan *s, const char *problem)
{
	s->problem = problem;
	return false;
}

static void
skip_space(struct scan *s)
{
	while (*s->p == ' ' || *s->p == '\t' || *s->p == '\r' || *s->p == '\n')
		s->p++;
}

/* Moves to the next byte of a string that is not plain ASCII text. */
static inline const char *
skip_plain(const char *p, const char *end)
{
#ifdef BYTES_HAVE_VECTOR
	for (; end - p >= 16; p += 16) {
		bytes_vector v = bytes_load(p);
		unsigned special = bytes_bits(
		    (bytes_vector)(v < ' ') | (bytes_vector)(v == '"') | (bytes_vector)(v == '\\'));
		if (special != 0)
			return p + __builtin_ctz(special);
	}
#endif
	while ((unsigned char)*p >= 0x20 && (unsigned char)*p < 0x80 && *p != '"' && *p != '\\')
		p++;
	return p;
}

static bool
is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Passes an escape; a lone surrogate is well-formed JSON. */
static bool
scan_escape(struct scan *s)
{
	s->p++;
	switch (*s->p) {
	case '"':
	case '\\':
	case '/':
	case 'b':
	case 'f':
	case 'n':
	case 'r':
	case 't':
		s->p++;
		return true;
	case 'u':
		s->p++;
		for (int i = 0; i < 4; i++, s->p++)
			if (!is_hex(*s->p))
				return fail(s, "a wrong escape in a string");
		return true;
	default:
		return fail(s, "a wrong escape in a string");
	}
}

/* Passes a string whose first byte is its quote. *TEXT is what stands in it; NULL if that has
 * escapes. */
static bool
scan_string(struct scan *s, struct record_text *text)
{
	const char *start = ++s->p;
	bool escapes = false;

	for (;;) {
		s->p = skip_plain(s->p, s->end);
		if (*s->p == '"')
			break;
		if (*s->p == '\\') {
			escapes = true;
			if (!scan_escape(s))
				return false;
			continue;
		}
		if ((unsigned char)*s->p < 0x20)
			return fail(s,
			    s->p == s->end ? "a string without end"
					   : "a control character in a string");
		/* The NUL behind the line is no part of a character. */
		size_t len = utf8_length(s->p, UTF8_TERMINATED);
		if (len == 0)
			return fail(s, "not UTF-8");
		s->p += len;
	}
	*text = (struct record_text){escapes ? NULL : start, escapes ? 0 : (size_t)(s->p - start)};
	s->p++;
	return true;
}

static bool
scan_digits(struct scan *s)
{
	const char *start = s->p;

	while (*s->p >= '0' && *s->p <= '9')
		s->p++;
	return s->p > start || fail(s, "a wrong number");
}

static bool
scan_number(struct scan *s, struct record_text *text)
{
	const char *start = s->p;

	if (*s->p == '-')
		s->p++;
	if (*s->p == '0')
		s->p++;
	else if (!scan_digits(s))
		return false;
	if (*s->p == '.') {
		s->p++;
		if (!scan_digits(s))
			return false;
	}
	if (*s->p == 'e' || *s->p == 'E') {
		s->p++;
		if (*s->p == '+' || *s->p == '-')
			s->p++;
		if (!scan_digits(s))
			return false;
	}
	*text = (struct record_text){start, (size_t)(s->p - start)};
	return true;
}

static bool
scan_word(struct scan *s, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(s->end - s->p) < len || memcmp(s->p, word, len) != 0)
		return fail(s, "no JSON value");
	s->p += len;
	return true;
}

static bool
push(struct scan *s, bool object)
{
	if (s->depth == PUBLISH_DEPTH_MAX)
		return fail(s, "values nested too deeply");
	unsigned char bit = (unsigned char)(1u << (s->depth % 8));
	unsigned char *byte = &s->objects[s->depth / 8];
	*byte = (unsigned char)(object ? *byte | bit : *byte & ~bit);
	s->depth++;
	s->p++;
	return true;
}

/* Whether what is open is an object. */
static bool
in_object(const struct scan *s)
{
	return (s->objects[(s->depth - 1) / 8] >> ((s->depth - 1) % 8) & 1) != 0;
}

static bool
scan_value(struct scan *s, enum expect *next)
{
	struct record_text text = {NULL, 0};
	struct record_text *member = s->member;
	bool good = false;

	s->member = NULL;
	*next = EXPECT_AFTER;
	switch (*s->p) {
	case '{':
	case '[':
		*next = EXPECT_FIRST;
		return push(s, *s->p == '{');
	case '"':
		good = scan_string(s, &text);
		break;
	case 't':
		return scan_word(s, "true");
	case 'f':
		return scan_word(s, "false");
	case 'n':
		return scan_word(s, "null");
	case '-':
	case '0':
	case '1':
	case '2':
	case '3':
	case '4':
	case '5':
	case '6':
	case '7':
	case '8':
	case '9':
		good = scan_number(s, &text);
		break;
	default:
		return fail(s, "no JSON value");
	}
	if (good && member != NULL && member->data == NULL)
		*member = text;
	return good;
}

static bool
is(const struct record_text *text, const char *name)
{
	return text->len == strlen(name) && memcmp(text->data, name, text->len) == 0;
}

/* The member of the record that KEY names, if it is one of the three. */
static struct record_text *
find_member(struct record *out, const struct record_text *key)
{
	if (key->data == NULL)
		return NULL;
	if (is(key, "id"))
		return &out->id;
	if (is(key, "type"))
		return &out->type;
	return is(key, "sha256") ? &out->sha256 : NULL;
}

/* Passes a name, its colon and its value, or the beginning of that. */
static bool
scan_member(struct scan *s, enum expect *next)
{
	struct record_text key;

	if (*s->p != '"')
		return fail(s, "no name of a member");
	if (!scan_string(s, &key))
		return false;
	s->member = s->depth == 1 ? find_member(s->out, &key) : NULL;
	skip_space(s);
	if (*s->p != ':')
		return fail(s, "no colon");
	s->p++;
	skip_space(s);
	return scan_value(s, next);
}

/* One step inside what is open: its end, or what comes next in it. */
static bool
step(struct scan *s, enum expect *next)
{
	bool object = in_object(s);

	skip_space(s);
	if (*s->p == (object ? '}' : ']')) {
		*next = EXPECT_AFTER;
		s->depth--;
		s->p++;
		return true;
	}
	if (*next == EXPECT_AFTER) {
		if (*s->p != ',')
			return fail(s, object ? "neither , nor }" : "neither , nor ]");
		s->p++;
		skip_space(s);
	}
	return object ? scan_member(s, next) : scan_value(s, next);
}

const char *
record_scan(const char *line, size_t len, struct record *out, size_t *at)
{
	struct scan s = {.p = line, .end = line + len, .out = out};
	enum expect next;

	*out = (struct record){0};
	skip_space(&s);
	if (scan_value(&s, &next))
		while (s.depth > 0 && step(&s, &next))
			continue;
	if (s.problem == NULL) {
		skip_space(&s);
		if (s.p != s.end)
			s.problem = "more after the JSON value";
	}
	*at = (size_t)(s.p - line);
	return s.problem;
}
