/* SPDX-License-Identifier: MIT */
/*
 * From a record's tree to its line of JSON.
 *
 * The JSON is written straight from the tree: the members of an object are
 * collected on a stack, sorted bytewise by name, and written. What the default shape does to a
 * record's members stands in the rules below, one for each member that is not
 * kept as the tree has it.
 */
#include "parse/shape.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/digest.h"
#include "common/mem.h"
#include "parse/json.h"
#include "parse/strip.h"

/* How a member is written. */
enum how {
	HOW_VALUE, /* an attribute */
	HOW_TEXT, /* an element's text */
	HOW_KEEP, /* an element as the tree has it */
	HOW_RENAME, /* an element, its attributes and text renamed */
	HOW_STRINGS, /* a container: the list of its children, kept */
	HOW_OBJECTS, /* a container: the list of its children, renamed */
	HOW_REFS, /* as HOW_OBJECTS; a bare string becomes {"id": string} */
	HOW_BARE /* an element's text alone, whatever attributes it has */
};

struct rule {
	const char *member;
	enum how how;
	const char *child; /* of a container */
};

#define RULES_MAX 8

/* So many moves of insertion sort, and an object is not what dumps hold: it is sorted in a way that
 * is never quadratic. */
#define SORT_MOVES_MAX 4096

/* One type of record. A fifth type is an entry here and one in common/dump.c. */
struct record_type {
	const char *name;
	bool id_is_attribute; /* else a child */
	bool rename_top; /* attributes of the record itself are renamed */
	struct rule rules[RULES_MAX];
};

static const struct record_type record_types[DUMP_TYPES] = {
    [DUMP_ARTISTS] = {"artist", false, false,
	{{"members", HOW_REFS, "name"}, {"groups", HOW_REFS, "name"},
	    {"aliases", HOW_REFS, "name"}}},
    [DUMP_LABELS] = {"label", false, false,
	{{"sublabels", HOW_REFS, "label"}, {"parentLabel", HOW_RENAME, NULL}}},
    [DUMP_MASTERS] = {"master", true, true,
	{{"artists", HOW_OBJECTS, "artist"}, {"genres", HOW_STRINGS, "genre"},
	    {"styles", HOW_STRINGS, "style"}}},
    [DUMP_RELEASES] = {"release", true, true,
	{{"artists", HOW_OBJECTS, "artist"}, {"labels", HOW_OBJECTS, "label"},
	    {"extraartists", HOW_OBJECTS, "artist"}, {"formats", HOW_OBJECTS, "format"},
	    {"genres", HOW_STRINGS, "genre"}, {"styles", HOW_STRINGS, "style"},
	    {"master_id", HOW_BARE, NULL}}},
};

struct shape {
	const char *name;
	bool rules; /* whether the rules of the record types apply */
	bool strip; /* whether text loses leading and trailing white space (Unicode) */
};

static const struct shape shapes[] = {
    {"discogsography", true, false},
    {"xmltodict", false, true},
};

/* A rule as it is looked up: its names with their lengths and keys. */
struct prepared_rule {
	struct slice member;
	struct slice child;
	uint64_t member_key;
	uint64_t child_key;
	enum how how;
};

/* A member of an object that is being collected. Small, since sorting moves it. */
struct member {
	uint64_t key; /* the first eight bytes of the name with its prefix, as tree_key has them */
	const char *name; /* without the prefix */
	const struct node *node; /* the element or attribute; for an element's text, the element */
	uint32_t name_len; /* a record is far shorter than 4 GiB */
	unsigned char prefix; /* '@' attribute, '#' text, 0 neither */
	unsigned char how; /* enum how */
	signed char rule; /* the number of the rule of a container, or -1 */
};

struct shaper {
	const struct shape *shape;
	const struct record_type *type;
	struct digest *digest;
	struct prepared_rule rules[RULES_MAX];
	int rule_count; /* 0 for a shape without rules */
	struct member *members; /* a stack: an object's members above those of what holds it */
	size_t count;
	size_t cap;
};

