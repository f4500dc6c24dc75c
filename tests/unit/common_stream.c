/* SPDX-License-Identifier: MIT */
/* Tests of common/stream: the control lines as dx-stream(5) has them, and lines that only look so.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/stream.h"
#include "tests/unit/unit.h"

#define SHA "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static const char *const examples[] = {
    "{\"type\":\"dump\",\"version\":\"20260801\",\"files_total\":4,\"decision\":\"continue\","
    "\"marker\":\"/var/lib/dx/.extraction_status_20260801.json\"}\n",
    "{\"type\":\"file\",\"data_type\":\"labels\",\"file\":\"discogs_20260801_labels.xml.gz\","
    "\"path\":\"/d/discogs_20260801_labels.xml.gz\",\"bytes\":220098,\"sha256\":\"" SHA
    "\",\"version\":\"20260801\"}\n",
    "{\"type\":\"file_start\",\"data_type\":\"labels\",\"file\":\"f\",\"version\":\"20260801\","
    "\"sha256\":\"" SHA
    "\",\"shape\":\"discogsography\",\"options\":\"strict\",\"skipped\":1500}\n",
    "{\"type\":\"mark\",\"records\":500}\n",
    "{\"type\":\"file_end\",\"data_type\":\"labels\",\"file\":\"f\",\"records\":10,\"rejected\":1,"
    "\"repaired\":2}\n",
    "{\"type\":\"end\",\"stage\":\"parse\"}\n",
};

START_TEST(every_kind_goes_both_ways)
{
	for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
		struct stream_control c;
		struct buf out = {0};
		size_t len = strlen(examples[i]) - 1;

		ck_assert_int_eq((int)stream_kind(examples[i], len), (int)i + 1);
		ck_assert_int_eq(stream_decode(examples[i], len, &c), 0);
		stream_encode(&out, &c);
		ck_assert_uint_eq(out.len, len + 1);
		ck_assert_mem_eq(out.data, examples[i], out.len);
		buf_free(&out);
	}
}
END_TEST

START_TEST(members_land_where_they_belong)
{
	struct stream_control c;

	ck_assert_int_eq(stream_decode(examples[1], strlen(examples[1]), &c), 0);
	ck_assert_int_eq(c.kind, STREAM_FILE);
	ck_assert_int_eq(c.data_type, DUMP_LABELS);
	ck_assert_str_eq(c.file, "discogs_20260801_labels.xml.gz");
	ck_assert_str_eq(c.path, "/d/discogs_20260801_labels.xml.gz");
	ck_assert_uint_eq(c.bytes, 220098);
	ck_assert_str_eq(c.sha256, SHA);
	ck_assert_str_eq(c.version, "20260801");
	ck_assert_str_eq(c.shape, "");
}
END_TEST

START_TEST(hostile_names_survive)
{
	struct stream_control c = {.kind = STREAM_END}, back;
	struct buf out = {0};

	strcpy(c.stage, "\"\\\n\t/\x01\xc3\xa4");
	stream_encode(&out, &c);
	ck_assert_ptr_eq(memchr(out.data, '\n', out.len), out.data + out.len - 1);
	ck_assert_int_eq(stream_decode(out.data, out.len, &back), 0);
	ck_assert_str_eq(back.stage, c.stage);
	buf_free(&out);
}
END_TEST

/* No prefix of a control line is one: a line that was cut is never believed. */
START_TEST(a_cut_line_is_no_control_line)
{
	for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
		size_t len = strlen(examples[i]) - 1;
		for (size_t cut = 0; cut < len; cut++) {
			struct stream_control c;
			char *copy = malloc(cut + 1);
			ck_assert_ptr_nonnull(copy);
			memcpy(copy, examples[i], cut);
			ck_assert_int_eq(stream_decode(copy, cut, &c), -1);
			free(copy);
		}
	}
}
END_TEST

START_TEST(lines_that_are_not_ours_are_data)
{
	static const char *const data[] = {"", "{}", "{", "null", "x",
	    "{\"type\":\"data\",\"id\":\"1\"}",
	    "{\"id\":\"1\",\"type\":\"end\",\"stage\":\"fetch\"}", "{\"type\":\"ends\"}",
	    "{\"type\":\"en\"}", "{\"type\":\"END\"}", "{\"type\":\"en\\u0064\"}",
	    "{\"type\":null}", "{\"typ\":\"end\"}", "[\"type\",\"end\"]", "{\"type\" \"end\"}",
	    "{\"type\":\"end", "\"{\\\"type\\\":\\\"end\\\"}\""};

	for (size_t i = 0; i < sizeof data / sizeof *data; i++)
		ck_assert_int_eq(stream_kind(data[i], strlen(data[i])), STREAM_DATA);
	/* What jq without -c or another writer makes of them is still ours. */
	ck_assert_int_eq(stream_kind(" { \"type\" : \"mark\" , \"records\" : 1 } ", 36),
	    STREAM_MARK);
}
END_TEST

