/* SPDX-License-Identifier: MIT */
/*
 * Where records start and end: random dumps, windows cut at every place, and every way
 * in which one record can be broken without harm to the others.
 */
#include "parse/split.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/mem.h"
#include "tests/unit/unit.h"

/* More than any dump here holds. */
#define RECORDS_MAX 128

/* Seeds of random dumps, the first of which DX_SEED replaces: a failure prints the one it had. */
#define SEEDS 400

struct place {
	size_t offset;
	size_t len;
	size_t line;
	const char *broken;
};

/* A dump, with the places that have to be found in it. */
struct dump {
	struct buf text;
	size_t lines; /* LF so far */
	struct place records[RECORDS_MAX];
	size_t count;
};

/* How the text is cut into windows: SIZE bytes more each time; 0: random, by SEED. */
struct cuts {
	size_t first; /* bytes of the first; 0: as the others */
	size_t size;
	unsigned seed;
	bool last_alone; /* that it was the last is known only after it */
};

struct found {
	struct place records[RECORDS_MAX];
	size_t count;
	enum split_result end;
	enum dump_type type;
	char reason[200];
};

static unsigned
next_random(unsigned *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state >> 4;
}

static size_t
piece(const struct cuts *cuts, size_t fed, unsigned *state)
{
	if (fed == 0 && cuts->first > 0)
		return cuts->first;
	return cuts->size > 0 ? cuts->size : 1 + next_random(state) % 40;
}

static void
keep(struct found *f, const struct split_record *r)
{
	/* An assertion of check costs a write: there are too many records for that. */
	if (f->count == RECORDS_MAX || r->ordinal != f->count + 1)
		ck_abort_msg("record %llu comes after %zu records", (unsigned long long)r->ordinal,
		    f->count);
	f->records[f->count++] = (struct place){r->offset, r->len, r->line, r->broken};
}

/* Splits TEXT as CUTS says. Each window is memory of its own, so that a sanitizer sees a byte too
 * far. */
static void
split_text(enum dump_type type, const char *text, size_t len, const struct cuts *cuts,
    struct found *f)
{
	struct split *s = split_new(type);
	struct split_record r;
	size_t start = 0, end = 0;
	unsigned state = cuts->seed * 2654435761u + 1;
	char *window = NULL;
	bool last = false;

	memset(f, 0, sizeof *f);
	f->end = SPLIT_MORE;
	while (f->end == SPLIT_MORE || f->end == SPLIT_RECORD) {
		if (f->end == SPLIT_MORE) {
			if (last)
				ck_abort_msg("more is wanted than there is");
			start += window != NULL ? split_kept(s) : 0;
			size_t more = piece(cuts, end, &state);
			last = cuts->last_alone ? end == len : more >= len - end;
			end = more >= len - end ? len : end + more;
			char *next = mem_alloc(end - start);
			memcpy(next, text + start, end - start);
			split_window(s, next, end - start, last);
			free(window);
			window = next;
		}
		f->end = split_next(s, &r);
		if (f->end != SPLIT_RECORD)
			continue;
		ck_assert_msg(r.offset + r.len <= len &&
			memcmp(r.data, text + r.offset, r.len) == 0,
		    "record at %llu is not what stands there", (unsigned long long)r.offset);
		keep(f, &r);
	}
	f->type = split_type(s);
	snprintf(f->reason, sizeof f->reason, "%s", split_reason(s));
	free(window);
	split_free(s);
}

/* Appends what is no record. */
static void
add(struct dump *d, const char *text)
{
	for (const char *p = text; *p != '\0'; p++)
		d->lines += *p == '\n';
	buf_add_str(&d->text, text);
}

static void
begin_record(struct dump *d)
{
	d->records[d->count++] = (struct place){.offset = d->text.len, .line = d->lines + 1};
}

static void
end_record(struct dump *d)
{
	struct place *p = &d->records[d->count - 1];

	p->len = d->text.len - p->offset;
}

static void
add_record(struct dump *d, const char *text)
{
	begin_record(d);
	add(d, text);
	end_record(d);
}

static const char *
pick(const char *const *list, size_t count, unsigned *state)
{
	return list[next_random(state) % count];
}

#define PICK(list, state) pick(list, sizeof(list) / sizeof *(list), state)

