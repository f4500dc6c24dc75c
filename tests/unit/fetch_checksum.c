/* SPDX-License-Identifier: MIT */
/* Tests of fetch/checksum.h: the CHECKSUM file in all its spellings. */
#include "fetch/checksum.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/io.h"
#include "common/mem.h"
#include "tests/unit/unit.h"

#define SUM_A	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SUM_B	"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define CAPS	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define VERSION "20260801"
#define LABELS	"discogs_20260801_labels.xml.gz"

static int
parse(const char *text, struct checksums *sums)
{
	return checksum_parse("CHECKSUM", text, strlen(text), VERSION, sums);
}

static int
parse_file(const char *name, const char *version, struct checksums *sums)
{
	char *path = mem_printf("tests/data/listing/%s", name);
	char *text;
	size_t len;

	ck_assert_int_eq(io_read_file(path, CHECKSUM_MAX_BYTES, &text, &len), 0);
	int result = checksum_parse(path, text, len, version, sums);
	free(text);
	free(path);
	return result;
}

START_TEST(real_files_are_read)
{
	struct checksums sums;

	ck_assert_int_eq(parse_file("discogs_20260801_CHECKSUM.txt", VERSION, &sums), 0);
	ck_assert_uint_eq(checksum_count(&sums), 4);
	ck_assert_str_eq(sums.sha256[DUMP_ARTISTS],
	    "2574b62ef548c03eb83e728de1ff95a6a07b356a4b53866cb9865eedad9e6e38");
	ck_assert_int_eq(parse_file("discogs_20080309_CHECKSUM.txt", "20080309", &sums), 0);
	ck_assert_uint_eq(checksum_count(&sums), 3);
	ck_assert_str_eq(sums.sha256[DUMP_MASTERS], "");
	ck_assert_str_eq(sums.sha256[DUMP_RELEASES],
	    "e0e22f8501c2013eda69071a16e35ff785c0a135dee009fe2b67349f907709eb");
	ck_assert_int_eq(parse_file("discogs_20080309_CHECKSUM.txt", VERSION, &sums), -1);
}
END_TEST

START_TEST(all_spellings_are_read)
{
	static const char *const texts[] = {
	    SUM_A " " LABELS "\n",
	    SUM_A "  " LABELS "\n",
	    SUM_A " *" LABELS "\n",
	    SUM_A " " LABELS "\r\n",
	    SUM_A " " LABELS " \t\n\n\n",
	    SUM_A " " LABELS "\n ",
	    CAPS " " LABELS "\n",
	    "\n" SUM_A " " LABELS "\n" SUM_A " *" LABELS "\n",
	    SUM_B " other.txt\n" SUM_A " " LABELS "\n" SUM_B " discogs_20260701_labels.xml.gz\n",
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct checksums sums;
		ck_assert_msg(parse(texts[i], &sums) == 0, "%s", texts[i]);
		ck_assert_str_eq(sums.sha256[DUMP_LABELS], SUM_A);
		ck_assert_uint_eq(checksum_count(&sums), 1);
	}
}
END_TEST

START_TEST(what_is_wrong_is_refused)
{
	static const char *const texts[] = {
	    "",
	    "\n\n",
	    "<html><body>Just a moment</body></html>\n",
	    SUM_A "\n",
	    SUM_A LABELS "\n",
	    SUM_A "\t" LABELS "\n",
	    SUM_A "   " LABELS "\n",
	    "a" SUM_A " " LABELS "\n",
	    "gaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa " LABELS "\n",
	    SUM_B " other.txt\n",
	    SUM_A " " LABELS,
	    SUM_A " " LABELS "\n" SUM_B " discogs_20260801_releases.xm",
	    SUM_A " " LABELS "\n" SUM_B " discogs_20260801_releases.xm\n",
	    SUM_A " ../" LABELS "\n",
	    SUM_A " " LABELS "\n" SUM_B " " LABELS "\n",
	    SUM_A " " LABELS "\nnonsense\n",
	    SUM_A " " LABELS "\n" SUM_B " discogs_2026 0801\n",
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct checksums sums;
		ck_assert_msg(parse(texts[i], &sums) == -1, "%s", texts[i]);
	}
}
END_TEST

START_TEST(a_bad_line_that_hides_nothing_is_a_warning)
{
	struct buf text = {0};
	struct checksums sums;

	buf_add_str(&text, "# made by hand\n");
	for (int i = 0; i < DUMP_TYPES; i++)
		buf_printf(&text, "%s discogs_20260801_%s.xml.gz\n", SUM_A,
		    dump_type_name((enum dump_type)i));
	ck_assert_int_eq(checksum_parse("CHECKSUM", text.data, text.len, VERSION, &sums), 0);
	ck_assert_uint_eq(checksum_count(&sums), 4);
	buf_free(&text);
}
END_TEST

START_TEST(nul_bytes_are_refused)
{
	static const char text[] = SUM_A " " LABELS "\0.txt\n";
	struct checksums sums;

	ck_assert_int_eq(checksum_parse("CHECKSUM", text, sizeof text - 1, VERSION, &sums), -1);
}
END_TEST

START_TEST(every_cut_is_survived)
{
	const char *text = SUM_A " *" LABELS "\r\n" SUM_B "  discogs_20260801_artists.xml.gz\r\n";
	size_t whole = strlen(text);

	/* Each in memory of its own size, for the sanitizers. */
	for (size_t len = 0; len < whole; len++) {
		struct checksums sums;
		char *copy = mem_alloc(len);
		memcpy(copy, text, len);
		int result = checksum_parse("CHECKSUM", copy, len, VERSION, &sums);
		ck_assert(result == -1 || sums.sha256[DUMP_LABELS][0] == 'a');
		free(copy);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("fetch_checksum");
	TCase *tc = tcase_create("checksum");

	tcase_add_test(tc, real_files_are_read);
	tcase_add_test(tc, all_spellings_are_read);
	tcase_add_test(tc, what_is_wrong_is_refused);
	tcase_add_test(tc, a_bad_line_that_hides_nothing_is_a_warning);
	tcase_add_test(tc, nul_bytes_are_refused);
	tcase_add_test(tc, every_cut_is_survived);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
