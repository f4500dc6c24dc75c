/* SPDX-License-Identifier: MIT */
/*
 * One record to its line: what each shape makes of it, what is repaired and rejected, and that the
 * fast scanner and libxml2 do the same for records that are nearly right.
 */
#include "parse/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/digest.h"
#include "common/mem.h"
#include "parse/bytes.h"
#include "parse/xml.h"
#include "tests/unit/unit.h"

/* Random records; DX_SEED replaces the first seed, and a failure prints the one it had. */
#define SEEDS 20000

struct outcome {
	enum record_result result;
	struct buf line;
	char reason[300];
};

/* XML to a line. It is copied to memory of the size that it needs, so that a sanitizer sees a byte
 * too far. */
static void
convert(const char *shape, enum dump_type type, enum record_scanner scanner, struct slice xml,
    struct outcome *o)
{
	struct recorder *r = recorder_new(shape_find(shape), type, scanner);
	char *copy = unit_padded(xml.data, xml.len, BYTES_PADDING);
	const char *reason = "";

	memset(o, 0, sizeof *o);
	o->result = recorder_write(r, (struct slice){copy, xml.len}, &o->line, &reason);
	snprintf(o->reason, sizeof o->reason, "%s", o->result == RECORD_GOOD ? "" : reason);
	free(copy);
	recorder_free(r);
}

/* Takes `,"sha256":"..."` out of the line, when it is right. What is hashed is the line without
 * type and sha256, sorted, which is what WANTED lists when ID stands first. */
static void
drop_digest(struct buf *line)
{
	static const char name[] = ",\"sha256\":\"";
	char *at = NULL;

	buf_add_char(line, '\0');
	at = strstr(line->data, name);
	ck_assert_ptr_nonnull(at);
	size_t len = sizeof name - 1 + DIGEST_TEXT_SIZE - 1 + 1;
	memmove(at, at + len, strlen(at + len) + 1);
}

static const char good[] = "{\"type\":\"data\",";

