/* SPDX-License-Identifier: MIT */
/* Where the records of a dump start and end. */
#include "parse/split.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/log.h"
#include "common/mem.h"
#include "parse/bytes.h"
#include "parse/lines.h"
#include "parse/markup.h"
#include "parse/shape.h"

/* What is read of a tag that is passed over: "</", sixteen bytes of name, '>'. */
#define PLAIN_TAG_MAX 19

/* The longest line start that a new record is recognised by. */
#define LEAD_MAX 64

enum state {
	STATE_PROLOG, /* before the root's start tag */
	STATE_CONTENT, /* between records */
	STATE_RECORD,
	STATE_BROKEN, /* in a broken record, looking for the next */
	STATE_AFTER /* behind the root's end tag */
};

struct split {
	enum dump_type type;
	const char *root; /* names, once the type is known */
	const char *name;
	size_t root_len;
	size_t name_len;
	enum state state;
	bool rootless; /* as dumps of old months may be */

	const char *data; /* the window */
	size_t len;
	bool last;
	size_t kept;
	size_t pos; /* everything before it was looked at */
	uint64_t text_start; /* behind a byte order mark */
	uint64_t base; /* offset of the window in the text */
	size_t counted; /* lines are counted up to here */
	uint64_t lines;
	uint64_t ordinal;

	size_t start; /* of the record, in the window */
	size_t depth; /* open elements in it, itself included */
	size_t same; /* those of its own name */
	bool foreign; /* it is not an element of the record's name */
	size_t candidate; /* where in it the next record may have begun; 0: nowhere */
	size_t doubt; /* how far a record or markup is followed in doubt, in bytes */
	const char *broken;
	char lead[LEAD_MAX]; /* the line end and indentation before it */
	size_t lead_len;

	char reason[160];
};

static bool
is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static void
set_type(struct split *s, enum dump_type type)
{
	s->type = type;
	s->root = dump_type_name(type);
	s->root_len = strlen(s->root);
	s->name = shape_record_name(type);
	s->name_len = strlen(s->name);
}

struct split *
split_new(enum dump_type type)
{
	struct split *s = mem_zero(1, sizeof *s);

	s->type = type;
	s->doubt = SPLIT_DOUBT_MAX;
	if (type != DUMP_TYPES)
		set_type(s, type);
	return s;
}

void
split_free(struct split *s)
{
	free(s);
}

enum dump_type
split_type(const struct split *s)
{
	return s->type;
}

const char *
split_reason(const struct split *s)
{
	return s->reason;
}

size_t
split_kept(const struct split *s)
{
	return s->kept;
}

void
split_window(struct split *s, const char *data, size_t len, bool last)
{
	s->base += s->kept;
	s->counted -= s->kept;
	s->pos -= s->kept;
	s->start -= s->start >= s->kept ? s->kept : s->start;
	s->candidate -= s->candidate > 0 ? s->kept : 0;
	s->kept = 0;
	s->data = data;
	s->len = len;
	s->last = last;
}

static enum split_result
refuse(struct split *s, const char *reason)
{
	snprintf(s->reason, sizeof s->reason, "%s", reason);
	return SPLIT_REFUSED;
}

/* Counts the lines up to AT, while the window is there. */
static void
count_lines(struct split *s, size_t at)
{
	if (at <= s->counted)
		return;
	s->lines += lines_count(s->data + s->counted, at - s->counted);
	s->counted = at;
}

/* The window is used up but for what starts at KEPT: more of it, or the dump was cut. */
static enum split_result
need_more(struct split *s, size_t kept)
{
	s->kept = kept;
	if (s->last) {
		if (s->root == NULL)
			snprintf(s->reason, sizeof s->reason, "ends before any record");
		else
			snprintf(s->reason, sizeof s->reason, "ends before </%s>", s->root);
		return SPLIT_CUT;
	}
	if (s->len - kept > SPLIT_RECORD_MAX) {
		snprintf(s->reason, sizeof s->reason, "record at byte %llu is larger than %u MiB",
		    (unsigned long long)(s->base + kept), SPLIT_RECORD_MAX >> 20);
		return SPLIT_REFUSED;
	}
	count_lines(s, kept);
	return SPLIT_MORE;
}

