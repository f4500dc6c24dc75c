/* SPDX-License-Identifier: MIT */
/* Tests of fetch/catalog.h: listing pages, real ones and hostile ones. */
#include "fetch/catalog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/io.h"
#include "common/mem.h"
#include "tests/unit/unit.h"

#define BASE "https://data.discogs.com/"

/* A page of tests/data/listing, for the caller to free. Tests run in the checkout. */
static char *
load(const char *name)
{
	char *path = mem_printf("tests/data/listing/%s", name);
	char *text;
	size_t len;

	ck_assert_int_eq(io_read_file(path, 1u << 20, &text, &len), 0);
	free(path);
	return text;
}

START_TEST(root_page_gives_newest_years)
{
	static const char *const names[] = {"root.html", "root-oct-2026.html"};

	for (size_t i = 0; i < 2; i++) {
		unsigned years[2];
		char *page = load(names[i]);
		ck_assert_uint_eq(catalog_years(page, BASE, years, 2), 2);
		ck_assert_uint_eq(years[0], 2026);
		ck_assert_uint_eq(years[1], 2025);
		free(page);
	}
}
END_TEST

START_TEST(years_of_other_forms_do_not_count)
{
	static const char *const pages[] = {
	    "",
	    "<a href=\"",
	    "<a href=\"?prefix=data%2F2026\">",
	    "<a href=\"?prefix=data%2F2026%2Fx\">",
	    "<a href=\"?prefix=data%2F202%2F\">",
	    "<a href=\"?prefix=data%2F1999%2F\">",
	    "<a href=\"?prefix=data/2026/\">",
	    "<a href=\"https://evil.example/?prefix=data%2F2026%2F\">",
	    "<a href=\"https://data.discogs.com.evil.example/?prefix=data%2F2026%2F\">",
	    "<a href='?prefix=data%2F2026%2F'>",
	};
	unsigned years[2];

	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
		ck_assert_uint_eq(catalog_years(pages[i], BASE, years, 2), 0);
	ck_assert_uint_eq(catalog_years("<a href=\"" BASE "?prefix=data%2F2026%2F\">", BASE, years,
			      2),
	    1);
}
END_TEST

START_TEST(years_come_once_newest_first)
{
	unsigned years[2];
	const char *page = "<a href=\"?prefix=data%2F2010%2F\"><a href=\"?prefix=data%2F2026%2F\">"
			   "<a href=\"?prefix=data%2F2009%2F\"><a href=\"?prefix=data%2F2026%2F\">"
			   "<a href=\"?prefix=data%2F2012%2F\">";

	ck_assert_uint_eq(catalog_years(page, BASE, years, 2), 2);
	ck_assert_uint_eq(years[0], 2026);
	ck_assert_uint_eq(years[1], 2012);
}
END_TEST

START_TEST(year_page_gives_month)
{
	struct months months = {0};
	char *page = load("2026.html");

	ck_assert_uint_eq(catalog_read_year(page, BASE, 2026, &months), 5);
	ck_assert_uint_eq(months.count, 1);
	const struct month *m = catalog_newest(&months);
	ck_assert_ptr_nonnull(m);
	ck_assert_str_eq(m->version, "20260701");
	ck_assert_uint_eq(m->bytes[DUMP_LABELS], (uint64_t)(85.35 * (1 << 20)));
	ck_assert_uint_eq(m->bytes[DUMP_RELEASES], (uint64_t)(10.35 * (1 << 30)));
	catalog_free(&months);
	ck_assert_uint_eq(catalog_read_year(page, BASE, 2025, &months), 0);
	ck_assert_uint_eq(months.count, 0);
	free(page);
}
END_TEST

START_TEST(hostile_links_do_not_count)
{
	struct months months = {0};
	char *page = load("2026-with-hostile-links.html");

	/* Eight true links and a double. */
	ck_assert_uint_eq(catalog_read_year(page, BASE, 2026, &months), 9);
	ck_assert_uint_eq(months.count, 2);
	ck_assert_str_eq(catalog_newest(&months)->version, "20261001");
	catalog_sort(&months);
	ck_assert_str_eq(months.list[0].version, "20260901");
	ck_assert(!catalog_complete(&months.list[0]));
	ck_assert_uint_ne(months.list[1].bytes[DUMP_RELEASES], 0);
	catalog_free(&months);
	free(page);
}
END_TEST