/* One record: WANTED is the line behind `{"type":"data",`, without sha256. */
static const struct record_case {
	enum dump_type type;
	const char *xml;
	const char *discogsography;
	const char *xmltodict; /* NULL: the same */
} cases[] = {
    /* trees */
    {DUMP_LABELS, "<label><id>1</id></label>", "\"id\":\"1\"}", NULL},
    {DUMP_LABELS, "<label><id>1</id><b/><a></a><c> \n\t</c></label>",
	"\"id\":\"1\",\"a\":null,\"b\":null,\"c\":null}", NULL},
    {DUMP_LABELS, "<label>\n  <id>1</id>\n  <a>x</a>\n</label>", "\"id\":\"1\",\"a\":\"x\"}", NULL},
    {DUMP_LABELS, "<label><id>1</id><a>x</a><b>y</b><a>z</a><a/></label>",
	"\"id\":\"1\",\"a\":[\"x\",\"z\",null],\"b\":\"y\"}", NULL},
    {DUMP_LABELS, "<label><id>1</id><a b='c' a=\"d\"/></label>",
	"\"id\":\"1\",\"a\":{\"@a\":\"d\",\"@b\":\"c\"}}", NULL},
    {DUMP_LABELS, "<label><id>1</id><a b='c'>x</a></label>",
	"\"id\":\"1\",\"a\":{\"#text\":\"x\",\"@b\":\"c\"}}", NULL},
    {DUMP_LABELS, "<label><id>1</id><a b=''> </a></label>", "\"id\":\"1\",\"a\":{\"@b\":\"\"}}",
	NULL},
    {DUMP_LABELS, "<label><id>1</id><a><b><c>x</c></b></a></label>",
	"\"id\":\"1\",\"a\":{\"b\":{\"c\":\"x\"}}}", NULL},
    {DUMP_LABELS, "<label><id>1</id><a> x <b/> y </a></label>",
	"\"id\":\"1\",\"a\":{\"#text\":\" x  y \",\"b\":null}}",
	"\"id\":\"1\",\"a\":{\"#text\":\"x  y\",\"b\":null}}"},
    {DUMP_LABELS, "<label>t<id>1</id></label>", "\"id\":\"1\",\"#text\":\"t\"}", NULL},
    {DUMP_LABELS, "<label x='1'><id>1</id></label>", "\"id\":\"1\",\"@x\":\"1\"}", NULL},
    /* members in bytewise order */
    {DUMP_LABELS, "<label><id>1</id><b/><_/><Z/><a-b/><a/><ab/><a.b/><a1/><j/><h/></label>",
	"\"id\":\"1\",\"Z\":null,\"_\":null,\"a\":null,\"a-b\":null,\"a.b\":null,\"a1\":null,"
	"\"ab\":null,\"b\":null,\"h\":null,\"j\":null}",
	NULL},
    {DUMP_LABELS, "<label><a/><longername2/><longername10/><longername/><id>1</id></label>",
	"\"id\":\"1\",\"a\":null,\"longername\":null,\"longername10\":null,\"longername2\":null}",
	NULL},
    /* white space of text: XML's, Unicode's */
    {DUMP_LABELS, "<label><id> 1 </id><a>\n x \n</a><b>\xc2\xa0x\xe3\x80\x80</b></label>",
	"\"id\":\" 1 \",\"a\":\"\\n x \\n\",\"b\":\"\xc2\xa0x\xe3\x80\x80\"}",
	"\"id\":\"1\",\"a\":\"x\",\"b\":\"x\"}"},
    {DUMP_LABELS, "<label><id>1</id><a>\xe2\x80\xa8</a><b c=' x '/></label>",
	"\"id\":\"1\",\"a\":\"\xe2\x80\xa8\",\"b\":{\"@c\":\" x \"}}",
	"\"id\":\"1\",\"a\":null,\"b\":{\"@c\":\" x \"}}"},
    /* escapes, references, sections */
    {DUMP_LABELS,
	"<label><id>1</id><a>\"\\/&amp;&lt;&gt;&quot;&apos;&#13;&#xe9;&#x1F600;</a></label>",
	"\"id\":\"1\",\"a\":\"\\\"\\\\/&<>\\\"'\\r\xc3\xa9\xf0\x9f\x98\x80\"}", NULL},
    {DUMP_LABELS, "<label><id>1</id><a b='&quot;&#10;&#9;&amp;&lt;'/></label>",
	"\"id\":\"1\",\"a\":{\"@b\":\"\\\"\\n\\t&<\"}}", NULL},
    {DUMP_LABELS, "<label><id>1</id><a b='x\ny\tz'/></label>",
	"\"id\":\"1\",\"a\":{\"@b\":\"x y z\"}}", NULL},
    {DUMP_LABELS, "<label><id>1</id><a>x\r\ny\rz</a></label>", "\"id\":\"1\",\"a\":\"x\\ny\\nz\"}",
	NULL},
    {DUMP_LABELS, "<label><id>1</id><a>x<![CDATA[<&>]]>y<!-- c -->z<?p i?></a></label>",
	"\"id\":\"1\",\"a\":\"x<&>yz\"}", NULL},
    {DUMP_LABELS, "<label><id>1</id><a><![CDATA[ ]]> </a><b><![CDATA[]]></b></label>",
	"\"id\":\"1\",\"a\":null,\"b\":null}", NULL},
    {DUMP_LABELS, "<label><id>1</id><x:a y:b='c'/></label>",
	"\"id\":\"1\",\"x:a\":{\"@y:b\":\"c\"}}", NULL},
    /* labels */
    {DUMP_LABELS,
	"<label><id>1</id><sublabels><label id=\"2\">A</label><label>B</label><label/></sublabels>"
	"<parentLabel id=\"3\">C</parentLabel></label>",
	"\"id\":\"1\",\"parentLabel\":{\"id\":\"3\",\"name\":\"C\"},"
	"\"sublabels\":[{\"id\":\"2\",\"name\":\"A\"},{\"id\":\"B\"},null]}",
	"\"id\":\"1\",\"parentLabel\":{\"#text\":\"C\",\"@id\":\"3\"},"
	"\"sublabels\":{\"label\":[{\"#text\":\"A\",\"@id\":\"2\"},\"B\",null]}}"},
    {DUMP_LABELS, "<label><id>1</id><sublabels/><parentLabel>P</parentLabel></label>",
	"\"id\":\"1\",\"parentLabel\":\"P\"}",
	"\"id\":\"1\",\"parentLabel\":\"P\",\"sublabels\":null}"},
    {DUMP_LABELS, "<label><id>1</id><urls><url>u</url></urls></label>",
	"\"id\":\"1\",\"urls\":{\"url\":\"u\"}}", NULL},
    /* artists */
    {DUMP_ARTISTS,
	"<artist><id>1</id><members><id>2</id><name id=\"2\">A</name><name>3</name></members>"
	"<aliases><name id='4'>B</name></aliases><groups/></artist>",
	"\"id\":\"1\",\"aliases\":[{\"id\":\"4\",\"name\":\"B\"}],"
	"\"members\":[{\"id\":\"2\",\"name\":\"A\"},{\"id\":\"3\"}]}",
	"\"id\":\"1\",\"aliases\":{\"name\":{\"#text\":\"B\",\"@id\":\"4\"}},\"groups\":null,"
	"\"members\":{\"id\":\"2\",\"name\":[{\"#text\":\"A\",\"@id\":\"2\"},\"3\"]}}"},
    {DUMP_ARTISTS, "<artist><id>1</id><namevariations><name>A</name></namevariations></artist>",
	"\"id\":\"1\",\"namevariations\":{\"name\":\"A\"}}", NULL},
    /* masters */
    {DUMP_MASTERS,
	"<master id=\"7\"><artists><artist><id>1</id></artist></artists><genres><genre>G</genre></genres>"
	"<styles><style>S</style><style>T</style></styles><title>x</title></master>",
	"\"id\":\"7\",\"artists\":[{\"id\":\"1\"}],\"genres\":[\"G\"],\"styles\":[\"S\",\"T\"],"
	"\"title\":\"x\"}",
	"\"id\":\"7\",\"@id\":\"7\",\"artists\":{\"artist\":{\"id\":\"1\"}},\"genres\":{\"genre\":\"G\"},"
	"\"styles\":{\"style\":[\"S\",\"T\"]},\"title\":\"x\"}"},
    /* releases */
    {DUMP_RELEASES,
	"<release status='Accepted' id='8'><labels><label name=\"L\" catno=\"1\" id=\"2\"/></labels>"
	"<extraartists><artist><id>1</id></artist></extraartists>"
	"<formats><format name=\"CD\" qty=\"1\" text=\"\"><descriptions><description>A</description>"
	"</descriptions></format></formats><master_id is_main_release=\"true\">9</master_id></release>",
	"\"id\":\"8\",\"extraartists\":[{\"id\":\"1\"}],\"formats\":[{\"descriptions\":{\"description\":\"A\"},"
	"\"name\":\"CD\",\"qty\":\"1\",\"text\":\"\"}],"
	"\"labels\":[{\"catno\":\"1\",\"id\":\"2\",\"name\":\"L\"}],\"master_id\":\"9\",\"status\":\"Accepted\"}",
	"\"id\":\"8\",\"@id\":\"8\",\"@status\":\"Accepted\",\"extraartists\":{\"artist\":{\"id\":\"1\"}},"
	"\"formats\":{\"format\":{\"@name\":\"CD\",\"@qty\":\"1\",\"@text\":\"\","
	"\"descriptions\":{\"description\":\"A\"}}},\"labels\":{\"label\":{\"@catno\":\"1\",\"@id\":\"2\","
	"\"@name\":\"L\"}},\"master_id\":{\"#text\":\"9\",\"@is_main_release\":\"true\"}}"},
    {DUMP_RELEASES, "<release id='8'><master_id>9</master_id></release>",
	"\"id\":\"8\",\"master_id\":\"9\"}", "\"id\":\"8\",\"@id\":\"8\",\"master_id\":\"9\"}"},
    {DUMP_RELEASES,
	"<release id='8'><tracklist><track><artists><artist><id>1</id></artist></artists></track>"
	"</tracklist></release>",
	"\"id\":\"8\",\"tracklist\":{\"track\":{\"artists\":{\"artist\":{\"id\":\"1\"}}}}}",
	"\"id\":\"8\",\"@id\":\"8\",\"tracklist\":{\"track\":{\"artists\":{\"artist\":{\"id\":\"1\"}}}}}"},
};

