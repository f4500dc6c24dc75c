/* SPDX-License-Identifier: MIT */
/* One record, from its bytes of XML to its line of JSON. */
#include "parse/record.h"

#include <stdlib.h>

#include "common/mem.h"
#include "parse/repair.h"
#include "parse/scan.h"
#include "parse/xml.h"

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

/* One try at RAW; 0, or -1 with *REASON. */
static int
parse(struct recorder *r, struct slice raw, const char **reason)
{
	if (r->scanner == SCANNER_FAST && scan_record(raw.data, raw.len, &r->tree))
		return 0;
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