/* Gives out the bytes from START to END. */
static enum split_result
give(struct split *s, size_t start, size_t end, const char *broken, struct split_record *r)
{
	count_lines(s, start);
	*r = (struct split_record){
	    .data = s->data + start,
	    .len = end - start,
	    .ordinal = ++s->ordinal,
	    .offset = s->base + start,
	    .line = s->lines + 1,
	    .broken = broken,
	};
	s->pos = s->kept = end;
	s->state = STATE_CONTENT;
	s->candidate = 0;
	return SPLIT_RECORD;
}

/* Gives out the broken record, up to END, without the white space in front of that: it is the line
 * start of what follows. */
static enum split_result
give_broken(struct split *s, size_t end, struct split_record *r)
{
	while (end > s->start + 1 && is_space(s->data[end - 1]))
		end--;
	return give(s, s->start, end, s->broken, r);
}

/* Remembers what stands before a record, for finding the next one after a broken one. The text
 * starts a line. */
static void
note_lead(struct split *s)
{
	size_t i = s->start;

	s->lead_len = 0;
	while (i > 0 && s->start - i < LEAD_MAX - 1 &&
	    (s->data[i - 1] == ' ' || s->data[i - 1] == '\t'))
		i--;
	if (s->base + i != s->text_start && (i == 0 || s->data[i - 1] != '\n'))
		return;
	s->lead[0] = '\n';
	memcpy(s->lead + 1, s->data + i, s->start - i);
	s->lead_len = s->start - i + 1;
}

/* Whether the start tag at AT, of the record's name, stands where a record of this file would. */
static bool
may_be_next(const struct split *s, size_t at)
{
	size_t inside = at - s->start;

	if (s->lead_len > 0)
		return inside > s->lead_len &&
		    memcmp(s->data + at - s->lead_len, s->lead, s->lead_len) == 0;
	if (inside > 0 && s->data[at - 1] == '\n')
		return true;
	for (; inside > 0 && is_space(s->data[at - 1]); inside--)
		at--;
	return inside > s->name_len + 3 && s->data[at - 1] == '>' &&
	    memcmp(s->data + at - 1 - s->name_len, s->name, s->name_len) == 0 &&
	    memcmp(s->data + at - 3 - s->name_len, "</", 2) == 0;
}

/* Whether the tag at AT has that name; the window holds all of the tag. */
static bool
is_tag_of(const struct split *s, size_t at, const char *name, size_t len)
{
	return s->len - at > len + 1 && markup_has_name(s->data + at, s->data + s->len, name, len);
}

/* Where many records are cut, following each of them for long would take the square of the time. */
static void
doubt_less(struct split *s)
{
	if (s->doubt > SPLIT_DOUBT_MIN)
		s->doubt /= 2;
}

/* The record is broken, seen at AT: the place of the next is known, or is looked for from there. */
static enum split_result
broken(struct split *s, size_t at, const char *why, struct split_record *r)
{
	s->broken = why;
	if (s->candidate > 0) {
		doubt_less(s);
		return give_broken(s, s->candidate, r);
	}
	s->state = STATE_BROKEN;
	s->pos = at;
	return SPLIT_GOING;
}

/* An end tag at AT, behind which is NEXT, that takes the record to its end or shows that it is
 * broken. */
static enum split_result
close_record(struct split *s, size_t at, size_t next, bool own, struct split_record *r)
{
	s->pos = next;
	if (s->foreign)
		return give(s, s->start, next, "not a record of this type", r);
	if (s->depth == 0 && own && s->same == 0)
		return give(s, s->start, next, NULL, r);
	return broken(s, at, s->depth == 0 ? "an end tag too many" : "an end tag is missing", r);
}

/* How far markup at AT may go on: no farther than in any other window. */
static const char *
doubt_end(const struct split *s, size_t at)
{
	return s->len - at > s->doubt ? s->data + at + s->doubt : s->data + s->len;
}

/* Markup at AT that has no end in the window, or none that is near. */
static enum split_result
open_markup(struct split *s, size_t at, struct split_record *r)
{
	s->pos = at;
	if (!s->last && s->len - at <= s->doubt)
		return need_more(s, s->start);
	doubt_less(s);
	return broken(s, at + 1, "markup that does not end", r);
}