static void
check_shape(const struct record_case *c, const char *shape, const char *wanted)
{
	static const enum record_scanner scanners[] = {SCANNER_FAST, SCANNER_LIBXML2, SCANNER_BOTH};
	struct outcome o;
	char line[2000];

	snprintf(line, sizeof line, "%s%s\n", good, wanted);
	for (size_t i = 0; i < sizeof scanners / sizeof *scanners; i++) {
		convert(shape, c->type, scanners[i], (struct slice){c->xml, strlen(c->xml)}, &o);
		ck_assert_msg(o.result == RECORD_GOOD, "%s: %s", c->xml, o.reason);
		drop_digest(&o.line);
		ck_assert_str_eq(o.line.data, line);
		buf_free(&o.line);
	}
}

START_TEST(shapes)
{
	const struct record_case *c = &cases[_i];

	check_shape(c, "discogsography", c->discogsography);
	check_shape(c, "xmltodict", c->xmltodict != NULL ? c->xmltodict : c->discogsography);
}
END_TEST

/* The digest is of the sorted object with its id, without type and sha256. */
START_TEST(digests)
{
	static const struct {
		const char *xml;
		const char *object;
	} hashed[] = {
	    {"<label><id>1</id></label>", "{\"id\":\"1\"}"},
	    {"<label><z/><id>1</id></label>", "{\"id\":\"1\",\"z\":null}"},
	    {"<label><a/><id>1</id></label>", "{\"a\":null,\"id\":\"1\"}"},
	    {"<label><z/><id>&amp;</id><a/><b>\"</b></label>",
		"{\"a\":null,\"b\":\"\\\"\",\"id\":\"&\",\"z\":null}"},
	    {"<label><id>1</id><ic/><id2/><ida/></label>",
		"{\"ic\":null,\"id\":\"1\",\"id2\":null,\"ida\":null}"},
	};
	char hash[DIGEST_TEXT_SIZE], wanted[100];
	struct digest *d = digest_new();
	struct outcome o;

	for (size_t i = 0; i < sizeof hashed / sizeof *hashed; i++) {
		convert("discogsography", DUMP_LABELS, SCANNER_FAST,
		    (struct slice){hashed[i].xml, strlen(hashed[i].xml)}, &o);
		digest_add(d, hashed[i].object, strlen(hashed[i].object));
		digest_finish(d, hash);
		snprintf(wanted, sizeof wanted, "\"sha256\":\"%s\"", hash);
		buf_add_char(&o.line, '\0');
		ck_assert_msg(strstr(o.line.data, wanted) != NULL, "%s: not %s", o.line.data,
		    wanted);
		buf_free(&o.line);
	}
	digest_free(d);
}
END_TEST