const struct shape *
shape_find(const char *name)
{
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
		if (strcmp(shapes[i].name, name) == 0)
			return &shapes[i];
	return NULL;
}

const char *
shape_name(const struct shape *shape)
{
	return shape->name;
}

const char *
shape_record_name(enum dump_type type)
{
	return record_types[type].name;
}

static struct prepared_rule
prepare_rule(const struct rule *r)
{
	struct prepared_rule p = {.member = {r->member, strlen(r->member)}, .how = r->how};

	if (r->child != NULL)
		p.child = (struct slice){r->child, strlen(r->child)};
	p.member_key = tree_key(p.member);
	p.child_key = tree_key(p.child);
	return p;
}

struct shaper *
shaper_new(const struct shape *shape, enum dump_type type)
{
	struct shaper *s = mem_zero(1, sizeof *s);

	s->shape = shape;
	s->type = &record_types[type];
	s->digest = digest_new();
	for (const struct rule *r = s->type->rules;
	     shape->rules && s->rule_count < RULES_MAX && r->member != NULL; r++)
		s->rules[s->rule_count++] = prepare_rule(r);
	return s;
}

void
shaper_free(struct shaper *s)
{
	if (s == NULL)
		return;
	digest_free(s->digest);
	free(s->members);
	free(s);
}

/* The text of element N as this shape has it; data is NULL if there is none. */
static struct slice
text_of(const struct shaper *s, const struct node *n)
{
	if (!s->shape->strip || n->text.data == NULL)
		return n->text;
	struct slice text = strip_unicode(n->text);
	return text.len > 0 ? text : (struct slice){NULL, 0};
}

static inline void
push(struct shaper *s, struct member m)
{
	if (s->count == s->cap) {
		s->cap = s->cap == 0 ? 256 : s->cap * 2;
		s->members = mem_resize(s->members, s->cap, sizeof *s->members);
	}
	s->members[s->count++] = m;
}

/* Orders names that begin with the same eight bytes. */
static int
compare_slowly(const struct member *a, const struct member *b)
{
	size_t len = a->name_len < b->name_len ? a->name_len : b->name_len;
	int order = memcmp(a->name, b->name, len);

	return order != 0 ? order : (a->name_len > b->name_len) - (a->name_len < b->name_len);
}

/* Orders by name, bytewise with the prefix in front: XML names start with neither '@' nor '#', so
 * members with the same key have the same prefix. */
static inline int
compare(const struct member *a, const struct member *b)
{
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return compare_slowly(a, b);
}

/* The key of a member whose name has the key NAME_KEY. */
static inline uint64_t
member_key(unsigned char prefix, uint64_t name_key)
{
	return prefix != 0 ? (uint64_t)prefix << 56 | name_key >> 8 : name_key;
}

/* Whether two names, whose tree_keys are given with them, are the same. */
static inline bool
is_same_name(struct slice a, uint64_t a_key, struct slice b, uint64_t b_key)
{
	return a_key == b_key && a.len == b.len &&
	    (a.len <= sizeof a_key || memcmp(a.data, b.data, a.len) == 0);
}

/* Sorts N members, those of one name in order of place, however they come. */
static void
merge_sort(struct member *m, size_t n)
{
	struct member *sorted = mem_resize(NULL, n, sizeof *m);

	for (size_t width = 1; width < n; width *= 2) {
		for (size_t low = 0; low < n; low += 2 * width) {
			size_t i = low, middle = low + width < n ? low + width : n, j = middle;
			size_t end = middle + width < n ? middle + width : n;
			for (size_t k = low; k < end; k++) {
				bool left = i < middle && (j == end || compare(&m[i], &m[j]) <= 0);
				sorted[k] = left ? m[i++] : m[j++];
			}
		}
		memcpy(m, sorted, n * sizeof *m);
	}
	free(sorted);
}

/*
 * Sorts the members from BASE on, those of one name in order of place. Insertion
 * costs little for what dumps hold, lists of equal names above all.
 */