/* What may stand between tags. */
static void
random_text(struct dump *d, unsigned *state)
{
	static const char *const texts[] = {"", " ", "\n", "\r\n", "a", "two words", "x\ny\n",
	    "&amp;&lt;/label&gt;", "\xc3\xa9\xe2\x80\xa8", "> \" ' ]", "\t", "</", "/>"};

	const char *text = PICK(texts, state);
	add(d, text[0] == '<' ? "&lt;/" : text);
}

static void
random_markup(struct dump *d, unsigned *state)
{
	static const char *const pieces[] = {"<!-- </label> <label> -->", "<!---->", "<!-- > - -->",
	    "<![CDATA[</label>]]>", "<![CDATA[]]>", "<![CDATA[\n<label>\n]]]]>",
	    "<?go </label>\n?>", "<?a?>", "<!--\n<label>\n-->", "<![CDATA[ ]> ]] > </labels> ]]>"};

	add(d, PICK(pieces, state));
}

static void
random_attributes(struct dump *d, unsigned *state)
{
	static const char *const attributes[] = {" id=\"1\"", " a='>'", " b=\"</label>\" ",
	    "\n\tc = \"'\"", " d='\"'", " e=\"/\"", " f=''", " g=\"a/>b\"", "\r\nh='x'"};

	for (unsigned n = next_random(state) % 3; n > 0; n--) {
		/* A raw < is not allowed in a value. */
		const char *text = PICK(attributes, state);
		add(d, strchr(text, '<') != NULL ? " b=\"/label>\"" : text);
	}
}

static void
random_element(struct dump *d, const char *name, unsigned depth, unsigned *state)
{
	static const char *const names[] = {"label", "labels2", "label-x", "labelx", "label.x",
	    "label:x", "a", "id", "Label", "artist", "\xc3\xa9"};
	static const char *const ends[] = {"", "", "", " ", "\n"};

	if (name == NULL)
		name = PICK(names, state);
	add(d, "<");
	add(d, name);
	random_attributes(d, state);
	if (next_random(state) % 8 == 0) {
		add(d, PICK(ends, state));
		add(d, "/>");
		return;
	}
	add(d, PICK(ends, state));
	add(d, ">");
	for (unsigned n = next_random(state) % 5; n > 0; n--) {
		random_text(d, state);
		if (next_random(state) % 6 == 0)
			random_markup(d, state);
		if (depth < 6 && next_random(state) % 3 != 0)
			random_element(d, NULL, depth + 1, state);
	}
	add(d, "</");
	add(d, name);
	add(d, PICK(ends, state));
	add(d, ">");
}

static void
random_dump(struct dump *d, unsigned seed)
{
	static const char *const starts[] = {"", "", "\xef\xbb\xbf", "<?xml version=\"1.0\"?>\n",
	    "\n<!-- a dump -->\r\n", "<?xml version='1.0' encoding='UTF-8'?>"};
	static const char *const roots[] = {"<labels>", "<labels>\n", "<labels a='>'>\n\t", ""};
	static const char *const between[] = {"", "\n", "\n", "\n\t", "\r\n", " ", "\n\n  ",
	    "<!-- </labels> -->", "\n<?x y?>\n"};
	unsigned state = seed * 2246822519u + 1;

	*d = (struct dump){0};
	add(d, PICK(starts, &state));
	const char *root = PICK(roots, &state);
	add(d, root);
	for (unsigned n = next_random(&state) % 12 + (*root == '\0'); n > 0; n--) {
		begin_record(d);
		random_element(d, "label", 0, &state);
		end_record(d);
		add(d, PICK(between, &state));
	}
	if (*root != '\0')
		add(d, next_random(&state) % 2 == 0 ? "</labels>\n" : "</labels>");
}

/* Whether what was found is what had to be. */
static void
expect(const struct dump *d, const struct found *f, const struct cuts *cuts, unsigned seed)
{
	const char *text = d->text.data;
	char where[120];

	snprintf(where, sizeof where, "DX_SEED=%u, first window %zu, then %zu, last alone %d", seed,
	    cuts->first, cuts->size, cuts->last_alone);
	ck_assert_msg(f->end == SPLIT_END, "%s: ended with %d (%s):\n%.*s", where, f->end,
	    f->reason, (int)d->text.len, text);
	ck_assert_msg(f->count == d->count, "%s: %zu records, not %zu:\n%.*s", where, f->count,
	    d->count, (int)d->text.len, text);
	for (size_t i = 0; i < d->count; i++) {
		const struct place *a = &f->records[i], *b = &d->records[i];
		if (a->offset != b->offset || a->len != b->len || a->line != b->line ||
		    a->broken != NULL)
			ck_abort_msg(
			    "%s: record %zu at %zu+%zu line %zu, not %zu+%zu line %zu (%s):\n%.*s",
			    where, i + 1, a->offset, a->len, a->line, b->offset, b->len, b->line,
			    a->broken != NULL ? a->broken : "whole", (int)d->text.len, text);
	}
}

