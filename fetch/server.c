/* SPDX-License-Identifier: MIT */
/* Months on a dump server. */
#include "fetch/server.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/io.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/stop.h"
#include "fetch/http.h"
#include "fetch/part.h"
#include "fetch/throttle.h"
#include "fetch/transfer.h"
#include "fetch/url.h"

/* The most bytes of a listing page: a true one has a few KB. */
#define PAGE_MAX_BYTES (4u << 20)

/* Downloads of one file that come out wrong before it is given up; one that was resumed is
 * forgiven. */
#define WRONG_MAX 2

struct server {
	struct base_url base;
	const char *folder;
	struct http *http;
	struct throttle *throttle;
	struct transfer transfer;
};

int
server_open(const struct server_settings *settings, struct server **out)
{
	struct server *s = mem_zero(1, sizeof *s);

	*out = NULL;
	if (url_parse_base(settings->base_url, &s->base) != 0) {
		free(s);
		return EX_USAGE;
	}
	s->folder = settings->folder;
	s->http = http_open(&s->base, settings->stall_ms);
	s->throttle = throttle_open(s->folder, s->base.origin);
	s->transfer = (struct transfer){
	    .http = s->http,
	    .throttle = s->throttle,
	    .server = s->base.origin,
	    .retries = settings->retries,
	    .delay_ms = settings->delay_ms,
	};
	*out = s;
	return EX_OK;
}

void
server_close(struct server *s)
{
	if (s == NULL)
		return;
	http_close(s->http);
	throttle_close(s->throttle);
	url_free(&s->base);
	free(s);
}

/* Gets a listing page; the caller frees PAGE. */
static int
get_page(struct server *s, const char *url, struct buf *page)
{
	int status = transfer_text(&s->transfer, url, true, PAGE_MAX_BYTES, page);

	if (status == EX_NOINPUT)
		log_error("%s: no such page: is the base URL right?", url);
	return status;
}

/* A page that was sent but lists nothing is no empty listing: a true one never is. */
static int
no_links(const char *url)
{
	log_error("%s: no listing of dumps (a challenge to a browser?)", url);
	return EX_UNAVAILABLE;
}

static int
read_year(struct server *s, unsigned year, struct months *months)
{
	struct buf page = {0};
	char *url = url_of_year(&s->base, year);
	int status = get_page(s, url, &page);

	if (status == EX_OK && catalog_read_year(page.data, s->base.text, year, months) == 0)
		status = no_links(url);
	buf_free(&page);
	free(url);
	return status;
}

int
server_months(struct server *s, bool enough, struct months *months)
{
	struct buf page = {0};
	unsigned years[2];
	int status = get_page(s, s->base.text, &page);
	size_t count = status == EX_OK ? catalog_years(page.data, s->base.text, years, 2) : 0;

	if (status == EX_OK && count == 0)
		status = no_links(s->base.text);
	for (size_t i = 0; i < count && status == EX_OK; i++) {
		if (enough && catalog_newest(months) != NULL)
			break;
		status = read_year(s, years[i], months);
	}
	buf_free(&page);
	return status;
}

/* Where the copy of the CHECKSUM lies, for the caller to free. */
static char *
kept_path(const struct server *s, const char *version)
{
	char name[CATALOG_CHECKSUM_SIZE];

	return mem_printf("%s/%s", s->folder, catalog_checksum_name(name, version));
}

int
server_kept_checksums(const struct server *s, const char *version, struct checksums *sums)
{
	char *path = kept_path(s, version);
	char *text = NULL;
	size_t len;
	int result = -1;

	*sums = (struct checksums){0};
	if (io_read_file(path, CHECKSUM_MAX_BYTES, &text, &len) == 0)
		result = checksum_parse(path, text, len, version, sums);
	free(text);
	free(path);
	return result;
}