static void
sort_members(struct shaper *s, size_t base)
{
	struct member *m = s->members + base;
	size_t n = s->count - base, moves = 0;

	for (size_t i = 1; i < n; i++) {
		if (compare(&m[i - 1], &m[i]) <= 0)
			continue;
		struct member one = m[i];
		size_t j = i;
		for (; j > 0 && compare(&m[j - 1], &one) > 0; j--)
			m[j] = m[j - 1];
		m[j] = one;
		moves += i - j;
		if (moves > SORT_MOVES_MAX) {
			merge_sort(m, n);
			return;
		}
	}
}

/* The end of the run of members with the name of member I. */
static size_t
same_name(const struct shaper *s, size_t i)
{
	size_t j = i + 1;

	while (j < s->count && compare(&s->members[i], &s->members[j]) == 0)
		j++;
	return j;
}

static const struct node *
find_child(const struct node *n, const char *name)
{
	for (const struct node *c = n->children; c != NULL; c = c->next)
		if (slice_is(c->name, name))
			return c;
	return NULL;
}

static bool
has_member(const struct node *n, const char *name)
{
	for (const struct node *a = n->attributes; a != NULL; a = a->next)
		if (slice_is(a->name, name))
			return true;
	return find_child(n, name) != NULL;
}

/* Collects element or attribute N under its own name. */
static inline void
push_node(struct shaper *s, const struct node *n, unsigned char prefix, enum how how)
{
	push(s,
	    (struct member){.key = member_key(prefix, n->key),
		.name = n->name.data,
		.node = n,
		.name_len = (uint32_t)n->name.len,
		.prefix = prefix,
		.how = (unsigned char)how,
		.rule = -1});
}

/* Collects attributes and text of N; RENAME gives them plain names. */
static void
push_own(struct shaper *s, const struct node *n, bool rename)
{
	static const char text[4 + BYTES_PADDING] = "text", name[4 + BYTES_PADDING] = "name";

	for (const struct node *a = n->attributes; a != NULL; a = a->next)
		push_node(s, a, rename ? 0 : '@', HOW_VALUE);
	if (n->text.data == NULL || text_of(s, n).data == NULL)
		return;
	if (rename && has_member(n, "name"))
		return;
	struct member m = {.name = rename ? name : text,
	    .name_len = 4,
	    .node = n,
	    .prefix = rename ? 0 : '#',
	    .how = HOW_TEXT,
	    .rule = -1};
	m.key = member_key(m.prefix, tree_key((struct slice){m.name, m.name_len}));
	push(s, m);
}

static void write_element(struct shaper *s, const struct node *n, bool rename, struct buf *out);

/* Writes the value of one member. */
static inline void
write_value(struct shaper *s, const struct member *m, struct buf *out)
{
	if (m->how == HOW_VALUE)
		json_text(out, m->node->text);
	else if (m->how == HOW_TEXT)
		json_text(out, text_of(s, m->node));
	else
		write_element(s, m->node, m->how == HOW_RENAME, out);
}

static inline void
write_name(struct buf *out, const struct member *m)
{
	json_name(out, (char)m->prefix, (struct slice){m->name, m->name_len});
}

static bool
is_element(const struct member *m)
{
	return m->how != HOW_VALUE && m->how != HOW_TEXT;
}

/*
 * Writes the members I..J-1, which have one name: one value, or an array of the
 * elements. A renamed attribute gives way to an element of its name.
 */
static void
write_group(struct shaper *s, size_t i, size_t j, struct buf *out)
{
	while (i + 1 < j && !is_element(&s->members[i]))
		i++;
	write_name(out, &s->members[i]);
	if (i + 1 == j) {
		write_value(s, &s->members[i], out);
		return;
	}
	for (size_t k = i; k < j; k++) {
		buf_add_char(out, k == i ? '[' : ',');
		write_value(s, &s->members[k], out);
	}
	buf_add_char(out, ']');
}