/* Takes the tag, of KIND, at AT, behind which is NEXT. */
static enum split_result
take_tag(struct split *s, enum markup_kind kind, size_t at, size_t next, struct split_record *r)
{
	bool own = is_tag_of(s, at, s->name, s->name_len);

	s->pos = next;
	if (kind == MARKUP_END) {
		if (!own && is_tag_of(s, at, s->root, s->root_len))
			return broken(s, at, "the root element ends inside the record", r);
		s->depth--;
		s->same -= own && s->same > 0;
		if (s->depth == 0 || (s->same == 0 && !s->foreign))
			return close_record(s, at, next, own, r);
		return SPLIT_GOING;
	}
	if (own && s->candidate == 0 && may_be_next(s, at))
		s->candidate = at;
	s->depth += kind == MARKUP_START;
	s->same += own && kind == MARKUP_START;
	/* No dump nests its records like that: each of them was cut. */
	if (s->candidate > 0 && s->same > SPLIT_SAME_MAX)
		return broken(s, at, "cut", r);
	return SPLIT_GOING;
}

/* Takes the markup at AT. */
static enum split_result
take_markup(struct split *s, size_t at, struct split_record *r)
{
	const char *next = NULL;

	/* In one long line every list of elements of that name would raise the doubt. */
	if (s->candidate > 0 && s->lead_len > 0 && at - s->candidate > s->doubt)
		return broken(s, at, "cut", r);
	enum markup_kind kind = markup_scan(s->data + at, doubt_end(s, at), &next);
	switch (kind) {
	case MARKUP_END:
	case MARKUP_START:
	case MARKUP_EMPTY:
		return take_tag(s, kind, at, (size_t)(next - s->data), r);
	case MARKUP_MORE:
		return open_markup(s, at, r);
	case MARKUP_DECLARATION:
		return refuse(s, "has a DOCTYPE or entity declaration, which no dump has");
	case MARKUP_BAD:
		return broken(s, at + 1, "not well-formed", r);
	case MARKUP_COMMENT:
	case MARKUP_CDATA:
		break;
	}
	s->pos = (size_t)(next - s->data);
	return SPLIT_GOING;
}

/* Whether NAME, in the window with at least four bytes more, may be the record's or the root's: all
 * of those are longer, and no two types' begin alike. */
static inline bool
is_like_own(const struct split *s, const char *name)
{
	return memcmp(name, s->name, 4) == 0;
}

/*
 * Passes over what nearly all markup of a dump is: start tags without attributes and end tags, with
 * names of ASCII letters that are not like the record's or the root's. Returns the first '<' of
 * another kind, or one near the end of the window. take_markup would do the same with each, only
 * slower.
 */
static const char *
pass_plain_tags(struct split *s, const char *p, const char *end)
{
	size_t depth = s->depth;

	/* All that is looked at is in the window. */
	for (; end - p >= 64 + PLAIN_TAG_MAX; p += 64) {
		for (uint64_t tags = bytes_equal64(p, '<'); tags != 0; tags &= tags - 1) {
			const char *tag = p + __builtin_ctzll(tags);
			bool closes = tag[1] == '/';
			const char *name = tag + 1 + closes;
			size_t len = bytes_letters(name);
			if (name[len] != '>' || len == 0 || (closes && depth <= 1) ||
			    is_like_own(s, name)) {
				s->depth = depth;
				return tag;
			}
			depth += closes ? (size_t)-1 : 1;
		}
	}
	s->depth = depth;
	return bytes_find(p, end, '<');
}

/* Follows the record's markup as far as one piece that needs a closer look. */
static enum split_result
in_record(struct split *s, struct split_record *r)
{
	const char *end = s->data + s->len;
	const char *p = pass_plain_tags(s, s->data + s->pos, end);

	s->pos = (size_t)(p - s->data);
	if (p < end)
		return take_markup(s, s->pos, r);
	return s->last ? broken(s, s->len, "cut", r) : need_more(s, s->start);
}

