/* SPDX-License-Identifier: MIT */
/* One record, from its bytes of XML to its line of JSON. */
#include "parse/record.h"

#include <stdlib.h>

#include "common/mem.h"
#include "parse/repair.h"
#include "parse/xml.h"

struct recorder {
	struct xml *xml;
	struct tree tree;
	struct shaper *shaper;
	struct buf repaired;
};

struct recorder *
recorder_new(const struct shape *shape, enum dump_type type)
{
	struct recorder *r = mem_zero(1, sizeof *r);

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
	buf_free(&r->repaired);
	free(r);
}

/* Only what libxml2 refuses is repaired, and tried once more. */
static enum record_result
scan(struct recorder *r, struct slice raw, const char **reason)
{
	if (xml_parse(r->xml, raw.data, raw.len, &r->tree) == 0)
		return RECORD_GOOD;
	if (!repair_record(raw, &r->repaired) ||
	    xml_parse(r->xml, r->repaired.data, r->repaired.len, &r->tree) != 0) {
		*reason = xml_reason(r->xml);
		return RECORD_REJECTED;
	}
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
