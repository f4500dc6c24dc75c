/* SPDX-License-Identifier: MIT */
/* dx-marker: the state of a month, asked and changed. Arguments, the table of operations, and
 * wiring; dx-marker(1) is the manual. */
#include <errno.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/clock.h"
#include "common/dump.h"
#include "common/io.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/numbers.h"
#include "common/options.h"
#include "common/stop.h"
#include "marker/batch.h"
#include "marker/health.h"
#include "marker/history.h"
#include "marker/html.h"
#include "marker/metrics.h"
#include "marker/months.h"
#include "marker/operation.h"
#include "marker/ops.h"
#include "marker/report.h"
#include "marker/screen.h"
#include "marker/session.h"
#include "marker/status.h"
#include "marker/store.h"

#define LOCK_TIMEOUT_MS	    30000
#define LOCK_TIMEOUT_MAX_MS 86400000

#define PROGRESS_OPTIONS    (WITH_RECORDS | WITH_MESSAGES | WITH_BATCHES | WITH_POSITION)
#define SOURCE_OPTIONS	    (WITH_SHA256 | WITH_SHAPE)

/* One operation, one entry; those without a kind are changes. In the order of a month, which --help
 * keeps. */
static const struct operation operations[] = {
    {.name = "start-download",
	.usage = "N",
	.help = "the download of N files begins",
	.operands = "N",
	.required = 1,
	.run = ops_start_download},
    {.name = "start-file-download",
	.usage = "F",
	.help = "the download of file F begins",
	.operands = "F",
	.required = 1,
	.run = ops_start_file_download},
    {.name = "file-downloaded",
	.usage = "F BYTES [--sha256 H]",
	.help = "file F is there, verified and durable",
	.operands = "FN",
	.required = 2,
	.options = WITH_SHA256,
	.run = ops_file_downloaded},
    {.name = "complete-download",
	.usage = "",
	.help = "all files are there",
	.operands = "",
	.run = ops_complete_download},
    {.name = "fail-download",
	.usage = "MSG",
	.help = "the download failed, for this reason",
	.operands = "T",
	.required = 1,
	.run = ops_fail_download},
    {.name = "start-processing",
	.usage = "N [--resume]",
	.help = "the processing of N files begins, or goes on",
	.operands = "N",
	.required = 1,
	.options = WITH_RESUME,
	.run = ops_start_processing},
    {.name = "start-file-processing",
	.usage = "F [--sha256 H] [--shape S] [--options O]",
	.help = "the processing of file F begins",
	.operands = "F",
	.required = 1,
	.options = SOURCE_OPTIONS | WITH_OPTIONS,
	.run = ops_start_file_processing},
    {.name = "update-file-progress",
	.usage =
	    "F [RECORDS MESSAGES [BATCHES]] [--records N] [--messages N] [--batches N] [--position N]",
	.help = "so much of file F is confirmed",
	.operands = "FNNN",
	.required = 1,
	.options = PROGRESS_OPTIONS,
	.check = ops_check_progress,
	.run = ops_update_file_progress},
    {.name = "complete-file-processing",
	.usage = "F RECORDS",
	.help = "file F is done",
	.operands = "FN",
	.required = 2,
	.run = ops_complete_file_processing},
    {.name = "completion-sent",
	.usage = "F",
	.help = "consumers were told that file F is done",
	.operands = "F",
	.required = 1,
	.run = ops_completion_sent},
    {.name = "complete-processing",
	.usage = "",
	.help = "all files are done",
	.operands = "",
	.run = ops_complete_processing},
    {.name = "fail-processing",
	.usage = "MSG",
	.help = "the processing failed, for this reason",
	.operands = "T",
	.required = 1,
	.run = ops_fail_processing},
    {.name = "update-publishing",
	.usage = "MESSAGES BATCHES",
	.help = "add to the totals (for old callers)",
	.operands = "NN",
	.required = 2,
	.run = ops_update_publishing},
    {.name = "fail-publishing",
	.usage = "MSG",
	.help = "the publishing failed, for this reason",
	.operands = "T",
	.required = 1,
	.run = ops_fail_publishing},
    {.name = "complete-extraction",
	.usage = "",
	.help = "the month is done",
	.operands = "",
	.run = ops_complete_extraction},
    {.name = "reset",
	.usage = "",
	.help = "start the month afresh; the old marker stays as .bak",
	.operands = "",
	.run = ops_reset},
    {.name = "batch",
	.usage = "",
	.help = "do the operations on standard input as one change",
	.kind = OPERATION_BATCH,
	.operands = ""},
    {.name = "should-process",
	.usage = "",
	.help = "print reprocess, continue or skip",
	.kind = OPERATION_QUESTION,
	.operands = "",
	.run = report_should_process},
    {.name = "pending-files",
	.usage = "F ...",
	.help = "print those files that are not done",
	.kind = OPERATION_QUESTION,
	.operands = "F+",
	.required = 1,
	.run = report_pending_files},
    {.name = "verified",
	.usage = "F --sha256 H",
	.help = "whether F is there with that digest; status 1 if not",
	.kind = OPERATION_QUESTION,
	.operands = "F",
	.required = 1,
	.options = WITH_SHA256,
	.required_options = WITH_SHA256,
	.run = report_verified},
    {.name = "resume-point",
	.usage = "F --sha256 H --shape S [--options O]",
	.help = "print how many records of F are done",
	.kind = OPERATION_QUESTION,
	.operands = "F",
	.required = 1,
	.options = SOURCE_OPTIONS | WITH_OPTIONS,
	.required_options = SOURCE_OPTIONS,
	.run = report_resume_point},
    {.name = "file-counts",
	.usage = "F",
	.help = "print position, records, messages and batches of F",
	.kind = OPERATION_QUESTION,
	.operands = "F",
	.required = 1,
	.run = report_file_counts},
    {.name = "completed",
	.usage = "",
	.help = "print the files that are done and with which options",
	.kind = OPERATION_QUESTION,
	.operands = "",
	.run = report_completed},
    {.name = "unsent",
	.usage = "",
	.help = "print the files whose completion nobody was told",
	.kind = OPERATION_QUESTION,
	.operands = "",
	.run = report_unsent},
    {.name = "extraction-summary",
	.usage = "",
	.help = "print what the last message of the month says",
	.kind = OPERATION_QUESTION,
	.operands = "",
	.run = report_extraction_summary},
    {.name = "show",
	.usage = "",
	.help = "print the marker",
	.kind = OPERATION_QUESTION,
	.operands = "",
	.run = report_show},
    {.name = "get",
	.usage = "PATH",
	.help = "print one member; status 1 if there is none",
	.kind = OPERATION_QUESTION,
	.operands = "T",
	.required = 1,
	.run = report_get},
    {.name = "status",
	.usage = "[--watch [SECONDS]] [--now TIME]",
	.help = "show the month to a person",
	.kind = OPERATION_QUESTION,
	.operands = "",
	.options = WITH_WATCH | WITH_NOW,
	.any_month = true,
	.check = operation_alone,
	.run = status_show},
    {.name = "report",
	.usage = "[--output FILE] [--now TIME]",
	.help = "print the month as a page for a browser",
	.kind = OPERATION_QUESTION,
	.operands = "",
	.options = WITH_OUTPUT | WITH_NOW,
	.any_month = true,
	.check = operation_alone,
	.run = html_report},
    {.name = "metrics",
	.usage = "[--output FILE] [--now TIME]",
	.help = "print the month for Prometheus",
	.kind = OPERATION_QUESTION,
	.operands = "",
	.options = WITH_OUTPUT | WITH_NOW,
	.any_month = true,
	.check = operation_alone,
	.run = metrics_show},
    {.name = "health",
	.usage = "[--stalled SECONDS] [--overdue DAYS] [--json] [--now TIME]",
	.help = "whether all is well; status 1 and why if not",
	.kind = OPERATION_QUESTION,
	.operands = "",
	.options = WITH_STALLED | WITH_OVERDUE | WITH_JSON | WITH_NOW,
	.any_month = true,
	.check = operation_alone,
	.run = health_ask},
    {.name = "record-run",
	.usage = "--status N --started TIME [--now TIME]",
	.help = "note in the history that a run ended",
	.kind = OPERATION_RECORD,
	.operands = "",
	.options = WITH_STATUS | WITH_STARTED | WITH_NOW,
	.required_options = WITH_STATUS | WITH_STARTED,
	.any_month = true,
	.check = operation_alone,
	.run = history_record},
    {.name = "record-sample",
	.usage = "[--now TIME]",
	.help = "note in the history how far a month at work is",
	.kind = OPERATION_RECORD,
	.operands = "",
	.options = WITH_NOW,
	.any_month = true,
	.check = operation_alone,
	.run = history_sample},
    {.name = "path",
	.usage = "",
	.help = "print the name of the marker's file",
	.kind = OPERATION_NO_MARKER,
	.operands = "",
	.run = report_path},
    {0},
};

