/* SPDX-License-Identifier: MIT */
/*
 * One run of dx-fetch. The marker is asked before anything is done and told before
 * the reader is: a file line says that the file is verified, durable and recorded.
 */
#include "fetch/run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/io.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/utf8.h"
#include "fetch/ledger.h"
#include "fetch/plan.h"
#include "fetch/source.h"

/* Locked while a dx-fetch works in the data folder; never removed. */
#define LOCK_FILE ".dx-fetch.lock"

/* Makes the data folder; its absolute path, for the caller to free, NULL after a message. */
static char *
make_folder(const char *folder)
{
	if (io_make_dirs(folder) != 0)
		return NULL;
	char *path = realpath(folder, NULL);
	if (path == NULL)
		log_error("%s: %s", folder, strerror(errno));
	return path;
}

/* Keeps other runs out of FOLDER until *FD is closed. 0 or an exit status. */
static int
lock_folder(const char *folder, int *fd)
{
	char *path = mem_printf("%s/%s", folder, LOCK_FILE);
	int status = EX_OK;

	*fd = io_open(path, O_RDWR | O_CREAT, 0644);
	if (*fd < 0) {
		log_error("%s: %s", path, strerror(errno));
		status = EX_IOERR;
	} else if (io_try_lock(*fd) != 0) {
		bool held = errno == EWOULDBLOCK;
		log_error("%s: %s", path, held ? "another dx-fetch works here" : strerror(errno));
		status = held ? EX_TEMPFAIL : EX_IOERR;
	}
	free(path);
	return status;
}

/* Records why the download phase failed. Being told to wait, or stopped, is no failure. */
static int
record_failure(struct ledger *ledger, const char *file, int status)
{
	if (status != EX_TEMPFAIL)
		ledger_fail(ledger, file, status);
	return status;
}

/* The files that are there, wanted ones first. */
static int
take_present(struct source *source, struct ledger *ledger, struct plan *plan)
{
	for (unsigned i = 0; i < plan->count; i++) {
		struct plan_item *item = &plan->items[i];
		int status = source_check(source, plan, item);
		if (status != EX_OK)
			return record_failure(ledger, item->name, status);
		if (!item->good)
			continue;
		log_info("%s: %s, %.1f MB", item->name,
		    *item->expected ? "verified" : "taken as it is", (double)item->bytes / 1e6);
		status = ledger_file(ledger, item);
		if (status != EX_OK)
			return status;
	}
	return EX_OK;
}

/* The wanted files that are missing. One at a time: the server counts requests. */
static int
download_missing(struct source *source, struct ledger *ledger, struct plan *plan)
{
	for (unsigned i = 0; i < plan->count; i++) {
		struct plan_item *item = &plan->items[i];
		if (item->good || !item->wanted)
			continue;
		int status = source_may_get(source);
		if (status != EX_OK)
			return status;
		status = ledger_start_file(ledger, item->name);
		if (status != EX_OK)
			return status;
		status = source_get(source, plan, item);
		if (status != EX_OK)
			return record_failure(ledger, item->name, status);
		log_info("%s: downloaded, %.1f MB", item->name, (double)item->bytes / 1e6);
		status = ledger_file(ledger, item);
		if (status != EX_OK)
			return status;
	}
	return EX_OK;
}

/* A file that was replaced after it was named cannot be named again: a stage may be reading it. */
static int
report_stale(const struct plan *plan)
{
	const struct plan_item *stale = plan_stale(plan);

	if (stale == NULL)
		return EX_OK;
	log_error("%s: was replaced on the server meanwhile: run again", stale->name);
	return EX_TEMPFAIL;
}

static int
work(struct source *source, struct ledger *ledger, struct plan *plan)
{
	int status = ledger_start(ledger, plan->count);

	if (status == EX_OK)
		status = ledger_dump(ledger, plan->count);
	if (status == EX_OK)
		status = take_present(source, ledger, plan);
	if (status == EX_OK && source_downloads(source))
		status = download_missing(source, ledger, plan);
	if (status == EX_OK)
		status = report_stale(plan);
	if (status == EX_OK && plan_done(plan))
		status = ledger_complete(ledger);
	return status == EX_OK ? ledger_end() : status;
}

/* Whether CHECKSUM has by now another sum for a wanted file than the one that was done. */
static int
look_for_new(const struct fetch_args *args, struct source *source, struct ledger *ledger,
    const struct month *month, bool *found)
{
	struct checksums sums;
	int status = source_look(source, month, &sums);

	*found = false;
	for (int i = 0; i < DUMP_TYPES && status == EX_OK && !*found; i++) {
		char name[DUMP_FILE_SIZE];
		if (!args->types[i] || sums.sha256[i][0] == '\0')
			continue;
		dump_file_name(name, month->version, (enum dump_type)i);
		status = ledger_replaced(ledger, name, sums.sha256[i], found);
		if (*found)
			log_warn("%s: was replaced since the month was done", name);
	}
	return status;
}

/* The month is done already. */
static int
skip(struct source *source, struct ledger *ledger, const struct month *month)
{
	log_info("month %s is done already", month->version);
	int status = ledger_dump(ledger, source_guess_files(source, month));
	return status == EX_OK ? ledger_end() : status;
}

static int
run_month(const struct fetch_args *args, struct source *source, const char *folder,
    const struct month *month)
{
	struct ledger ledger;
	struct plan plan = {0};
	int status = ledger_open(&ledger, folder, month->version);
	bool done = !args->force && strcmp(ledger.decision, "skip") == 0;
	bool replaced = false;

	if (status == EX_OK && done && args->verify)
		status = look_for_new(args, source, &ledger, month, &replaced);
	if (status == EX_OK && replaced)
		ledger_go_on(&ledger);
	if (status == EX_OK && done && !replaced) {
		status = skip(source, &ledger, month);
	} else if (status == EX_OK) {
		status = source_plan(source, month, &plan);
		/* Nothing of a failed download is worth keeping but the files themselves. */
		if (status == EX_OK && (args->force || strcmp(ledger.decision, "reprocess") == 0))
			status = ledger_reset(&ledger);
		if (status == EX_OK)
			status = work(source, &ledger, &plan);
	}
	plan_free(&plan);
	ledger_close(&ledger);
	return status;
}

/* With the data folder in hand. */
static int
run_in_folder(const struct fetch_args *args, const char *folder)
{
	struct source *source;
	struct month month;
	int status = source_open(args, folder, &source);

	if (status == EX_OK)
		status = source_find(source, &month);
	if (status == EX_OK)
		status = run_month(args, source, folder, &month);
	source_close(source);
	return status;
}

static int
run_list(const struct fetch_args *args)
{
	struct source *source;
	/* The folder only remembers whether the server may be asked: none is made for that. */
	char *folder = args->folder != NULL ? realpath(args->folder, NULL) : NULL;
	int status = source_open(args, folder, &source);

	if (status == EX_OK)
		status = source_list(source);
	source_close(source);
	free(folder);
	return status;
}

int
run_fetch(const struct fetch_args *args)
{
	if (args->list)
		return run_list(args);

	int lock = -1;
	char *folder = make_folder(args->folder);
	int status = folder != NULL ? EX_OK : EX_IOERR;
	if (status == EX_OK && !utf8_valid(folder)) {
		log_error("%s: a path that is not UTF-8 cannot be named in the stream", folder);
		status = EX_USAGE;
	}
	if (status == EX_OK)
		status = lock_folder(folder, &lock);
	if (status == EX_OK)
		status = run_in_folder(args, folder);
	if (lock >= 0)
		close(lock);
	free(folder);
	return status;
}