static void
try_cuts(const struct dump *d, struct cuts cuts, unsigned seed)
{
	struct found f;

	split_text(DUMP_LABELS, d->text.data, d->text.len, &cuts, &f);
	expect(d, &f, &cuts, seed);
	cuts.last_alone = true;
	split_text(DUMP_TYPES, d->text.data, d->text.len, &cuts, &f);
	expect(d, &f, &cuts, seed);
	ck_assert_int_eq(f.type, DUMP_LABELS);
}

static unsigned
first_seed(void)
{
	const char *text = getenv("DX_SEED");

	return text != NULL ? (unsigned)strtoul(text, NULL, 10) : 1;
}

START_TEST(random_dumps_in_random_windows)
{
	static const size_t sizes[] = {0, 1, 2, 3, 7, 64, 1u << 20};
	struct dump d;

	for (unsigned seed = first_seed(); seed < first_seed() + SEEDS; seed++) {
		random_dump(&d, seed);
		for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
			try_cuts(&d, (struct cuts){.size = sizes[i], .seed = seed}, seed);
		buf_free(&d.text);
	}
}
END_TEST

START_TEST(random_dumps_cut_at_every_place)
{
	struct dump d;

	for (unsigned seed = first_seed(); seed < first_seed() + SEEDS / 10; seed++) {
		random_dump(&d, seed);
		/* Every place of most dumps; some of the largest. */
		size_t step = 1 + d.text.len / 4000;
		for (size_t at = 1; at < d.text.len; at += step)
			try_cuts(&d, (struct cuts){.first = at, .size = 1u << 20}, seed);
		buf_free(&d.text);
	}
}
END_TEST

/* How the records of a dump stand in it. */
struct layout {
	const char *name;
	const char *start; /* the root's start tag and what follows it */
	const char *between;
	const char *end;
};

static const struct layout layouts[] = {
    {"lines", "<labels>\n", "\n", "\n</labels>\n"},
    {"CRLF", "<?xml version=\"1.0\"?>\r\n<labels>\r\n", "\r\n", "\r\n</labels>\r\n"},
    {"tabs", "<labels>\n\t", "\n\t", "\n</labels>"},
    {"one line", "<labels>", "", "</labels>"},
    {"rootless lines", "", "\n", "\n"},
};

/* A broken record, and what must come of it. */
struct damage {
	const char *name;
	const char *text;
	size_t good; /* bytes at its start that are a whole record of their own; 0: none */
	bool unsure; /* nothing in it shows, in one line, that the next is not a part of it */
};

static const struct damage damages[] = {
    {"cut in text", "<label><id>5</id><name>No", 0, true},
    {"cut in a name", "<label><id>5</id><na", 0, true},
    {"cut in a value", "<label><id>5</id><u id=\"9", 0, true},
    {"cut in an end tag", "<label><id>5</id", 0, true},
    {"cut before the name", "<label><id>5</id><", 0, true},
    {"cut in a nested record", "<label><id>5</id><s><label id='9'>x", 0, true},
    {"cut behind a nested record", "<label><id>5</id><s><label id='9'>x</label>", 0, false},
    {"cut in its own tag", "<label", 0, true},
    {"nothing but its tag", "<label>", 0, true},
    {"own end tag missing", "<label><id>5</id><name>N</name>", 0, true},
    {"inner end tag missing", "<label><id>5</id><name>N</label>", 0, false},
    {"inner end tags missing", "<label><id>5<name>N<a><b></label>", 0, false},
    {"an end tag too many", "<label><id>5</id></name></label>", 0, false},
    {"its own end tag twice", "<label><id>5</id></label></label>", 25, false},
    {"an end tag behind it", "<label><id>5</id></label></a>", 25, false},
    {"quote not closed", "<label><id>5</id><u a=\"x></u></label>", 0, false},
    {"quote closed too late", "<label><id>5</id><u a=\"x></u><u b=\"\"/></label>", 0, false},
    {"comment not closed", "<label><id>5</id><!-- x</label>", 0, false},
    {"CDATA not closed", "<label><id>5</id><![CDATA[x</label>", 0, false},
    {"CDATA not begun", "<label><id>5</id><![CDA[x]]></label>", 0, false},
    {"instruction not closed", "<label><id>5</id><?x</label>", 0, false},
    {"less-than in text", "<label><id>5</id>a < b</label>", 0, false},
    {"less-than in a tag", "<label><id>5</id><a <b/></label>", 0, false},
    {"name that is none", "<label><id>5</id><1></1></label>", 0, false},
    {"text between records", "hello & world >", 0, false},
    {"CDATA between records", "<![CDATA[hello]]>", 0, false},
    {"foreign element", "<foo><id>5</id><label></label></foo>", 0, false},
    {"foreign empty element", "<foo a='1'/>", 0, false},
    {"end tag alone", "</foo>", 0, false},
    {"own end tag alone", "</label>", 0, false},
    {"name that goes on", "<label2><id>5</id></label2>", 0, false},
};

