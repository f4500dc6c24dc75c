/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target for the listing pages of the server: nothing is found that the page
 * does not link, and a page written from what was found lists the same.
 */
#include "tests/fuzz/fuzz.h"

#include "common/buf.h"
#include "fetch/catalog.h"

#define BASE "https://data.discogs.com/"

/* More than this a run does not ask for. */
#define YEARS_MAX 4

/* Whether PAGE has a link to the file NAME of YEAR: PREFIX stands before it, and it ends there. */
static bool
links(const char *page, const char *prefix, unsigned year, const char *name)
{
	char link[160];

	snprintf(link, sizeof link, "%sdata%%2F%04u%%2F%s\"", prefix, year, name);
	return strstr(page, link) != NULL;
}

static void
check_month(const char *page, unsigned year, const struct month *m)
{
	char name[DUMP_FILE_SIZE], year_text[5];
	bool some = m->checksum;

	REQUIRE(dump_version_valid(m->version));
	snprintf(year_text, sizeof year_text, "%04u", year);
	REQUIRE(strncmp(m->version, year_text, 4) == 0);
	if (m->checksum)
		REQUIRE(links(page, "?download=", year, catalog_checksum_name(name, m->version)));
	for (int i = 0; i < DUMP_TYPES; i++) {
		dump_file_name(name, m->version, (enum dump_type)i);
		REQUIRE(m->has[i] ? links(page, "?download=", year, name) : m->bytes[i] == 0);
		some = some || m->has[i];
	}
	REQUIRE(some);
}

/* Sizes with more digits are not read; a page has them in GB. */
#define SIZE_MAX_BYTES 9999999999u

/* Adds a row of a page as the server writes it. Sizes in bytes lose nothing. */
static void
add_row(struct buf *page, unsigned year, const char *name, uint64_t bytes)
{
	buf_printf(page, "2026-07-01 15:10:27   %llu B   <a href=\"?download=data%%2F%04u%%2F%s\">",
	    (unsigned long long)bytes, year, name);
	buf_printf(page, "%s</a>\n", name);
}

static void
read_again(unsigned year, const struct months *months)
{
	struct buf page = {0};
	struct months again = {0};

	for (size_t i = 0; i < months->count; i++) {
		const struct month *m = &months->list[i];
		char name[DUMP_FILE_SIZE];
		for (int t = 0; t < DUMP_TYPES; t++)
			if (m->has[t])
				add_row(&page, year,
				    dump_file_name(name, m->version, (enum dump_type)t),
				    m->bytes[t]);
		if (m->checksum)
			add_row(&page, year, catalog_checksum_name(name, m->version), 0);
	}
	buf_add_char(&page, '\0');
	catalog_read_year(page.data, BASE, year, &again);
	catalog_sort(&again);
	REQUIRE(again.count == months->count);
	for (size_t i = 0; i < again.count; i++) {
		const struct month *m = &months->list[i];
		for (int t = 0; t < DUMP_TYPES; t++)
			if (m->bytes[t] > SIZE_MAX_BYTES)
				again.list[i].bytes[t] = m->bytes[t];
		REQUIRE(memcmp(&again.list[i], m, sizeof *m) == 0);
	}
	catalog_free(&again);
	buf_free(&page);
}

static void
check_year(const char *page, unsigned year)
{
	struct months months = {0};
	size_t found = catalog_read_year(page, BASE, year, &months);
	size_t count = months.count;

	REQUIRE(count <= found && (count == 0) == (found == 0));
	catalog_sort(&months);
	for (size_t i = 0; i < count; i++) {
		check_month(page, year, &months.list[i]);
		REQUIRE(i == 0 || strcmp(months.list[i - 1].version, months.list[i].version) < 0);
	}
	const struct month *newest = catalog_newest(&months);
	REQUIRE(newest == NULL || catalog_complete(newest));
	if (count > 0)
		read_again(year, &months);
	/* A second time the page tells nothing new. */
	REQUIRE(catalog_read_year(page, BASE, year, &months) == found && months.count == count);
	catalog_free(&months);
}

static void
fuzz_one(const uint8_t *data, size_t size)
{
	char *page = fuzz_text(data, size);
	unsigned years[YEARS_MAX];
	size_t count = catalog_years(page, BASE, years, YEARS_MAX);

	REQUIRE(count <= YEARS_MAX);
	for (size_t i = 0; i < count; i++) {
		REQUIRE(years[i] >= 2000 && years[i] <= 9999);
		REQUIRE(i == 0 || years[i - 1] > years[i]);
		REQUIRE(links(page, "?prefix=", years[i], ""));
	}
	check_year(page, 2026);
	if (count > 0)
		check_year(page, years[0]);
	free(page);
}