/* Writes element N as a value: null, string or object. */
static void
write_element(struct shaper *s, const struct node *n, bool rename, struct buf *out)
{
	if (n->attributes == NULL && n->children == NULL) {
		struct slice text = text_of(s, n);
		if (text.data != NULL)
			json_text(out, text);
		else
			buf_add(out, "null", 4);
		return;
	}
	size_t base = s->count;
	push_own(s, n, rename);
	for (const struct node *c = n->children; c != NULL; c = c->next)
		push_node(s, c, 0, HOW_KEEP);
	sort_members(s, base);
	for (size_t i = base, j; i < s->count; i = j) {
		j = same_name(s, i);
		buf_add_char(out, i == base ? '{' : ',');
		write_group(s, i, j, out);
	}
	buf_add_char(out, '}');
	s->count = base;
}

/* Writes one item of a list. */
static void
write_item(struct shaper *s, const struct node *n, enum how how, struct buf *out)
{
	if (how == HOW_REFS && n->attributes == NULL && n->children == NULL &&
	    text_of(s, n).data != NULL) {
		buf_add(out, "{\"id\":", 6);
		json_text(out, text_of(s, n));
		buf_add_char(out, '}');
		return;
	}
	write_element(s, n, how != HOW_STRINGS, out);
}

/*
 * Writes the members I..J-1, containers of one name, as one list; returns whether it has
 * anything in it. A single empty child is nothing; among others it keeps its
 * place as null, as consumers know it.
 */
static bool
write_list(struct shaper *s, size_t i, size_t j, struct buf *out)
{
	/* They have one name, so the first one's rule is that of all. */
	const struct prepared_rule *rule = &s->rules[s->members[i].rule];
	size_t items = 0, filled = 0;

	for (; i < j; i++) {
		for (const struct node *c = s->members[i].node->children; c != NULL; c = c->next) {
			if (!is_same_name(c->name, c->key, rule->child, rule->child_key))
				continue;
			buf_add_char(out, items++ > 0 ? ',' : '[');
			filled += c->attributes != NULL || c->children != NULL ||
			    text_of(s, c).data != NULL;
			write_item(s, c, rule->how, out);
		}
	}
	if (items > 0)
		buf_add_char(out, ']');
	return items > 1 || filled > 0;
}

/* Writes ",NAME:VALUE" for a group of the record's own members, or nothing for an empty list. */
static void
write_record_member(struct shaper *s, size_t i, size_t j, struct buf *out)
{
	const struct member *m = &s->members[i];
	size_t start = out->len;

	buf_add_char(out, ',');
	if (m->rule < 0) {
		write_group(s, i, j, out);
		return;
	}
	write_name(out, m);
	if (!write_list(s, i, j, out))
		out->len = start;
}

/* The number of the rule for a member of the record, or -1. */
static int
find_rule(const struct shaper *s, const struct node *c)
{
	for (int i = 0; i < s->rule_count; i++)
		if (is_same_name(c->name, c->key, s->rules[i].member, s->rules[i].member_key))
			return i;
	return -1;
}

/* Collects child C of the record by its rule, if it has one. */
static void
push_by_rule(struct shaper *s, const struct node *c)
{
	int rule = find_rule(s, c);
	enum how how = rule < 0 ? HOW_KEEP : s->rules[rule].how;
	bool is_list = rule >= 0 && s->rules[rule].child.data != NULL;
	bool is_text = rule >= 0 && c->children == NULL && text_of(s, c).data != NULL;

	/* With attributes the text is the value; without, it is so anyway. */
	if (how == HOW_BARE)
		how = is_text ? HOW_TEXT : HOW_KEEP;
	/* A container with nothing but text has no list to make; its text is not dropped. */
	if (is_list && is_text)
		how = HOW_KEEP;
	push_node(s, c, 0, how);
	if (is_list && !is_text)
		s->members[s->count - 1].rule = (signed char)rule;
}