static void
broken_dump(struct dump *d, const struct layout *layout, const char *text, size_t good,
    size_t position)
{
	char record[200];

	*d = (struct dump){0};
	add(d, layout->start);
	for (size_t i = 0; i < 6; i++) {
		snprintf(record, sizeof record,
		    "<label><id>10%zu</id><s><label id='1'>a\nb</label></s></label>", i);
		if (i > 0)
			add(d, layout->between);
		if (i != position) {
			add_record(d, record);
			continue;
		}
		snprintf(record, sizeof record, "%.*s", (int)good, text);
		if (good > 0)
			add_record(d, record);
		add(d, text + good);
	}
	add(d, layout->end);
}

/* Whether place P was found, whole. */
static bool
has_whole(const struct found *f, const struct place *p)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->records[i].offset == p->offset && f->records[i].len == p->len &&
		    f->records[i].line == p->line && f->records[i].broken == NULL)
			return true;
	return false;
}

/* All whole records but, where UNSURE, the one at position SWALLOWED come out, and one broken. */
static void
expect_rest(const struct dump *d, const struct found *f, bool unsure, size_t swallowed,
    const char *what)
{
	size_t broken = 0;

	ck_assert_msg(f->end == SPLIT_END, "%s: ended with %d (%s):\n%.*s", what, f->end, f->reason,
	    (int)d->text.len, d->text.data);
	for (size_t i = 0; i < f->count; i++)
		broken += f->records[i].broken != NULL;
	ck_assert_msg(broken == 1, "%s: %zu broken:\n%.*s", what, broken, (int)d->text.len,
	    d->text.data);
	for (size_t i = 0; i < d->count; i++)
		ck_assert_msg(has_whole(f, &d->records[i]) || (unsure && i == swallowed),
		    "%s: whole record %zu is not found:\n%.*s", what, i + 1, (int)d->text.len,
		    d->text.data);
}

static void
check_damage(const struct layout *layout, const struct damage *damage, size_t position)
{
	static const size_t sizes[] = {1u << 20, 1, 5, 64};
	bool unsure = damage->unsure && strcmp(layout->name, "one line") == 0;
	struct dump d;
	struct found f;
	char what[160];

	broken_dump(&d, layout, damage->text, damage->good, position);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct cuts cuts = {.size = sizes[i], .last_alone = i % 2 == 0};
		snprintf(what, sizeof what, "%s, %s, place %zu, windows of %zu", damage->name,
		    layout->name, position, sizes[i]);
		split_text(DUMP_LABELS, d.text.data, d.text.len, &cuts, &f);
		expect_rest(&d, &f, unsure, position, what);
	}
	buf_free(&d.text);
}

/* Whether a dump without a root may start with it: what is neither root nor record there is no
 * dump.
 */
static bool
starts_dump(const struct damage *damage)
{
	return strncmp(damage->text, "<label>", 7) == 0;
}

START_TEST(one_broken_record)
{
	const struct damage *damage = &damages[_i];

	for (size_t l = 0; l < sizeof layouts / sizeof *layouts; l++)
		for (size_t position = 0; position < 6; position += position == 0 ? 2 : 3)
			if (position > 0 || *layouts[l].start != '\0' || starts_dump(damage))
				check_damage(&layouts[l], damage, position);
}
END_TEST

