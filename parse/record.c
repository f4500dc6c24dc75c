/* SPDX-License-Identifier: MIT */
/* One record, from its bytes of XML to its line of JSON. */
#include "parse/record.h"

#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "parse/bytes.h"
#include "parse/markup.h"
#include "parse/repair.h"
#include "parse/scan.h"
#include "parse/xml.h"

/* The most equals signs in a tag: of attributes, or in their values. The dumps have eight. */
#define ATTRIBUTES_MAX 5000

struct recorder {
	enum record_scanner scanner;
	struct xml *xml;
	struct tree tree;
	struct tree other; /* SCANNER_BOTH: of the fast scanner */
	struct shaper *shaper;
	struct buf repaired;
};

struct recorder *
recorder_new(const struct shape *shape, enum dump_type type, enum record_scanner scanner)
{
	struct recorder *r = mem_zero(1, sizeof *r);

	r->scanner = scanner;
	r->xml = xml_new();
	r->shaper = shaper_new(shape, type);
	return r;
}

void
recorder_free(struct recorder *r)
{
	if (r == NULL)
		return;
	xml_free(r->xml);
	shaper_free(r->shaper);
	tree_free(&r->tree);
	tree_free(&r->other);
	buf_free(&r->repaired);
	free(r);
}

/* Whether a tag of RAW has so many attributes that libxml2, which compares all with all, would take
 * minutes. */
static bool
has_too_many_attributes(struct slice raw)
{
	const char *p = raw.data, *end = p + raw.len, *next = NULL;

	while ((p = memchr(p, '<', (size_t)(end - p))) != NULL) {
		enum markup_kind kind = markup_scan(p, end, &next);
		if (kind == MARKUP_MORE || kind == MARKUP_DECLARATION || kind == MARKUP_BAD)
			break;
		size_t signs = 0;
		if (kind == MARKUP_START || kind == MARKUP_EMPTY)
			for (const char *q = p; (q = memchr(q, '=', (size_t)(next - q))) != NULL;
			     q++)
				signs++;
		if (signs > ATTRIBUTES_MAX)
			return true;
		p = next;
	}
	return false;
}

/* One try at RAW; 0, or -1 with *REASON. */
static int
parse(struct recorder *r, struct slice raw, const char **reason)
{
	if (r->scanner == SCANNER_FAST && scan_record(raw.data, raw.len, &r->tree))
		return 0;
	if (has_too_many_attributes(raw)) {
		*reason = "a tag with too many attributes";
		return -1;
	}
	int result = xml_parse(r->xml, raw.data, raw.len, &r->tree);
	if (result != 0)
		*reason = xml_reason(r->xml);
	if (r->scanner != SCANNER_BOTH || !scan_record(raw.data, raw.len, &r->other))
		return result;
	/* The fast scanner may decline what it likes, but not accept more, or see something else.
	 */
	if (result == 0 && tree_equal(r->tree.root, r->other.root))
		return 0;
	*reason = "the two scanners differ";
	return -1;
}

/* Only what libxml2 refuses is repaired, and tried once more. */
static enum record_result
scan(struct recorder *r, struct slice raw, const char **reason)
{
	if (parse(r, raw, reason) == 0)
		return RECORD_GOOD;
	if (!repair_record(raw, &r->repaired))
		return RECORD_REJECTED;
	buf_reserve(&r->repaired, BYTES_PADDING);
	if (parse(r, (struct slice){r->repaired.data, r->repaired.len}, reason) != 0)
		return RECORD_REJECTED;
	*reason = repair_reason(raw);
	return RECORD_REPAIRED;
}

enum record_result
recorder_write(struct recorder *r, struct slice raw, struct buf *out, const char **reason)
{
	enum record_result result = scan(r, raw, reason);

	if (result == RECORD_REJECTED)
		return result;
	const char *refused = shaper_write(r->shaper, r->tree.root, out);
	if (refused == NULL)
		return result;
	*reason = refused;
	return RECORD_REJECTED;
}
