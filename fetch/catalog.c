/* SPDX-License-Identifier: MIT */
/* What months there are: listing pages, read without trust. */
#include "fetch/catalog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "common/numbers.h"

#define YEAR_LINK     "?prefix=data%2F"
#define DOWNLOAD_LINK "?download=data%2F"
#define SLASH	      "%2F"

/* More links than any true page has: what follows is not read. */
#define LINKS_MAX 10000

char *
catalog_checksum_name(char *out, const char *version)
{
	snprintf(out, CATALOG_CHECKSUM_SIZE, "discogs_%s_CHECKSUM.txt", version);
	return out;
}

/* A link of a page: TARGET without what stands for the base URL, and where its line begins. */
struct link {
	const char *target;
	size_t len;
	const char *line;
	const char *end; /* behind the closing quote */
};

static struct link
first_link(const char *page)
{
	return (struct link){.line = page, .end = page};
}

/*
 * The next href behind OUT, which starts as first_link; false at the end of the page.
 * A page may be one line: its start is carried along and not looked for again.
 */
static bool
next_link(const char *base, struct link *out)
{
	static const char href[] = "href=\"";
	const char *start = strstr(out->end, href);
	const char *close = start != NULL ? strchr(start + strlen(href), '"') : NULL;

	if (close == NULL)
		return false;
	out->target = start + strlen(href);
	out->len = (size_t)(close - out->target);
	for (const char *lf = out->end; (lf = memchr(lf, '\n', (size_t)(start - lf))) != NULL;)
		out->line = ++lf;
	out->end = close + 1;
	size_t base_len = strlen(base);
	if (out->len > base_len && strncmp(out->target, base, base_len) == 0) {
		out->target += base_len;
		out->len -= base_len;
	}
	return true;
}

/* Takes PREFIX off the start of *P, of which *LEN bytes are left; false if it is not there. */
static bool
take(const char **p, size_t *len, const char *prefix)
{
	size_t n = strlen(prefix);

	if (*len < n || memcmp(*p, prefix, n) != 0)
		return false;
	*p += n;
	*len -= n;
	return true;
}

/* Takes "2026%2F"; 0 if it is not there. */
static unsigned
take_year(const char **p, size_t *len)
{
	char digits[5] = "";
	uint64_t year;

	if (*len < 4)
		return 0;
	memcpy(digits, *p, 4);
	if (number_parse(digits, 2000, 9999, &year) != 0)
		return 0;
	*p += 4;
	*len -= 4;
	return take(p, len, SLASH) ? (unsigned)year : 0;
}

/* Puts YEAR into the MAX newest in YEARS, newest first, each once. Returns the new count. */
static size_t
insert_year(unsigned *years, size_t count, size_t max, unsigned year)
{
	size_t at = 0;

	while (at < count && years[at] > year)
		at++;
	if (at == max || (at < count && years[at] == year))
		return count;
	if (count < max)
		count++;
	memmove(years + at + 1, years + at, (count - at - 1) * sizeof *years);
	years[at] = year;
	return count;
}

size_t
catalog_years(const char *page, const char *base, unsigned *years, size_t max)
{
	struct link link = first_link(page);
	size_t count = 0;

	for (unsigned n = 0; n < LINKS_MAX && next_link(base, &link); n++) {
		if (!take(&link.target, &link.len, YEAR_LINK))
			continue;
		unsigned year = take_year(&link.target, &link.len);
		if (year != 0 && link.len == 0)
			count = insert_year(years, count, max, year);
	}
	return count;
}

/*
 * The size in a line "2026-07-01 15:10:27   469.6 MB   <a ...", as the least number of
 * bytes that is shown so; 0 if there is none.
 */