/* Splits TEXT whole and byte by byte, which gives the same; the result is that of the first. */
static struct found
split_both(enum dump_type type, const char *text)
{
	struct found whole, bytes;

	split_text(type, text, strlen(text), &(struct cuts){.size = 1u << 20}, &whole);
	split_text(type, text, strlen(text), &(struct cuts){.size = 1, .last_alone = true}, &bytes);
	ck_assert_int_eq(whole.end, bytes.end);
	ck_assert_uint_eq(whole.count, bytes.count);
	ck_assert_str_eq(whole.reason, bytes.reason);
	for (size_t i = 0; i < whole.count; i++)
		ck_assert(whole.records[i].offset == bytes.records[i].offset &&
		    whole.records[i].len == bytes.records[i].len &&
		    whole.records[i].line == bytes.records[i].line &&
		    whole.records[i].broken == bytes.records[i].broken);
	return whole;
}

/* A whole text and how it ends. */
static const struct whole {
	const char *text;
	enum dump_type type; /* asked for */
	enum split_result end;
	size_t count; /* of records, broken ones included */
	const char *reason; /* in it */
} wholes[] = {
    {"<labels/>", DUMP_TYPES, SPLIT_END, 0, ""},
    {"<labels />\n", DUMP_LABELS, SPLIT_END, 0, ""},
    {"<labels></labels>", DUMP_TYPES, SPLIT_END, 0, ""},
    {"<labels>\n</labels>\n<!-- made by hand -->\n", DUMP_TYPES, SPLIT_END, 0, ""},
    {"<label/><label/>", DUMP_TYPES, SPLIT_END, 2, ""},
    {"<label/>\n\n", DUMP_TYPES, SPLIT_END, 1, ""},
    {"\xef\xbb\xbf<labels><label/></labels>", DUMP_TYPES, SPLIT_END, 1, ""},
    {"<?xml version='1.0' encoding=\"utf-8\" ?><labels><label/></labels>", DUMP_TYPES, SPLIT_END, 1,
	""},
    {"<?xml version='1.0' encoding='US-ASCII'?><labels/>", DUMP_TYPES, SPLIT_END, 0, ""},
    {"<?xml version='1.0' encoding='ISO-8859-1'?><labels/>", DUMP_TYPES, SPLIT_REFUSED, 0,
	"encoding"},
    {"", DUMP_LABELS, SPLIT_CUT, 0, "</labels>"},
    {"", DUMP_TYPES, SPLIT_CUT, 0, "before any record"},
    {" \n", DUMP_TYPES, SPLIT_CUT, 0, "before any record"},
    {"\xef\xbb\xbf", DUMP_TYPES, SPLIT_CUT, 0, "before any record"},
    {"\xef\xbb", DUMP_TYPES, SPLIT_REFUSED, 0, "not XML"},
    {"<", DUMP_TYPES, SPLIT_CUT, 0, "before any record"},
    {"<labels", DUMP_LABELS, SPLIT_CUT, 0, "</labels>"},
    {"<labels>", DUMP_TYPES, SPLIT_CUT, 0, "</labels>"},
    {"<labels>\n<label/>\n", DUMP_TYPES, SPLIT_CUT, 1, "</labels>"},
    {"<labels>\n<label/>\n</labels", DUMP_TYPES, SPLIT_CUT, 2, "</labels>"},
    {"<labels>\n<label><id>1</id>", DUMP_TYPES, SPLIT_CUT, 1, "</labels>"},
    {"<labels><label/></labels>text", DUMP_TYPES, SPLIT_REFUSED, 1, "after its root"},
    {"<labels><label/></labels><labels/>", DUMP_TYPES, SPLIT_REFUSED, 1, "after its root"},
    {"<labels/></labels>", DUMP_TYPES, SPLIT_REFUSED, 0, "after its root"},
    {"<labels/><", DUMP_TYPES, SPLIT_REFUSED, 0, "after its root"},
    {"<artists><artist/></artists>", DUMP_LABELS, SPLIT_REFUSED, 0, "<artists>, not <labels>"},
    {"<artists/>", DUMP_LABELS, SPLIT_REFUSED, 0, "<artists>, not <labels>"},
    {"<html>", DUMP_TYPES, SPLIT_REFUSED, 0, "root element is <html>"},
    {"<labels2>", DUMP_TYPES, SPLIT_REFUSED, 0, "root element is <labels2>"},
    {"<\xc3\xa9>", DUMP_TYPES, SPLIT_REFUSED, 0, "\\xc3\\xa9"},
    {"labels", DUMP_TYPES, SPLIT_REFUSED, 0, "not XML"},
    {"</labels>", DUMP_TYPES, SPLIT_REFUSED, 0, "not XML"},
    {"<![CDATA[x]]><labels/>", DUMP_TYPES, SPLIT_REFUSED, 0, "not XML"},
    {"<!DOCTYPE labels><labels/>", DUMP_TYPES, SPLIT_REFUSED, 0, "DOCTYPE"},
    {"<labels><!ENTITY a 'b'><label/></labels>", DUMP_TYPES, SPLIT_REFUSED, 0, "DOCTYPE"},
    {"<labels><label><!DOCTYPE a></label></labels>", DUMP_TYPES, SPLIT_REFUSED, 0, "DOCTYPE"},
    {"<labels><!-- x", DUMP_TYPES, SPLIT_CUT, 1, "</labels>"},
};