enum { OPT_STRICT = OPTION_LONG, OPT_LOCK_TIMEOUT };

static const struct option_def options[] = {
    {'d', "data-dir", "DIR", "DX_DATA_DIR", "folder of the month's files and its marker", false},
    {'V', "month", "YYYYMMDD", NULL, "the month", false},
    {'f', "file", "FILE", NULL, "the marker itself, instead of -d and -V", false},
    {OPT_STRICT, "strict", NULL, NULL, "refuse a damaged marker instead of replacing it", true},
    {OPT_LOCK_TIMEOUT, "lock-timeout", "TIME", "DX_LOCK_TIMEOUT",
	"wait so long for the lock, default 30s", false},
    {'q', "quiet", NULL, NULL, "no warnings", true},
    {'v', "verbose", NULL, NULL, "say what was written", true},
};

static void
print_operations(void)
{
	printf("\noperations:\n");
	for (const struct operation *op = operations; op->name != NULL; op++) {
		int len = printf("  %s %s", op->name, op->usage);
		if (len < 40)
			printf("%*s%s\n", 40 - len, "", op->help);
		else
			printf("\n%*s%s\n", 40, "", op->help);
	}
}

static const struct option_program program = {
    .name = "dx-marker",
    .operands = "operation [operand ...]",
    .purpose = "Ask and change what is done of a month of the Discogs dumps.",
    .options = options,
    .count = sizeof options / sizeof *options,
    .commands = true,
    .more_help = print_operations,
};