/* Looks at one `<` of a broken record: does the next record start there, or the root end? */
static enum split_result
in_broken(struct split *s, struct split_record *r)
{
	size_t longest = s->root_len > s->name_len ? s->root_len : s->name_len;
	const char *p = memchr(s->data + s->pos, '<', s->len - s->pos);

	if (p == NULL) {
		s->pos = s->len;
		return s->last ? give_broken(s, s->len, r) : need_more(s, s->start);
	}
	size_t at = s->pos = (size_t)(p - s->data);
	if (s->len - at < longest + 3 && !s->last)
		return need_more(s, s->start);
	bool end_tag = s->len - at > 1 && p[1] == '/';
	if (end_tag && is_tag_of(s, at, s->root, s->root_len))
		return give_broken(s, at, r);
	if (!end_tag && is_tag_of(s, at, s->name, s->name_len) && may_be_next(s, at))
		return give_broken(s, at, r);
	s->pos = at + 1;
	return SPLIT_GOING;
}

/* A record or something else begins at AT, between records; KIND of markup, behind which is NEXT.
 */
static enum split_result
begin(struct split *s, size_t at, size_t next, enum markup_kind kind, struct split_record *r)
{
	bool own = kind != MARKUP_BAD && is_tag_of(s, at, s->name, s->name_len);

	s->start = at;
	s->foreign = !own;
	s->candidate = 0;
	note_lead(s);
	if (kind == MARKUP_EMPTY)
		return give(s, at, next, own ? NULL : "not a record of this type", r);
	s->depth = 1;
	s->same = own;
	s->pos = next;
	s->state = STATE_RECORD;
	return SPLIT_GOING;
}

/* Where the bytes that a record at AT may need before it start. */
static size_t
lead_start(const struct split *s, size_t at)
{
	return at > s->kept + LEAD_MAX ? at - LEAD_MAX : s->kept;
}

/* Text between records, which no dump has. */
static enum split_result
stray_text(struct split *s, size_t at, struct split_record *r)
{
	const char *p = memchr(s->data + at, '<', s->len - at);

	if (p == NULL && !s->last)
		return need_more(s, at);
	s->start = at;
	s->broken = "text between records";
	return give_broken(s, p != NULL ? (size_t)(p - s->data) : s->len, r);
}

/* The next thing that is not white space; s->len if there is none. */
static size_t
skip_space(const struct split *s, size_t at)
{
	while (at < s->len && is_space(s->data[at]))
		at++;
	return at;
}

/* Looks for the next record, or the root's end. */
static enum split_result
in_content(struct split *s, struct split_record *r)
{
	size_t at = s->pos = skip_space(s, s->pos);
	const char *next = s->data + s->len;

	if (at == s->len) {
		if (s->last && s->rootless)
			return SPLIT_END;
		return need_more(s, lead_start(s, at));
	}
	if (s->data[at] != '<')
		return stray_text(s, at, r);
	enum markup_kind kind = markup_scan(s->data + at, doubt_end(s, at), &next);
	size_t behind = (size_t)(next - s->data);
	switch (kind) {
	case MARKUP_MORE:
		if (!s->last && s->len - at <= s->doubt)
			return need_more(s, lead_start(s, at));
		doubt_less(s);
		begin(s, at, at + 1, MARKUP_BAD, r);
		return broken(s, at + 1, "markup that does not end", r);
	case MARKUP_BAD:
		begin(s, at, at + 1, kind, r);
		return broken(s, at + 1, "not well-formed", r);
	case MARKUP_DECLARATION:
		return refuse(s, "has a DOCTYPE or entity declaration, which no dump has");
	case MARKUP_START:
	case MARKUP_EMPTY:
		return begin(s, at, behind, kind, r);
	case MARKUP_CDATA:
		return give(s, at, behind, "text between records", r);
	case MARKUP_END:
		if (s->rootless || !is_tag_of(s, at, s->root, s->root_len))
			return give(s, at, behind, "an end tag too many", r);
		s->state = STATE_AFTER;
		break;
	case MARKUP_COMMENT:
		break;
	}
	s->pos = s->kept = behind;
	return SPLIT_GOING;
}

/* Behind the root there may be white space and comments. */
static enum split_result
in_after(struct split *s)
{
	const char *next = NULL;
	size_t at = s->pos = s->kept = skip_space(s, s->pos);

	if (at == s->len)
		return s->last ? SPLIT_END : need_more(s, at);
	enum markup_kind kind = s->data[at] == '<'
	    ? markup_scan(s->data + at, s->data + s->len, &next)
	    : MARKUP_BAD;
	if (kind == MARKUP_MORE && !s->last)
		return need_more(s, at);
	if (kind != MARKUP_COMMENT)
		return refuse(s, "goes on after its root element");
	s->pos = s->kept = (size_t)(next - s->data);
	return SPLIT_GOING;
}

