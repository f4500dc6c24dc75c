/* SPDX-License-Identifier: MIT */
/* The bytes of a record to its tree, by libxml2's SAX1 interface. */
#include "parse/xml.h"

#include <libxml/parser.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "common/utf8.h"

/* What a parser may keep of names, in bytes: all those of the dumps are far less. */
#define NAMES_MAX (1u << 20)

struct xml {
	xmlParserCtxtPtr parser;
	xmlSAXHandler sax;
	struct tree *tree;
	char reason[256];
};

/* Without memory libxml2 would call a good record not well-formed, and go on. */
static void *
take_memory(size_t size)
{
	return mem_alloc(size);
}

static void *
resize_memory(void *p, size_t size)
{
	return mem_resize(p, size, 1);
}

/* What libxml2 has to say is in lastError; nothing goes to standard error raw. */
static void
say_nothing(void *context, const char *format, ...)
{
	(void)context;
	(void)format;
}

void
xml_init(void)
{
	LIBXML_TEST_VERSION
	xmlMemSetup(free, take_memory, resize_memory, mem_strdup);
	xmlSetGenericErrorFunc(NULL, say_nothing);
	xmlInitParser();
}

/* A copy of libxml2's string in the tree: what SAX lends ends with the callback. */
static struct slice
copy(struct tree *t, const xmlChar *text)
{
	const char *s = (const char *)text;

	return tree_copy(t, (struct slice){s, strlen(s)});
}

/* SAX1 gives names as written, prefix and all, and needs no namespace declared: so do the shapes.
 */
static void
on_start(void *context, const xmlChar *name, const xmlChar **attributes)
{
	struct xml *x = context;

	tree_open(x->tree, copy(x->tree, name));
	for (; attributes != NULL && attributes[0] != NULL; attributes += 2) {
		struct slice value = {"", 0};
		if (attributes[1] != NULL)
			value = copy(x->tree, attributes[1]);
		tree_attribute(x->tree, copy(x->tree, attributes[0]), value);
	}
}

static void
on_end(void *context, const xmlChar *name)
{
	struct xml *x = context;

	(void)name;
	/* libxml2 goes on after an error and may then close what it never opened. */
	if (x->tree->open != NULL)
		tree_close(x->tree);
}

static void
on_text(void *context, const xmlChar *data, int len)
{
	struct xml *x = context;

	tree_text(x->tree, (const char *)data, (size_t)len);
}

static void
new_parser(struct xml *x)
{
	x->parser = xmlNewParserCtxt();
	if (x->parser == NULL)
		mem_exhausted();
}

struct xml *
xml_new(void)
{
	struct xml *x = mem_zero(1, sizeof *x);

	x->sax.initialized = 1;
	x->sax.startElement = on_start;
	x->sax.endElement = on_end;
	x->sax.characters = on_text;
	x->sax.ignorableWhitespace = on_text;
	x->sax.cdataBlock = on_text;
	new_parser(x);
	return x;
}

void
xml_free(struct xml *x)
{
	if (x == NULL)
		return;
	xmlFreeParserCtxt(x->parser);
	free(x);
}

static void
keep_reason(struct xml *x)
{
	const char *message = x->parser->lastError.message;

	snprintf(x->reason, sizeof x->reason, "%s", message != NULL ? message : "not well-formed");
	x->reason[strcspn(x->reason, "\n")] = '\0';
	/* Not cut inside a character. */
	x->reason[utf8_stop(x->reason, strlen(x->reason))] = '\0';
}

int
xml_parse(struct xml *x, const char *data, size_t len, struct tree *t)
{
	/*
	 * NOENT is about the five of XML alone, since a record can declare no others: without it
	 * libxml2 gives an ampersand in an attribute as "&#38;".
	 */
	const int options = XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_NOERROR |
	    XML_PARSE_NOWARNING;

	if (len > INT_MAX) {
		snprintf(x->reason, sizeof x->reason, "too large");
		return -1;
	}
	/* The parser keeps every name it ever saw, and refuses to keep more than 20 MB of them. */
	if (xmlDictGetUsage(x->parser->dict) > NAMES_MAX) {
		xmlFreeParserCtxt(x->parser);
		new_parser(x);
	}
	tree_reset(t);
	x->tree = t;
	/* The parser owns what it found in `sax` when it was made; ours is only lent. */
	xmlSAXHandlerPtr own = x->parser->sax;
	x->parser->sax = &x->sax;
	xmlCtxtReset(x->parser);
	x->parser->userData = x;
	xmlDocPtr document = xmlCtxtReadMemory(x->parser, data, (int)len, NULL, "UTF-8", options);
	bool good = x->parser->wellFormed && t->root != NULL && t->open == NULL;
	if (!good)
		keep_reason(x);
	xmlFreeDoc(document);
	x->parser->sax = own;
	return good ? 0 : -1;
}

const char *
xml_reason(const struct xml *x)
{
	return x->reason;
}