static uint64_t
line_size(const char *line, const char *end)
{
	static const struct {
		const char *unit;
		double bytes;
	} units[] = {{"B", 1}, {"KB", 1 << 10}, {"MB", 1 << 20}, {"GB", 1 << 30}};
	char text[128], unit[4];
	double number;

	/* Text after the link is not the size; the page writes it before. */
	snprintf(text, sizeof text, "%.*s", (int)(end - line < 127 ? end - line : 127), line);
	if (sscanf(text, "%*10s %*8s %10lf %3s", &number, unit) != 2)
		return 0;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		if (strcmp(unit, units[i].unit) != 0)
			continue;
		double least = i == 0 ? number : (number - 0.05) * units[i].bytes;
		return least > 0 && least < 1e15 ? (uint64_t)least : 0;
	}
	return 0;
}

static struct month *
find_or_add(struct months *months, const char *version)
{
	for (size_t i = 0; i < months->count; i++)
		if (strcmp(months->list[i].version, version) == 0)
			return &months->list[i];
	months->list = mem_resize(months->list, months->count + 1, sizeof *months->list);
	struct month *m = &months->list[months->count++];
	*m = (struct month){0};
	memcpy(m->version, version, DUMP_VERSION_SIZE);
	return m;
}

/* Whether NAME is a CHECKSUM file; VERSION (DUMP_VERSION_SIZE bytes) becomes its month. */
static bool
is_checksum_name(const char *name, char *version)
{
	char expected[CATALOG_CHECKSUM_SIZE];

	if (strlen(name) < 16)
		return false;
	memcpy(version, name + strlen("discogs_"), 8);
	version[8] = '\0';
	return dump_version_valid(version) &&
	    strcmp(name, catalog_checksum_name(expected, version)) == 0;
}

bool
catalog_add(struct months *months, const char *name, uint64_t bytes)
{
	char version[DUMP_VERSION_SIZE];
	enum dump_type type;

	if (is_checksum_name(name, version)) {
		find_or_add(months, version)->checksum = true;
		return true;
	}
	if (dump_file_parse(name, version, &type) != 0)
		return false;
	struct month *m = find_or_add(months, version);
	m->has[type] = true;
	if (bytes != 0)
		m->bytes[type] = bytes;
	return true;
}

/* Whether NAME begins as a file of YEAR does. */
static bool
is_of_year(const char *name, unsigned year)
{
	char prefix[32];

	snprintf(prefix, sizeof prefix, "discogs_%04u", year);
	return strncmp(name, prefix, strlen(prefix)) == 0;
}

size_t
catalog_read_year(const char *page, const char *base, unsigned year, struct months *months)
{
	struct link link = first_link(page);
	size_t found = 0;

	for (unsigned n = 0; n < LINKS_MAX && next_link(base, &link); n++) {
		char name[DUMP_FILE_SIZE];
		const char *start = link.target;

		if (!take(&link.target, &link.len, DOWNLOAD_LINK) ||
		    take_year(&link.target, &link.len) != year || link.len >= sizeof name)
			continue;
		memcpy(name, link.target, link.len);
		name[link.len] = '\0';
		if (is_of_year(name, year) &&
		    catalog_add(months, name, line_size(link.line, start)))
			found++;
	}
	return found;
}

static int
by_version(const void *a, const void *b)
{
	return strcmp(((const struct month *)a)->version, ((const struct month *)b)->version);
}

void
catalog_sort(struct months *months)
{
	if (months->count > 0)
		qsort(months->list, months->count, sizeof *months->list, by_version);
}

bool
catalog_complete(const struct month *m)
{
	return m->checksum && m->has[DUMP_ARTISTS] && m->has[DUMP_LABELS] && m->has[DUMP_RELEASES];
}

const struct month *
catalog_newest(const struct months *months)
{
	const struct month *newest = NULL;

	for (size_t i = 0; i < months->count; i++) {
		const struct month *m = &months->list[i];
		if (catalog_complete(m) && (newest == NULL || by_version(newest, m) < 0))
			newest = m;
	}
	return newest;
}

void
catalog_free(struct months *months)
{
	free(months->list);
	*months = (struct months){0};
}