/* The start tag at AT: the root's, or a record's where the root is missing, or neither. */
static enum split_result
root_tag(struct split *s, size_t at, size_t next, bool empty)
{
	for (int t = 0; t < DUMP_TYPES; t++) {
		const char *root = dump_type_name((enum dump_type)t);
		const char *name = shape_record_name((enum dump_type)t);
		bool is_root = is_tag_of(s, at, root, strlen(root));
		if (s->root != NULL && s->type != (enum dump_type)t)
			continue;
		if (!is_root && !is_tag_of(s, at, name, strlen(name)))
			continue;
		set_type(s, (enum dump_type)t);
		s->rootless = !is_root;
		s->state = is_root && empty ? STATE_AFTER : STATE_CONTENT;
		s->pos = is_root ? next : at;
		s->kept = is_root ? next : s->kept;
		return SPLIT_GOING;
	}
	char name[41];
	int len = (int)strcspn(s->data + at + 1, " \t\r\n/>");
	log_escape(name, sizeof name, s->data + at + 1, (size_t)len);
	snprintf(s->reason, sizeof s->reason, "root element is <%s>, not %s%s%s", name,
	    s->root != NULL ? "<" : "one of a dump", s->root != NULL ? s->root : "",
	    s->root != NULL ? ">" : "");
	return SPLIT_REFUSED;
}

/* Whether the instruction at P is an XML declaration of an encoding that is not UTF-8. */
static bool
is_other_encoding(const char *p, const char *end)
{
	char text[256];
	size_t len = (size_t)(end - p) < sizeof text ? (size_t)(end - p) : sizeof text - 1;

	memcpy(text, p, len);
	text[len] = '\0';
	const char *encoding = strncmp(text, "<?xml", 5) == 0 ? strstr(text, "encoding") : NULL;
	if (encoding == NULL)
		return false;
	encoding += strcspn(encoding, "\"'");
	encoding += *encoding != '\0';
	return strncasecmp(encoding, "utf-8", 5) != 0 && strncasecmp(encoding, "us-ascii", 8) != 0;
}

static enum split_result
in_prolog(struct split *s)
{
	const char *next = NULL;
	size_t at = s->pos;

	if (s->base + at == 0) {
		if (s->len < 3 && !s->last)
			return need_more(s, 0);
		if (s->len >= 3 && memcmp(s->data, "\xef\xbb\xbf", 3) == 0)
			at = s->text_start = 3;
	}
	at = s->pos = skip_space(s, at);
	s->kept = lead_start(s, at);
	if (at == s->len)
		return need_more(s, s->kept);
	if (s->data[at] != '<')
		return refuse(s, "is not XML");
	const char *p = s->data + at;
	switch (markup_scan(p, s->data + s->len, &next)) {
	case MARKUP_MORE:
		return need_more(s, s->kept);
	case MARKUP_COMMENT:
		if (is_other_encoding(p, next))
			return refuse(s, "declares an encoding other than UTF-8");
		break;
	case MARKUP_START:
		return root_tag(s, at, (size_t)(next - s->data), false);
	case MARKUP_EMPTY:
		return root_tag(s, at, (size_t)(next - s->data), true);
	case MARKUP_DECLARATION:
		return refuse(s, "has a DOCTYPE or entity declaration, which no dump has");
	case MARKUP_END:
	case MARKUP_CDATA:
	case MARKUP_BAD:
		return refuse(s, "is not XML");
	}
	s->pos = s->kept = (size_t)(next - s->data);
	return SPLIT_GOING;
}

enum split_result
split_next(struct split *s, struct split_record *r)
{
	enum split_result result = SPLIT_GOING;

	while (result == SPLIT_GOING) {
		switch (s->state) {
		case STATE_PROLOG:
			result = in_prolog(s);
			break;
		case STATE_CONTENT:
			result = in_content(s, r);
			break;
		case STATE_RECORD:
			result = in_record(s, r);
			break;
		case STATE_BROKEN:
			result = in_broken(s, r);
			break;
		case STATE_AFTER:
			result = in_after(s);
			break;
		}
	}
	return result;
}