START_TEST(whole_texts)
{
	const struct whole *w = &wholes[_i];
	struct found f = split_both(w->type, w->text);

	ck_assert_msg(f.end == w->end, "%s: ended with %d (%s), not %d", w->text, f.end, f.reason,
	    w->end);
	ck_assert_msg(f.count == w->count, "%s: %zu records, not %zu", w->text, f.count, w->count);
	ck_assert_msg(strstr(f.reason, w->reason) != NULL, "%s: %s", w->text, f.reason);
}
END_TEST

START_TEST(each_type_by_its_root)
{
	static const char *const texts[] = {"<artists><artist/></artists>",
	    "<labels><label/></labels>", "<masters><master/></masters>",
	    "<releases><release/></releases>"};

	for (int type = 0; type < DUMP_TYPES; type++) {
		struct found f = split_both(DUMP_TYPES, texts[type]);
		ck_assert_int_eq(f.type, type);
		ck_assert_uint_eq(f.count, 1);
		f = split_both((enum dump_type)type, texts[type]);
		ck_assert_int_eq(f.end, SPLIT_END);
	}
}
END_TEST

/* A record larger than the limit is refused before the memory is. */
START_TEST(record_too_large)
{
	size_t len = SPLIT_RECORD_MAX + (16u << 20);
	char *text = mem_alloc(len);
	struct found f;

	memset(text, 'x', len);
	memcpy(text, "<labels><label>", 15);
	split_text(DUMP_LABELS, text, len, &(struct cuts){.size = 8u << 20}, &f);
	ck_assert_int_eq(f.end, SPLIT_REFUSED);
	ck_assert_str_eq(f.reason, "record at byte 8 is larger than 32 MiB");
	free(text);
}
END_TEST

/* What never ends costs a few MiB of looking, and the records behind it come out. */
static void
check_doubt(const char *open)
{
	struct dump d = {0};
	struct found f;
	char *filler = mem_alloc(100001);

	memset(filler, 'x', 100000);
	filler[100000] = '\0';
	add(&d, "<labels>\n");
	add(&d, open);
	for (int i = 0; i < 60; i++) {
		add(&d, "\n");
		begin_record(&d);
		add(&d, "<label><id>1</id>");
		add(&d, filler);
		add(&d, "</label>");
		end_record(&d);
	}
	add(&d, "\n</labels>");
	split_text(DUMP_LABELS, d.text.data, d.text.len, &(struct cuts){.size = 256u << 10}, &f);
	expect_rest(&d, &f, false, 0, open);
	free(filler);
	buf_free(&d.text);
}

START_TEST(doubt_has_an_end)
{
	check_doubt("<label><id>5</id>");
	check_doubt("<label><id>5</id><!-- x</label>");
	check_doubt("<label><id>5</id><a><label>");
	check_doubt("<![CDATA[");
	check_doubt("<foo>");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("parse_split");
	TCase *random = tcase_create("random"), *broken = tcase_create("broken"),
	      *whole = tcase_create("whole");

	tcase_set_timeout(random, 300);
	tcase_add_test(random, random_dumps_in_random_windows);
	tcase_add_test(random, random_dumps_cut_at_every_place);
	tcase_set_timeout(broken, 120);
	tcase_add_loop_test(broken, one_broken_record, 0, sizeof damages / sizeof *damages);
	tcase_add_test(broken, doubt_has_an_end);
	tcase_add_test(broken, record_too_large);
	tcase_add_loop_test(whole, whole_texts, 0, sizeof wholes / sizeof *wholes);
	tcase_add_test(whole, each_type_by_its_root);
	suite_add_tcase(suite, random);
	suite_add_tcase(suite, broken);
	suite_add_tcase(suite, whole);
	return unit_run(suite);
}