struct arguments {
	const char *folder;
	const char *version;
	const char *file;
	bool strict;
	uint64_t lock_timeout_ms;
};

static int
set_option(void *context, int letter, const char *value)
{
	struct arguments *a = context;

	switch (letter) {
	case 'd':
		a->folder = value;
		return *value != '\0' ? 0 : -1;
	case 'V':
		a->version = value;
		return dump_version_valid(value) ? 0 : -1;
	case 'f':
		a->file = value;
		return *value != '\0' ? 0 : -1;
	case OPT_STRICT:
		a->strict = true;
		return 0;
	case OPT_LOCK_TIMEOUT:
		return number_parse_duration(value, 0, LOCK_TIMEOUT_MAX_MS, &a->lock_timeout_ms);
	case 'q':
		log_quiet();
		return 0;
	case 'v':
		log_more();
		return 0;
	default:
		return -1;
	}
}

/* Which marker: its path, the folder it lies in, and its month, or NULL. The struct's owner calls
 * place_free. */
struct place {
	char *path;
	char *folder;
	char version[DUMP_VERSION_SIZE]; /* "": not given */
};

static void
place_free(struct place *p)
{
	free(p->path);
	free(p->folder);
}

/* The month that was meant where none was given: the newest. A record needs none. */
static int
find_newest(const struct arguments *a, const struct operation *op, char *version)
{
	if (months_newest(a->folder, version) != 0) {
		log_error("%s: %s", a->folder, strerror(errno));
		return io_open_status(errno);
	}
	if (*version != '\0' || op->kind == OPERATION_RECORD)
		return EX_OK;
	log_error("%s: no marker of any month there", a->folder);
	return EX_NOINPUT;
}