/* What is not well-formed, or has no id. */
static const struct bad_case {
	enum dump_type type;
	const char *xml;
	enum record_result result;
	const char *reason; /* in the one given */
	const char *id; /* of a repaired one: its line's member */
} bad_cases[] = {
    {DUMP_LABELS, "<label><id>1</id><a>R&B</a></label>", RECORD_REPAIRED, "ampersand", "R&B"},
    {DUMP_LABELS, "<label><id>1</id><a>&nbsp;</a></label>", RECORD_REPAIRED, "unknown entity",
	"&nbsp;"},
    {DUMP_LABELS, "<label><id>1</id><a b='x&y'/></label>", RECORD_REPAIRED, "ampersand", "x&y"},
    {DUMP_LABELS, "<label><id>1</id><a>\xe9</a></label>", RECORD_REPAIRED, "invalid UTF-8",
	"\"\xef\xbf\xbd\""},
    {DUMP_LABELS, "<label><id>1</id><a>\x01</a></label>", RECORD_REPAIRED,
	"character that XML forbids", "\"\xef\xbf\xbd\""},
    {DUMP_LABELS, "<label><id>1</id><a>\xef\xbf\xbf</a></label>", RECORD_REPAIRED,
	"character that XML forbids", "\"\xef\xbf\xbd\""},
    {DUMP_LABELS, "<label><id>1</id><a>&#0;</a></label>", RECORD_REPAIRED,
	"reference to a character", "\"\xef\xbf\xbd\""},
    {DUMP_LABELS, "<label><id>1</id><a>\xed\xa0\x80</a></label>", RECORD_REPAIRED, "invalid UTF-8",
	"\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
    {DUMP_LABELS, "<label><id>1</id><![CDATA[\x02 & ]]></label>", RECORD_REPAIRED,
	"character that XML forbids", "\xef\xbf\xbd &"},
    /* what a repair does not mend */
    {DUMP_LABELS, "<label><id>1</id><a>&</b></label>", RECORD_REJECTED, "", NULL},
    {DUMP_LABELS, "<label><id>1</id><a></b></label>", RECORD_REJECTED, "mismatch", NULL},
    {DUMP_LABELS, "<label><id>1</id><a></label>", RECORD_REJECTED, "", NULL},
    {DUMP_LABELS, "<label><id>1</id>", RECORD_REJECTED, "", NULL},
    {DUMP_LABELS, "<label><id>1</id></label", RECORD_REJECTED, "", NULL},
    {DUMP_LABELS, "<label><id>1</id></label>x", RECORD_REJECTED, "", NULL},
    {DUMP_LABELS, "<label><id>1</id></label><label/>", RECORD_REJECTED, "", NULL},
    {DUMP_LABELS, "<label><id>1</id><a b='1' b='2'/></label>", RECORD_REJECTED, "redefined", NULL},
    {DUMP_LABELS, "<label><id>1</id><a b/></label>", RECORD_REJECTED, "", NULL},
    {DUMP_LABELS, "<label><id>1</id><a b=c/></label>", RECORD_REJECTED, "", NULL},
    {DUMP_LABELS, "<label><id>1</id><a b='1'c='2'/></label>", RECORD_REJECTED, "", NULL},
    {DUMP_LABELS, "<label><id>1</id><a b='<'/></label>", RECORD_REJECTED, "", NULL},
    {DUMP_LABELS, "<label><id>1</id>]]></label>", RECORD_REJECTED, "", NULL},
    {DUMP_LABELS, "<label><id>1</id><!-- -- --></label>", RECORD_REJECTED, "", NULL},
    {DUMP_LABELS, "<label><id>1</id><?xml version='1.0'?></label>", RECORD_REJECTED, "", NULL},
    {DUMP_LABELS, "<label><id>1</id>< a/></label>", RECORD_REJECTED, "", NULL},
    {DUMP_LABELS, "<label><id>1</id><a / ></label>", RECORD_REJECTED, "", NULL},
    {DUMP_LABELS, "", RECORD_REJECTED, "", NULL},
    {DUMP_LABELS, "<", RECORD_REJECTED, "", NULL},
    /* the id */
    {DUMP_LABELS, "<label/>", RECORD_REJECTED, "no id", NULL},
    {DUMP_LABELS, "<label id='1'/>", RECORD_REJECTED, "no id", NULL},
    {DUMP_LABELS, "<label><id/></label>", RECORD_REJECTED, "no id", NULL},
    {DUMP_LABELS, "<label><id> </id></label>", RECORD_REJECTED, "no id", NULL},
    {DUMP_LABELS, "<label><id><a/></id></label>", RECORD_REJECTED, "no id", NULL},
    {DUMP_LABELS, "<label><id>1</id><id>2</id></label>", RECORD_REJECTED, "no id", NULL},
    {DUMP_MASTERS, "<master><id>1</id></master>", RECORD_REJECTED, "no id", NULL},
    {DUMP_RELEASES, "<release id=''/>", RECORD_REJECTED, "no id", NULL},
    {DUMP_RELEASES, "<release id=' '/>", RECORD_REJECTED, "no id", NULL},
    {DUMP_LABELS, "<artist><id>1</id></artist>", RECORD_REJECTED, "not a record of this type",
	NULL},
    {DUMP_LABELS, "<label><id>1</id><type/></label>", RECORD_REJECTED, "type", NULL},
    {DUMP_LABELS, "<label><id>1</id><sha256/></label>", RECORD_REJECTED, "sha256", NULL},
    {DUMP_LABELS, "<label><id>1&</id><type/></label>", RECORD_REJECTED, "type", NULL},
};

START_TEST(not_well_formed)
{
	static const enum record_scanner scanners[] = {SCANNER_FAST, SCANNER_LIBXML2, SCANNER_BOTH};
	const struct bad_case *c = &bad_cases[_i];
	struct outcome o;

	for (size_t i = 0; i < 6; i++) {
		convert(i % 2 == 0 ? "discogsography" : "xmltodict", c->type, scanners[i / 2],
		    (struct slice){c->xml, strlen(c->xml)}, &o);
		ck_assert_msg(o.result == c->result, "%s: result %d (%s)", c->xml, o.result,
		    o.reason);
		ck_assert_msg(o.reason[0] != '\0' && strstr(o.reason, c->reason) != NULL &&
			strchr(o.reason, '\n') == NULL,
		    "%s: reason %s", c->xml, o.reason);
		ck_assert((o.line.len > 0) == (c->result == RECORD_REPAIRED));
		buf_add_char(&o.line, '\0');
		if (c->id != NULL)
			ck_assert_msg(strstr(o.line.data, c->id) != NULL, "%s: became %s", c->xml,
			    o.line.data);
		buf_free(&o.line);
	}
}
END_TEST

/* A rejected record leaves what was in the buffer as it was, and the recorder fit for the next. */
START_TEST(one_after_another)
{
	static const char good_xml[] = "<label><id>1</id></label>";
	struct recorder *r = recorder_new(shape_find("discogsography"), DUMP_LABELS, SCANNER_FAST);
	struct buf out = {0};
	const char *reason;
	size_t expected = 0;

	for (int i = 0; i < 200; i++) {
		const char *xml = bad_cases[(size_t)i % (sizeof bad_cases / sizeof *bad_cases)].xml;
		char *bad = unit_padded(xml, strlen(xml), BYTES_PADDING);
		char *whole = unit_padded(good_xml, strlen(good_xml), BYTES_PADDING);
		size_t before = out.len;
		if (recorder_write(r, (struct slice){bad, strlen(xml)}, &out, &reason) ==
		    RECORD_REJECTED)
			ck_assert_uint_eq(out.len, before);
		before = out.len;
		ck_assert_int_eq(recorder_write(r, (struct slice){whole, strlen(good_xml)}, &out,
				     &reason),
		    RECORD_GOOD);
		if (expected == 0)
			expected = out.len - before;
		ck_assert_uint_eq(out.len - before, expected);
		ck_assert_int_eq(out.data[out.len - 1], '\n');
		free(bad);
		free(whole);
	}
	buf_free(&out);
	recorder_free(r);
	recorder_free(NULL);
}
END_TEST

static unsigned
next_random(unsigned *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state >> 4;
}

/* A listed record, changed in a few places: bytes lost, doubled, or replaced by what may matter. */
static void
mutate(struct buf *b, unsigned *state)
{
	static const char *const tokens[] = {"<", ">", "/>", "</", "&", "&amp;", "&#65;", "&#0;",
	    "&#x1F600;", "&#;", ";", "'", "\"", "=", " ", "\n", "\t", "\r", "\r\n", "<a>", "</a>",
	    "<a/>", "<b c='d'>", " e=\"f\"", " e='&lt;'", "<!--", "-->", "<![CDATA[", "]]>", "<?a",
	    "?>", "\x01", "\x7f", "\xc3\xa9", "\xc3", "\xe2\x82\xac", "\xe2\x82", "\xef\xbf\xbe",
	    "\xef\xbb\xbf", "\xf0\x9f\x98\x80", "\xed\xa0\x80", "xmlns", " xmlns:x='y'",
	    "x:", "xml", "0", "-", ".", "_", "]]", "", "label", "id"};
	size_t n = sizeof tokens / sizeof *tokens;

	for (unsigned changes = 1 + next_random(state) % 4; changes > 0; changes--) {
		size_t at = b->len > 0 ? next_random(state) % b->len : 0;
		size_t lost = next_random(state) % 3 == 0 ? next_random(state) % 8 : 0;
		if (lost > b->len - at)
			lost = b->len - at;
		struct buf changed = {0};
		buf_add(&changed, b->data, at);
		buf_add_str(&changed, tokens[next_random(state) % n]);
		buf_add(&changed, b->data + at + lost, b->len - at - lost);
		buf_free(b);
		*b = changed;
	}
}

START_TEST(scanners_agree)
{
	const char *text = getenv("DX_SEED");
	unsigned seed = text != NULL ? (unsigned)strtoul(text, NULL, 10) : 1;
	struct outcome fast, libxml2;

	for (unsigned end = seed + SEEDS; seed < end; seed++) {
		unsigned state = seed * 2654435761u + 1;
		const struct record_case *c =
		    &cases[next_random(&state) % (sizeof cases / sizeof *cases)];
		struct buf xml = {0};
		buf_add_str(&xml, c->xml);
		mutate(&xml, &state);
		struct slice raw = {xml.data, xml.len};
		convert("discogsography", c->type, SCANNER_FAST, raw, &fast);
		convert("discogsography", c->type, SCANNER_LIBXML2, raw, &libxml2);
		if (fast.result != libxml2.result || fast.line.len != libxml2.line.len ||
		    (fast.line.len > 0 &&
			memcmp(fast.line.data, libxml2.line.data, fast.line.len) != 0) ||
		    strcmp(fast.reason, libxml2.reason) != 0)
			ck_abort_msg("DX_SEED=%u: %d (%s), libxml2 %d (%s): %.*s", seed,
			    fast.result, fast.reason, libxml2.result, libxml2.reason, (int)xml.len,
			    xml.data);
		buf_free(&fast.line);
		buf_free(&libxml2.line);
		buf_free(&xml);
	}
}
END_TEST

/* What libxml2 has a limit for, it decides; the fast scanner does not accept more. */
static void
check_limit(const char *before, size_t count, const char *behind, enum record_result wanted)
{
	static const enum record_scanner scanners[] = {SCANNER_LIBXML2, SCANNER_FAST, SCANNER_BOTH};
	struct buf xml = {0};
	struct outcome o;

	buf_add_str(&xml, before);
	memset(buf_reserve(&xml, count), 'x', count);
	xml.len += count;
	buf_add_str(&xml, behind);
	for (size_t i = 0; i < sizeof scanners / sizeof *scanners; i++) {
		convert("discogsography", DUMP_LABELS, scanners[i],
		    (struct slice){xml.data, xml.len}, &o);
		ck_assert_msg(o.result == wanted, "%s %zu bytes: %d (%s) with scanner %d", before,
		    count, o.result, o.reason, scanners[i]);
		buf_free(&o.line);
	}
	buf_free(&xml);
}

START_TEST(limits)
{
	check_limit("<label><id>1</id><a>", 1000000, "</a></label>", RECORD_GOOD);
	check_limit("<label><id>1</id><a b='", 1000000, "'/></label>", RECORD_GOOD);
	check_limit("<label><id>1</id><a>", 5000000, "</a></label>", RECORD_GOOD);
	check_limit("<label><id>1</id><a b='", 5000000, "'/></label>", RECORD_GOOD);
	check_limit("<label><id>1</id><a>", 12000000, "</a></label>", RECORD_REJECTED);
	check_limit("<label><id>1</id><", 40000, "/></label>", RECORD_GOOD);
	check_limit("<label><id>1</id><", 60000, "/></label>", RECORD_REJECTED);
	check_limit("<label><id>1</id><a ", 60000, "='1'/></label>", RECORD_REJECTED);
}
END_TEST

static void
check_depth(size_t depth, enum record_result wanted)
{
	struct buf xml = {0};
	struct outcome o;

	buf_add_str(&xml, "<label><id>1</id>");
	for (size_t i = 1; i < depth; i++)
		buf_add_str(&xml, "<a>");
	for (size_t i = 1; i < depth; i++)
		buf_add_str(&xml, "</a>");
	buf_add_str(&xml, "</label>");
	for (int scanner = SCANNER_FAST; scanner <= SCANNER_BOTH; scanner++) {
		convert("xmltodict", DUMP_LABELS, (enum record_scanner)scanner,
		    (struct slice){xml.data, xml.len}, &o);
		ck_assert_msg(o.result == wanted, "depth %zu: %d (%s)", depth, o.result, o.reason);
		buf_free(&o.line);
	}
	buf_free(&xml);
}

START_TEST(depths)
{
	for (size_t depth = 60; depth < 70; depth++)
		check_depth(depth, RECORD_GOOD);
	/* libxml2's own limit lies between. */
	check_depth(250, RECORD_GOOD);
	check_depth(260, RECORD_REJECTED);
	check_depth(10000, RECORD_REJECTED);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("parse_record");
	TCase *tc = tcase_create("record");

	xml_init();
	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, shapes, 0, sizeof cases / sizeof *cases);
	tcase_add_loop_test(tc, not_well_formed, 0, sizeof bad_cases / sizeof *bad_cases);
	tcase_add_test(tc, digests);
	tcase_add_test(tc, one_after_another);
	tcase_add_test(tc, scanners_agree);
	tcase_add_test(tc, limits);
	tcase_add_test(tc, depths);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