/* The record's id; data is NULL if it has none, or more than one. */
static struct slice
find_id(const struct shaper *s, const struct node *record)
{
	struct slice none = {NULL, 0}, id = none;

	if (s->type->id_is_attribute) {
		for (const struct node *a = record->attributes; a != NULL; a = a->next)
			if (slice_is(a->name, "id"))
				id = a->text;
		return id.data != NULL && !tree_is_space(id) ? id : none;
	}
	const struct node *child = find_child(record, "id");
	if (child == NULL || child->children != NULL)
		return none;
	for (const struct node *c = child->next; c != NULL; c = c->next)
		if (slice_is(c->name, "id"))
			return none;
	return text_of(s, child);
}

static inline bool
has_name(const struct member *m, const char *name)
{
	return m->prefix == 0 && slice_is((struct slice){m->name, m->name_len}, name);
}

/* Whether a member of this name would stand twice in the line. */
static bool
is_reserved(const struct member *m)
{
	return has_name(m, "type") || has_name(m, "sha256");
}

/*
 * Collects the members of RECORD but its id; -1 if one has a name that dx gives
 * another meaning.
 */
static int
push_record(struct shaper *s, const struct node *record)
{
	push_own(s, record, s->shape->rules && s->type->rename_top);
	for (const struct node *c = record->children; c != NULL; c = c->next)
		push_by_rule(s, c);
	size_t kept = 0;
	for (size_t i = 0; i < s->count; i++) {
		struct member m = s->members[i];
		if (is_reserved(&m))
			return -1;
		if (has_name(&m, "id"))
			continue;
		s->members[kept++] = m;
	}
	s->count = kept;
	sort_members(s, 0);
	return 0;
}

/* The digest of the record object: {ID, BEFORE and AFTER it in order}; both start with a comma if
 * they hold anything. */
static void
hash_record(struct shaper *s, struct slice id, struct slice before, struct slice after, char *out)
{
	digest_add(s->digest, "{", 1);
	if (before.len > 0) {
		digest_add(s->digest, before.data + 1, before.len - 1);
		digest_add(s->digest, ",", 1);
	}
	digest_add(s->digest, "\"id\":", 5);
	digest_add(s->digest, id.data, id.len);
	digest_add(s->digest, after.data, after.len);
	digest_add(s->digest, "}", 1);
	digest_finish(s->digest, out);
}

const char *
shaper_write(struct shaper *s, const struct node *record, struct buf *out)
{
	const struct member id_member = {.name = "id",
	    .name_len = 2,
	    .key = tree_key((struct slice){"id", 2})};
	static const char hash_name[] = ",\"sha256\":\"", start[] = "{\"type\":\"data\",\"id\":";

	if (!slice_is(record->name, s->type->name))
		return "not a record of this type";
	struct slice id = find_id(s, record);
	if (id.data == NULL)
		return "no id";
	s->count = 0;
	if (push_record(s, record) != 0)
		return "a member is called type or sha256";

	buf_add(out, start, sizeof start - 1);
	size_t id_at = out->len;
	json_text(out, id);
	size_t id_len = out->len - id_at;
	buf_add(out, hash_name, sizeof hash_name - 1);
	size_t hash_at = out->len;
	buf_reserve(out, DIGEST_TEXT_SIZE);
	out->len += DIGEST_TEXT_SIZE - 1;
	buf_add_char(out, '"');

	size_t body = out->len, after = 0;
	for (size_t i = 0, j; i < s->count; i = j) {
		j = same_name(s, i);
		if (after == 0 && compare(&s->members[i], &id_member) > 0)
			after = out->len;
		write_record_member(s, i, j, out);
	}
	if (after == 0)
		after = out->len;
	char hash[DIGEST_TEXT_SIZE];
	hash_record(s, (struct slice){out->data + id_at, id_len},
	    (struct slice){out->data + body, after - body},
	    (struct slice){out->data + after, out->len - after}, hash);
	memcpy(out->data + hash_at, hash, DIGEST_TEXT_SIZE - 1);
	buf_add(out, "}\n", 2);
	return NULL;
}
