/* SPDX-License-Identifier: MIT */
/*
 * A record as a tree of elements, built by the XML scanners and read by the
 * shapes. Everything in it lives in an arena or in the record's own bytes, so a tree is
 * valid until both are reused. Behind each of its texts BYTES_PADDING bytes can be read.
 */
#ifndef DX_PARSE_TREE_H
#define DX_PARSE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/buf.h"
#include "parse/arena.h"

/* Bytes that belong to somebody else. */
struct slice {
	const char *data;
	size_t len;
};

/* An attribute: text is its value. An element: text is all its own text, NULL if that is nothing
 * but white space. */
struct node {
	struct slice name;
	uint64_t key; /* tree_key of the name, for comparing */
	struct slice text;
	size_t text_room; /* bytes there are for text, if it is of several runs; else 0 */
	struct node *attributes; /* in document order, linked by next */
	struct node *children; /* likewise */
	struct node *last_child;
	struct node *next;
	struct node *parent;
};

/*
 * Builds one tree: tree_reset, then the events of the document in order.
 */
struct tree {
	struct arena arena;
	struct buf run; /* text since the last tag */
	struct node *root; /* NULL before the first element */
	struct node *open; /* innermost open element */
};

/* Forgets the last record. The tree starts as `struct tree t = {0};`. */
void tree_reset(struct tree *t);
void tree_free(struct tree *t);

/*
 * The first eight bytes of NAME as a number, the first byte highest, zeros behind a
 * shorter one: names order as their keys do, unless those are equal and a name is longer.
 */
uint64_t tree_key(struct slice name);

/* A new node of the tree, linked to nothing. */
static inline struct node *tree_node(struct tree *t, struct slice name, uint64_t key,
    struct slice text);

/* Makes N the last child of the innermost element, or the root. */
static inline void tree_link(struct tree *t, struct node *n);

/* Opens an element. NAME must live as long as the tree. */
struct node *tree_open(struct tree *t, struct slice name);

/* Adds an attribute to the innermost element; both slices must live as long as the tree. */
void tree_attribute(struct tree *t, struct slice name, struct slice value);

/*
 * Adds text to the innermost element. Text between two tags may come in pieces;
 * it counts as white space only as a whole. Copies.
 */
void tree_text(struct tree *t, const char *data, size_t len);

/* Closes the innermost element. */
void tree_close(struct tree *t);

/*
 * Adds a whole run of text, which holds more than white space, to N. RUN must
 * live as long as the tree.
 */
void tree_add_run(struct tree *t, struct node *n, struct slice run);

/* A copy of S in the tree's arena. */
struct slice tree_copy(struct tree *t, struct slice s);

/* Whether the elements A and B, or both NULL, hold the same. */
bool tree_equal(const struct node *a, const struct node *b);

/* Whether S is nothing but XML white space (XML 1.0, production 3). */
bool tree_is_space(struct slice s);

/* Whether S is the terminated string TEXT. */
static inline bool slice_is(struct slice s, const char *text);

static inline struct node *
tree_node(struct tree *t, struct slice name, uint64_t key, struct slice text)
{
	struct node *n = arena_take(&t->arena, sizeof *n);

	/* One by one: as a whole, gcc clears the node with an instruction that takes as long as
	 * scanning a tag. */
	n->name = name;
	n->key = key;
	n->text = text;
	n->text_room = 0;
	n->attributes = NULL;
	n->children = NULL;
	n->last_child = NULL;
	n->next = NULL;
	n->parent = t->open;
	return n;
}

static inline void
tree_link(struct tree *t, struct node *n)
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

static inline bool
slice_is(struct slice s, const char *text)
{
	/* Where TEXT is a constant, its length is one too. */
	return strlen(text) == s.len && memcmp(s.data, text, s.len) == 0;
}

#endif