/* Gets the CHECKSUM from the server and keeps it. */
static int
get_checksums(struct server *s, const char *version, struct checksums *sums)
{
	char name[CATALOG_CHECKSUM_SIZE];
	char *url = url_of_file(&s->base, version, catalog_checksum_name(name, version));
	char *path = kept_path(s, version);
	struct buf text = {0};
	int status = transfer_text(&s->transfer, url, false, CHECKSUM_MAX_BYTES, &text);

	if (status == EX_OK && checksum_parse(name, text.data, text.len, version, sums) != 0)
		status = EX_DATAERR;
	if (status == EX_OK && io_replace_file(path, text.data, text.len, NULL) != 0)
		status = EX_IOERR;
	buf_free(&text);
	free(path);
	free(url);
	return status;
}

int
server_checksums(struct server *s, const char *version, struct checksums *sums)
{
	int status = get_checksums(s, version, sums);

	if ((status != EX_UNAVAILABLE && status != EX_TEMPFAIL) || stop_requested())
		return status;
	if (server_kept_checksums(s, version, sums) != 0)
		return status;
	log_warn("month %s: going on with the CHECKSUM of an earlier run", version);
	return EX_OK;
}

int
server_look_checksums(struct server *s, const char *version, struct checksums *sums)
{
	uint64_t retries = s->transfer.retries;

	s->transfer.optional = true;
	s->transfer.retries = 0;
	int status = get_checksums(s, version, sums);
	s->transfer.retries = retries;
	s->transfer.optional = false;
	return status;
}

int
server_may_ask(struct server *s)
{
	return transfer_may_ask(&s->transfer);
}

/* Whether what PART holds is what ITEM should be; fills what is known of it then. */
static bool
is_right(const struct part *part, struct plan_item *item)
{
	item->bytes = part_bytes(part);
	part_sha256(part, item->sha256);
	return *item->expected == '\0' || strcmp(item->expected, item->sha256) == 0;
}

/* Takes what CHECKSUM says now: the file may have been replaced after it was read. */
static int
renew_checksums(struct server *s, struct plan *plan)
{
	struct checksums sums;
	int status = get_checksums(s, plan->version, &sums);

	if (status == EX_OK)
		plan_update(plan, &sums);
	if (status != EX_NOINPUT)
		return status;
	log_error("month %s: its CHECKSUM was withdrawn", plan->version);
	return EX_TEMPFAIL;
}

/* Downloads until the part is right. A wrong one is thrown away; if it was resumed, its beginning
 * may be to blame. */
static int
download(struct server *s, const char *url, struct plan *plan, struct plan_item *item,
    struct part *part)
{
	bool forgiven = false, renewed = false;

	for (unsigned wrong = 0; wrong < WRONG_MAX;) {
		bool resumed = false;
		int status = transfer_file(&s->transfer, url, item->name, item->listed,
		    *item->expected != '\0', part, &resumed);
		if (status != EX_OK || is_right(part, item))
			return status;
		log_warn("%s: checksum mismatch%s", item->name,
		    resumed ? " after a resumption" : "");
		if (resumed && !forgiven)
			forgiven = true;
		else
			wrong++;
		if (!resumed && !renewed) {
			renewed = true;
			status = renew_checksums(s, plan);
			if (status != EX_OK || is_right(part, item))
				return status;
		}
		if (part_restart(part, "") != 0)
			return EX_IOERR;
	}
	log_error("%s: checksum mismatch: published %s, received %s", item->name, item->expected,
	    item->sha256);
	return EX_DATAERR;
}

int
server_get(struct server *s, struct plan *plan, struct plan_item *item)
{
	struct part *part;
	char *url = url_of_file(&s->base, plan->version, item->name);
	int status = part_open(item->path, &part);

	if (status == EX_OK) {
		/* The last run may have died between the last byte and the rename. */
		bool whole = part_bytes(part) > 0 && *item->expected != '\0' &&
		    is_right(part, item);
		if (!whole)
			status = download(s, url, plan, item, part);
		if (status == EX_OK && part_publish(part) != 0)
			status = EX_IOERR;
	}
	if (status == EX_NOINPUT)
		log_error("%s: is not on the server", item->name);
	part_close(part);
	free(url);
	return status;
}
