/* SPDX-License-Identifier: MIT */
/* Where months come from: the dump server, or a local mirror. */
#include "fetch/source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/log.h"
#include "common/mem.h"
#include "common/stop.h"
#include "common/utf8.h"
#include "fetch/mirror.h"
#include "fetch/server.h"
#include "fetch/verify.h"

struct source {
	const struct fetch_args *args;
	const char *folder;
	char *mirror; /* absolute; NULL: the server is asked */
	struct server *server;
	struct checksums looked; /* what source_look found, empty if nothing */
};

int
source_open(const struct fetch_args *args, const char *folder, struct source **out)
{
	struct source *s = mem_zero(1, sizeof *s);
	int status = EX_OK;

	s->args = args;
	s->folder = folder;
	if (args->mirror != NULL) {
		s->mirror = realpath(args->mirror, NULL);
		if (s->mirror == NULL) {
			log_error("%s: %s", args->mirror, strerror(errno));
			status = EX_NOINPUT;
		} else if (!args->list && !utf8_valid(s->mirror)) {
			log_error("%s: a path that is not UTF-8 cannot be named in the stream",
			    args->mirror);
			status = EX_USAGE;
		}
	} else {
		struct server_settings settings = {
		    .base_url = args->base_url,
		    .folder = folder,
		    .retries = args->retries,
		    .delay_ms = (int64_t)args->delay_ms,
		    .stall_ms = (int64_t)args->stall_ms,
		};
		status = server_open(&settings, &s->server);
	}
	if (status != EX_OK) {
		source_close(s);
		s = NULL;
	}
	*out = s;
	return status;
}

void
source_close(struct source *s)
{
	if (s == NULL)
		return;
	server_close(s->server);
	free(s->mirror);
	free(s);
}

static int
load_months(struct source *s, bool enough, struct months *months)
{
	int status = s->mirror != NULL ? mirror_months(s->mirror, months)
				       : server_months(s->server, enough, months);
	catalog_sort(months);
	return status;
}

/* "20260801 complete artists,labels,masters,releases" */
static void
print_month(const struct month *m)
{
	const char *comma = "";

	printf("%s %s ", m->version, catalog_complete(m) ? "complete" : "incomplete");
	for (int i = 0; i < DUMP_TYPES; i++) {
		if (!m->has[i])
			continue;
		printf("%s%s", comma, dump_type_name((enum dump_type)i));
		comma = ",";
	}
	/* A month with nothing but its CHECKSUM still has three fields. */
	puts(*comma == '\0' ? "-" : "");
}

int
source_list(struct source *s)
{
	struct months months = {0};
	int status = load_months(s, false, &months);

	for (size_t i = 0; i < months.count && status == EX_OK; i++)
		print_month(&months.list[i]);
	catalog_free(&months);
	return status;
}

/* Whether the mirror has all files of the month that are wanted and that its CHECKSUM names, or
 * without a CHECKSUM any. *STATUS is set if the CHECKSUM cannot be used. */
static bool
mirror_has(const struct source *s, const struct month *m, int *status)
{
	struct checksums sums;
	bool any = false, all = true;
	int found = mirror_checksums(s->mirror, m->version, &sums);

	if (found == EX_NOINPUT && s->args->verify)
		return false;
	if (found != EX_OK && found != EX_NOINPUT) {
		*status = found;
		return false;
	}
	for (int i = 0; i < DUMP_TYPES; i++) {
		if (!s->args->types[i])
			continue;
		any = any || m->has[i];
		all = all && (m->has[i] || sums.sha256[i][0] == '\0');
	}
	return any && all;
}

static int
no_month(const struct source *s, bool some)
{
	const char *place = s->mirror != NULL ? s->mirror : "the server";

	if (s->mirror != NULL && !some) {
		log_error("%s: holds no files of any month", place);
		return EX_NOINPUT;
	}
	log_error("no month of %s is complete%s", place,
	    s->mirror != NULL && s->args->verify
		? ": CHECKSUM or files are missing (--no-verify goes without CHECKSUM)"
		: "");
	return EX_TEMPFAIL;
}

/* Picks the newest month of MONTHS, oldest first, that can be worked on; NULL if there is none. */
static const struct month *
pick(const struct source *s, const struct months *months, int *status)
{
	if (s->mirror == NULL)
		return catalog_newest(months);
	for (size_t i = months->count; i-- > 0 && *status == EX_OK;)
		if (mirror_has(s, &months->list[i], status))
			return &months->list[i];
	return NULL;
}

static int
find_newest(struct source *s, struct month *month)
{
	struct months months = {0};
	int status = load_months(s, true, &months);
	const struct month *newest = status == EX_OK ? pick(s, &months, &status) : NULL;

	if (newest != NULL) {
		*month = *newest;
		const struct month *last = &months.list[months.count - 1];
		if (last != newest && s->mirror == NULL &&
		    strcmp(last->version, newest->version) > 0)
			log_info("month %s is not published to its end", last->version);
	} else if (status == EX_OK) {
		status = no_month(s, months.count > 0);
	}
	catalog_free(&months);
	return status;
}

