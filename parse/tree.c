/* SPDX-License-Identifier: MIT */
/* A record as a tree of elements. */
#include "parse/tree.h"

#include <string.h>

void
tree_reset(struct tree *t)
{
	arena_reset(&t->arena);
	t->run.len = 0;
	t->root = t->open = NULL;
}

void
tree_free(struct tree *t)
{
	arena_free(&t->arena);
	buf_free(&t->run);
}

bool
tree_is_space(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.data[i];
		if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
			return false;
	}
	return true;
}

struct slice
tree_copy(struct tree *t, struct slice s)
{
	char *data = arena_take(&t->arena, s.len);

	if (s.len > 0)
		memcpy(data, s.data, s.len);
	return (struct slice){data, s.len};
}

void
tree_add_run(struct tree *t, struct node *n, struct slice run)
{
	if (n->text.data == NULL) {
		n->text = run;
		return;
	}
	/* Mixed content, which no dump has: text, child, text. */
	size_t len = n->text.len + run.len;
	if (len > n->text_room) {
		n->text_room = 2 * len;
		char *room = arena_take(&t->arena, n->text_room);
		memcpy(room, n->text.data, n->text.len);
		n->text.data = room;
	}
	/* The room is the arena's, and only here is it written to. */
	memcpy((char *)(size_t)n->text.data + n->text.len, run.data, run.len);
	n->text.len = len;
}

/* Ends the run of text that a tag ends. */
static void
end_run(struct tree *t)
{
	struct slice run = {t->run.data, t->run.len};

	if (run.len == 0)
		return;
	if (t->open != NULL && !tree_is_space(run))
		tree_add_run(t, t->open, tree_copy(t, run));
	t->run.len = 0;
}

uint64_t
tree_key(struct slice name)
{
	uint64_t key = 0;

	for (size_t i = 0; i < 8; i++)
		key = key << 8 | (i < name.len ? (unsigned char)name.data[i] : 0);
	return key;
}

struct node *
tree_open(struct tree *t, struct slice name)
{
	end_run(t);
	struct node *n = tree_node(t, name, tree_key(name), (struct slice){NULL, 0});
	tree_link(t, n);
	t->open = n;
	return n;
}

void
tree_attribute(struct tree *t, struct slice name, struct slice value)
{
	struct node **end = &t->open->attributes;

	while (*end != NULL)
		end = &(*end)->next;
	*end = tree_node(t, name, tree_key(name), value);
}

void
tree_text(struct tree *t, const char *data, size_t len)
{
	buf_add(&t->run, data, len);
}

void
tree_close(struct tree *t)
{
	end_run(t);
	t->open = t->open->parent;
}

static bool
slice_equal(struct slice a, struct slice b)
{
	/* No text and text of no length are not the same; without either there is nothing to
	 * compare. */
	return a.len == b.len && (a.data == NULL) == (b.data == NULL) &&
	    (a.data == NULL || memcmp(a.data, b.data, a.len) == 0);
}

bool
tree_equal(const struct node *a, const struct node *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	if (!slice_equal(a->name, b->name) || !slice_equal(a->text, b->text))
		return false;
	const struct node *x = a->attributes, *y = b->attributes;
	for (; x != NULL && y != NULL; x = x->next, y = y->next)
		if (!tree_equal(x, y))
			return false;
	if (x != y)
		return false;
	/* As deep as libxml2 lets a document be. */
	for (x = a->children, y = b->children; x != NULL && y != NULL; x = x->next, y = y->next)
		if (!tree_equal(x, y))
			return false;
	return x == y;
}
