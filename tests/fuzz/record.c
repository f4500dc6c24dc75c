/* SPDX-License-Identifier: MIT */
/*
 * Differential fuzz target for a record: the fast scanner must accept nothing that
 * libxml2 refuses, and see the same tree where both accept; so too for what the
 * repair makes of it. A difference aborts.
 */
#include "tests/fuzz/fuzz.h"

#include "common/buf.h"
#include "parse/bytes.h"
#include "parse/repair.h"
#include "parse/scan.h"
#include "parse/shape.h"
#include "parse/tree.h"
#include "parse/xml.h"

static struct xml *xml;
static struct tree fast, slow;
static struct buf repaired, line;
static struct shaper *shapers[DUMP_TYPES * 2];

static void
start(void)
{
	xml_init();
	xml = xml_new();
	for (int i = 0; i < DUMP_TYPES; i++) {
		shapers[2 * i] = shaper_new(shape_find("discogsography"), (enum dump_type)i);
		shapers[2 * i + 1] = shaper_new(shape_find("xmltodict"), (enum dump_type)i);
	}
}

/* Both scanners on the same bytes, which lie in memory of just the size that they may read. */
static void
compare(const char *text, size_t size)
{
	char *data = malloc(size + BYTES_PADDING);
	memcpy(data, text, size);
	memset(data + size, size % 2 == 0 ? 'n' : '<', BYTES_PADDING);
	bool accepted = scan_record(data, size, &fast);
	int refused = xml_parse(xml, data, size, &slow);

	if (accepted && refused != 0) {
		fprintf(stderr, "accepted what libxml2 refuses: %s\n", xml_reason(xml));
		abort();
	}
	if (accepted && !tree_equal(fast.root, slow.root)) {
		fprintf(stderr, "the trees differ\n");
		abort();
	}
	/* Whatever the record is, its line is written without harm. */
	for (size_t i = 0; refused == 0 && i < sizeof shapers / sizeof *shapers; i++) {
		line.len = 0;
		shaper_write(shapers[i], slow.root, &line);
	}
	free(data);
}

static void
fuzz_one(const uint8_t *data, size_t size)
{
	struct slice raw = {(const char *)data, size};

	if (xml == NULL)
		start();
	compare(raw.data, raw.len);
	if (repair_record(raw, &repaired)) {
		compare(repaired.data, repaired.len);
		/* A second repair finds nothing: the first was whole. */
		struct buf again = {0};
		if (repair_record((struct slice){repaired.data, repaired.len}, &again)) {
			fprintf(stderr, "the repair needs a repair\n");
			abort();
		}
		buf_free(&again);
	}
}