START_TEST(what_is_not_whole_or_not_valid_is_refused)
{
	static const char *const bad[] = {"{\"type\":\"mark\"}",
	    "{\"type\":\"mark\",\"records\":-1}", "{\"type\":\"mark\",\"records\":\"5\"}",
	    "{\"type\":\"mark\",\"records\":1.5}", "{\"type\":\"mark\",\"records\":null}",
	    "{\"type\":\"mark\",\"records\":5} x", "{\"type\":\"mark\",\"records\":5}{}",
	    "{\"type\":\"mark\",\"records\":5,}", "{\"type\":\"mark\",\"records\":05}",
	    "{\"type\":\"mark\",\"records\":00}", "{\"type\":\"mark\",\"records\":5,\"x\":NaN}",
	    "{\"type\":\"mark\",\"records\":5,\"x\":1.}", "{\"type\":\"end\",\"stage\":\"a\tb\"}",
	    "{'type':'mark','records':5}", "{\"type\":\"end\",\"stage\":\"\xff\xfe\"}",
	    "{\"type\":\"end\",\"stage\":\"\xc1\xbc\"}", "{\"type\":\"end\",\"stage\":7}",
	    "{\"type\":\"end\",\"stage\":\"a\\u0000b\"}",
	    "{\"type\":\"end\",\"stage\":\"a name that is too long for it\"}",
	    "{\"type\":\"file_end\",\"data_type\":\"songs\",\"file\":\"f\",\"records\":1,"
	    "\"rejected\":0,\"repaired\":0}",
	    "{\"type\":\"dump\",\"version\":\"202608011\",\"files_total\":4,\"decision\":\"skip\","
	    "\"marker\":\"m\"}"};
	struct stream_control c;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_msg(stream_decode(bad[i], strlen(bad[i]), &c) == -1, "%s", bad[i]);
	ck_assert_int_eq(stream_decode("{\"type\":\"data\"}", 15, &c), -1);
}
END_TEST

START_TEST(options_may_be_missing)
{
	static const char before[] = "{\"type\":\"file_start\",\"data_type\":\"labels\","
				     "\"file\":\"f\",\"version\":\"\",\"sha256\":\"\",";
	static const struct {
		const char *rest, *options; /* NULL: refused */
	} cases[] = {
	    {"\"shape\":\"s\",\"skipped\":1}", ""},
	    {"\"shape\":\"s\",\"options\":\"\",\"skipped\":1}", ""},
	    {"\"shape\":\"s\",\"options\":\"x\",\"skipped\":1}", "x"},
	    {"\"shape\":\"s\",\"options\":7,\"skipped\":1}", NULL},
	    {"\"options\":\"x\",\"skipped\":1}", NULL},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct stream_control c;
		char line[512];
		int len = snprintf(line, sizeof line, "%s%s", before, cases[i].rest);
		ck_assert_int_eq(stream_decode(line, (size_t)len, &c),
		    cases[i].options != NULL ? 0 : -1);
		if (cases[i].options != NULL)
			ck_assert_str_eq(c.options, cases[i].options);
	}
}
END_TEST

START_TEST(unknown_members_are_left_alone)
{
	static const char line[] = "{\"type\":\"mark\",\"new\":{\"deep\":[1]},\"records\":7}\r";
	struct stream_control c;

	ck_assert_int_eq(stream_decode(line, strlen(line), &c), 0);
	ck_assert_uint_eq(c.records, 7);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("common/stream");
	TCase *tests = tcase_create("stream");

	tcase_add_test(tests, every_kind_goes_both_ways);
	tcase_add_test(tests, members_land_where_they_belong);
	tcase_add_test(tests, hostile_names_survive);
	tcase_add_test(tests, a_cut_line_is_no_control_line);
	tcase_add_test(tests, lines_that_are_not_ours_are_data);
	tcase_add_test(tests, what_is_not_whole_or_not_valid_is_refused);
	tcase_add_test(tests, options_may_be_missing);
	tcase_add_test(tests, unknown_members_are_left_alone);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