/* Where the marker is for OP. Returns EX_OK, or another status after a message. */
static int
find_place(const struct arguments *a, const struct operation *op, struct place *p)
{
	int status = EX_OK;

	*p = (struct place){0};
	if (a->version != NULL)
		memcpy(p->version, a->version, sizeof p->version);
	if (a->file != NULL) {
		char *copy = mem_strdup(a->file);
		p->path = mem_strdup(a->file);
		p->folder = mem_strdup(dirname(copy));
		free(copy);
		return EX_OK;
	}
	if (a->folder == NULL || (a->version == NULL && !op->any_month)) {
		options_bad(&program, "needs a marker: -d DIR and -V YYYYMMDD, or -f FILE");
		return EX_USAGE;
	}
	p->folder = mem_strdup(a->folder);
	if (a->version == NULL)
		status = find_newest(a, op, p->version);
	size_t len = strlen(a->folder);
	if (*p->version != '\0')
		p->path = mem_printf("%s%s.extraction_status_%s.json", a->folder,
		    a->folder[len - 1] == '/' ? "" : "/", p->version);
	return status;
}

/* Does CALL, or the batch on standard input that it stands for, on the marker at P. */
static int
run_call(const struct arguments *a, const struct place *p, struct call *call, struct buf *out)
{
	struct batch batch = {0};
	struct store *st = NULL;
	int status;

	bool many = call->operation->kind == OPERATION_BATCH;
	if (many && (status = batch_read(STDIN_FILENO, operations, &batch)) != EX_OK)
		return status;
	struct call *calls = many ? batch.calls : call;
	size_t n = many ? batch.count : 1;
	for (size_t i = 0; i < n; i++) {
		calls[i].marker = p->path;
		calls[i].folder = p->folder;
	}
	if (p->path != NULL)
		st = store_open(p->path, *p->version != '\0' ? p->version : NULL, a->strict);
	status = session_run(st, (int64_t)a->lock_timeout_ms, calls, n, out);
	store_close(st);
	batch_free(&batch);
	return status;
}

/* As run_call, and prints. AGAIN: something was printed before. */
static int
run_once(const struct arguments *a, struct call *call, bool again)
{
	struct buf out = {0};
	struct place place;

	int status = find_place(a, call->operation, &place);
	if (status == EX_OK)
		status = run_call(a, &place, call, &out);
	place_free(&place);
	if (out.len > 0 && (call->given & WITH_WATCH) != 0)
		screen_next(&out, again);
	/* Not by stdio, which gives up when a signal interrupts it. */
	if (out.len > 0 && io_write_all(STDOUT_FILENO, out.data, out.len) != 0) {
		log_error("standard output: %s", strerror(errno));
		status = EX_IOERR;
	}
	buf_free(&out);
	return status;
}

static int
run(const struct arguments *a, char *const *words, size_t count)
{
	struct call call;

	if (count == 0) {
		options_bad(&program, "needs an operation");
		return EX_USAGE;
	}
	if (operation_parse(operations, words, count, 0, &call) != 0)
		return EX_USAGE;
	int64_t pause = call.watch > 0 ? call.watch : STATUS_WATCH_SECONDS;
	if (pause > STATUS_WATCH_MAX_SECONDS)
		pause = STATUS_WATCH_MAX_SECONDS;
	int status = run_once(a, &call, false);
	/* Until a signal ends it, which is how it is meant to end. */
	while ((call.given & WITH_WATCH) != 0 && status <= OPERATION_NO &&
	    clock_sleep_ms(pause * 1000) == 0)
		status = run_once(a, &call, true);
	return status;
}

int
main(int argc, char **argv)
{
	struct arguments a = {.lock_timeout_ms = LOCK_TIMEOUT_MS};
	int operand;

	log_init(program.name);
	stop_install();
	enum options_result parsed = options_parse(&program, argc, argv, set_option, &a, &operand);
	if (parsed != OPTIONS_RUN)
		return options_status(parsed);
	int status = run(&a, argv + operand, (size_t)(argc - operand));
	return io_finish_stdout() == 0 ? status : EX_IOERR;
}