/* Fills in what a mirror has of the month that was asked for. */
static int
find_in_mirror(struct source *s, struct month *month)
{
	struct months months = {0};
	int status = load_months(s, true, &months);

	for (size_t i = 0; i < months.count; i++)
		if (strcmp(months.list[i].version, month->version) == 0)
			*month = months.list[i];
	catalog_free(&months);
	bool any = false;
	for (int i = 0; i < DUMP_TYPES; i++)
		any = any || month->has[i];
	if (status != EX_OK || any)
		return status;
	log_error("%s: holds no files of the month %s", s->mirror, month->version);
	return EX_NOINPUT;
}

int
source_find(struct source *s, struct month *month)
{
	*month = (struct month){0};
	if (s->args->version == NULL)
		return find_newest(s, month);
	/* The server's files can be asked for by name: no listing, fewer requests. */
	snprintf(month->version, sizeof month->version, "%s", s->args->version);
	return s->mirror != NULL ? find_in_mirror(s, month) : EX_OK;
}

unsigned
source_guess_files(struct source *s, const struct month *month)
{
	struct checksums sums;
	unsigned count = 0;
	bool known = s->mirror != NULL
	    ? mirror_checksums(s->mirror, month->version, &sums) == EX_OK
	    : server_kept_checksums(s->server, month->version, &sums) == 0;

	if (known)
		return checksum_count(&sums);
	for (int i = 0; i < DUMP_TYPES; i++)
		count += month->has[i];
	return count > 0 ? count : DUMP_TYPES;
}

int
source_look(struct source *s, const struct month *month, struct checksums *sums)
{
	int status = s->mirror != NULL ? mirror_checksums(s->mirror, month->version, sums)
				       : server_look_checksums(s->server, month->version, sums);

	if (status != EX_OK) {
		*sums = (struct checksums){0};
		if (stop_requested())
			return STOP_STATUS;
		log_info("month %s: cannot see whether files were replaced", month->version);
	}
	s->looked = *sums;
	return EX_OK;
}

/*
 * A CHECKSUM with fewer files than the listing shows was cut, or is of another moment:
 * the month would be called complete without them. Where no listing was asked for, it
 * must name those that every month has.
 */
static int
compare_with_listing(const struct month *month, const struct checksums *sums)
{
	bool listed = false;
	for (int i = 0; i < DUMP_TYPES; i++)
		listed = listed || month->has[i];
	for (int i = 0; i < DUMP_TYPES; i++) {
		bool needed = listed ? month->has[i] : i != DUMP_MASTERS;
		if (!needed || sums->sha256[i][0] != '\0')
			continue;
		log_error("month %s: CHECKSUM does not name the %s file", month->version,
		    dump_type_name((enum dump_type)i));
		return EX_TEMPFAIL;
	}
	return EX_OK;
}

int
source_plan(struct source *s, const struct month *month, struct plan *plan)
{
	struct checksums sums = s->looked;
	int status = EX_OK;

	if (checksum_count(&sums) == 0)
		status = s->mirror != NULL ? mirror_checksums(s->mirror, month->version, &sums)
					   : server_checksums(s->server, month->version, &sums);
	*plan = (struct plan){0};
	if (status == EX_NOINPUT && s->args->verify) {
		log_error("month %s is not complete: it has no CHECKSUM%s", month->version,
		    s->mirror != NULL ? " (--no-verify goes without)" : " on the server yet");
		return EX_TEMPFAIL;
	}
	if (status == EX_OK && s->args->verify)
		status = compare_with_listing(month, &sums);
	if (status != EX_OK && status != EX_NOINPUT)
		return status;
	return plan_make(plan, month, &sums, s->args->types, s->args->verify);
}

/* A file on disk that is not what CHECKSUM says. */
static int
wrong_file(const struct source *s, const struct plan_item *item)
{
	if (s->mirror != NULL && item->wanted) {
		log_error("%s: checksum mismatch: published %s, found %s", item->path,
		    item->expected, item->sha256);
		return EX_DATAERR;
	}
	log_warn("%s: checksum mismatch%s", item->path,
	    item->wanted ? ": removed, to be downloaded again" : "");
	if (!item->wanted || unlink(item->path) == 0)
		return EX_OK;
	log_error("%s: %s", item->path, strerror(errno));
	return EX_IOERR;
}

int
source_check(struct source *s, const struct plan *plan, struct plan_item *item)
{
	item->path = s->mirror != NULL ? mirror_find(s->mirror, plan->version, item->name)
				       : mem_printf("%s/%s", s->folder, item->name);
	int status = item->path != NULL ? verify_file(item->path, &item->bytes, item->sha256)
					: EX_NOINPUT;
	if (status == EX_OK) {
		item->good = *item->expected == '\0' || strcmp(item->expected, item->sha256) == 0;
		return item->good ? EX_OK : wrong_file(s, item);
	}
	if (status != EX_NOINPUT || s->mirror == NULL || !item->wanted)
		return status == EX_NOINPUT ? EX_OK : status;
	log_error("month %s is not complete: %s has no %s", plan->version, s->mirror, item->name);
	return EX_TEMPFAIL;
}

bool
source_downloads(const struct source *s)
{
	return s->server != NULL;
}

int
source_may_get(struct source *s)
{
	return server_may_ask(s->server);
}

int
source_get(struct source *s, struct plan *plan, struct plan_item *item)
{
	int status = server_get(s->server, plan, item);

	item->good = status == EX_OK;
	return status;
}