START_TEST(files_of_other_forms_do_not_count)
{
	static const char *const links[] = {
	    "?download=data%2F2026%2Fdiscogs_20250701_labels.xml.gz",
	    "?download=data%2F2025%2Fdiscogs_20260701_labels.xml.gz",
	    "?download=data%2F2026%2Fdiscogs_20260701_labels.xml.gz&x=1",
	    "?download=data%2F2026%2Fdiscogs_20260701_labels.xml.gz%00",
	    "?download=data%2F2026%2Fdiscogs_20260701_bands.xml.gz",
	    "?download=data%2F2026%2Fdiscogs_20260701_labels.xml",
	    "?download=data%2F2026%2Fdiscogs_20260731_CHECKSUM.txt.gz",
	    "?download=data%2F2026%2Fdiscogs_20260732_CHECKSUM.txt",
	    "?download=data%2F2026%2FDISCOGS_20260701_CHECKSUM.txt",
	    "?download=data%2F2026%2F../discogs_20260701_labels.xml.gz",
	    "?download=data/2026/discogs_20260701_labels.xml.gz",
	    "//evil.example/?download=data%2F2026%2Fdiscogs_20260701_labels.xml.gz",
	    "javascript:?download=data%2F2026%2Fdiscogs_20260701_labels.xml.gz",
	};

	for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
		struct months months = {0};
		char *page = mem_printf("1 2 3 MB <a href=\"%s\">x</a>", links[i]);
		ck_assert_msg(catalog_read_year(page, BASE, 2026, &months) == 0, "%s", links[i]);
		ck_assert_uint_eq(months.count, 0);
		free(page);
	}
}
END_TEST

START_TEST(sizes_are_least_that_round_so)
{
	static const struct {
		const char *text;
		uint64_t bytes;
	} sizes[] = {
	    {"388 B", 388},
	    {"214.9 KB", (uint64_t)(214.85 * 1024)},
	    {"0.0 MB", 0},
	    {"-1 MB", 0},
	    {"nan MB", 0},
	    {"1e300 GB", 0},
	    {"12 parsecs", 0},
	    {"", 0},
	};

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct months months = {0};
		char *page =
		    mem_printf("2026-07-01 08:50:20   %s   <a href=\"?download=data%%2F2026"
			       "%%2Fdiscogs_20260701_labels.xml.gz\">",
			sizes[i].text);
		ck_assert_uint_eq(catalog_read_year(page, BASE, 2026, &months), 1);
		ck_assert_uint_eq(months.list[0].bytes[DUMP_LABELS], sizes[i].bytes);
		catalog_free(&months);
		free(page);
	}
}
END_TEST

START_TEST(newest_is_the_newest_complete)
{
	static const char *const names[] = {
	    "discogs_20260801_artists.xml.gz",
	    "discogs_20260801_labels.xml.gz",
	    "discogs_20260801_releases.xml.gz",
	    "discogs_20260701_CHECKSUM.txt",
	    "discogs_20260701_artists.xml.gz",
	    "discogs_20260701_labels.xml.gz",
	    "discogs_20260701_releases.xml.gz",
	    "discogs_20260901_CHECKSUM.txt",
	};
	struct months months = {0};

	ck_assert_ptr_null(catalog_newest(&months));
	catalog_sort(&months);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		ck_assert(catalog_add(&months, names[i], 1));
	ck_assert(!catalog_add(&months, "notes.txt", 1));
	ck_assert_str_eq(catalog_newest(&months)->version, "20260701");
	ck_assert(catalog_add(&months, "discogs_20260801_CHECKSUM.txt", 1));
	ck_assert_str_eq(catalog_newest(&months)->version, "20260801");
	catalog_free(&months);
	catalog_free(&months);
}
END_TEST

START_TEST(a_page_of_one_long_line_takes_no_time)
{
	struct buf page = {0};
	unsigned years[2];

	/* The sanitizer's strstr looks for the end of the page each time. */
	if (getenv("SANITIZE") != NULL)
		return;
	/* As many bytes and links as are read at most; looked at once for each link this lasts
	 * longer than a test may. */
	for (int i = 0; i < 10000; i++)
		buf_printf(&page, "%400s<a href=\"?prefix=data%%2F2026%%2F\">", "");
	ck_assert_uint_eq(catalog_years(page.data, "http://a/", years, 2), 1);
	buf_free(&page);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("fetch_catalog");
	TCase *tc = tcase_create("catalog");

	tcase_add_test(tc, a_page_of_one_long_line_takes_no_time);
	tcase_add_test(tc, root_page_gives_newest_years);
	tcase_add_test(tc, years_of_other_forms_do_not_count);
	tcase_add_test(tc, years_come_once_newest_first);
	tcase_add_test(tc, year_page_gives_month);
	tcase_add_test(tc, hostile_links_do_not_count);
	tcase_add_test(tc, files_of_other_forms_do_not_count);
	tcase_add_test(tc, sizes_are_least_that_round_so);
	tcase_add_test(tc, newest_is_the_newest_complete);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
