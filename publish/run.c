/* SPDX-License-Identifier: MIT */
/*
 * Standard input to the sink, line by line.
 *
 * The first line decides. A control line begins a stream, which has an order:
 *
 *     dump?  ( file_start  ( data | mark )*  file_end )*  end
 *
 * Anything out of order, and an end without the end line, means that a writer
 * died or never was dx-parse: what is there is confirmed and recorded, nothing is
 * completed. Any other first line begins records by hand, which have no order and
 * no end line, only a type from -t.
 */
#include "publish/run.h"

#include <sys/stat.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/clock.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/ndjson.h"
#include "common/notify.h"
#include "common/progress.h"
#include "common/stop.h"
#include "common/stream.h"
#include "common/usr1.h"
#include "publish/completion.h"
#include "publish/ledger.h"
#include "publish/limits.h"
#include "publish/pace.h"
#include "publish/record.h"
#include "publish/rejects.h"
#include "publish/sink.h"
#include "publish/target.h"

enum run_state {
	RUN_FIRST, /* nothing came yet */
	RUN_HAND, /* records by hand */
	RUN_BETWEEN, /* a stream, between files */
	RUN_FILE, /* in a file */
	RUN_SKIP, /* the month is done: nothing but the end line may come */
	RUN_ENDED /* the end line came */
};

struct run {
	const struct settings *settings;
	int fd;
	struct ndjson *reader;
	struct ledger *ledger;
	struct rejects *rejects; /* or NULL */
	struct sink *sink; /* NULL: not needed yet */
	struct progress *progress; /* or NULL */
	uint64_t bytes; /* of lines taken, for it */
	int64_t told_ms; /* when the service manager last heard of it */
	enum run_state state;
	struct stream_control file; /* the file_start of the current file */
	uint64_t marked; /* records of its last mark */
	struct pace pace;
};

/* Says what is wrong with the current line. Returns EX_DATAERR. */
static int
bad_line(const struct run *r, const char *text, size_t len, const char *problem)
{
	char shown[80];

	log_error("standard input: line %" PRIu64 ": %s: %s", ndjson_line_number(r->reader),
	    problem, log_escape(shown, sizeof shown, text, len));
	return EX_DATAERR;
}

/* The sink's word about a message. */
static int
settled(void *context, const struct message *m, const char *reason)
{
	struct run *r = context;

	if (reason != NULL) {
		log_warn("standard input: line %" PRIu64 ": %s: %s", m->line,
		    m->id[0] != '\0' ? m->id : "message", reason);
		if (r->rejects != NULL && rejects_add(r->rejects, m, reason) != 0)
			return EX_IOERR;
	}
	if (reason != NULL && r->settings->strict) {
		/* Not settled: a mark above it must not be reached, or the next run would begin
		 * behind it. */
		log_error("standard input: line %" PRIu64 " was rejected, and --strict is given",
		    m->line);
		return EX_DATAERR;
	}
	if (!m->control)
		ledger_settled(r->ledger, reason == NULL);
	return EX_OK;
}

/* Opens the sink for records of TYPE, or of all types if that is DUMP_TYPES. */
static int
open_sink(struct run *r, enum dump_type type)
{
	struct sink_setup setup = {.settings = r->settings, .settled = settled, .context = r};
	int status;

	for (int i = 0; i < DUMP_TYPES; i++)
		setup.types[i] = type == DUMP_TYPES || (int)type == i;
	r->sink = sink_open(&setup, &status);
	return status;
}

/* Shows how far it is, and tells the service manager, who wants no more than a line a second. */
static void
show_progress(struct run *r)
{
	int64_t now = clock_ms();

	progress_update(r->progress, r->bytes);
	usr1_records(ledger_totals(r->ledger)->sent);
	if (r->progress != NULL || now - r->told_ms < PUBLISH_TELL_MS)
		return;
	r->told_ms = now;
	if (r->state == RUN_FILE)
		notify_status("%s: %" PRIu64 " records confirmed in this run", r->file.file,
		    ledger_totals(r->ledger)->published);
	else
		notify_status("waiting for the next file");
}

/* Waits for FD, if it is not -1, or lets the sink work for a moment, LIMIT_MS at most, and records
 * progress that is due. */
static int
wait_and_record(struct run *r, int fd, int limit_ms, bool *readable)
{
	int status = r->sink != NULL ? sink_wait(r->sink, fd, limit_ms, readable) : EX_OK;

	if (status == EX_OK && ledger_due(r->ledger))
		status = sink_settle(r->sink);
	if (status == EX_OK)
		status = ledger_record(r->ledger, false);
	show_progress(r);
	return status;
}

/* Waits until the next message may be sent (--rate). */
static int
wait_for_turn(struct run *r)
{
	int status = EX_OK, wait_ms;
	bool ignored;

	while (status == EX_OK && (wait_ms = pace_wait_ms(&r->pace, clock_ns())) > 0)
		status = wait_and_record(r, -1, wait_ms, &ignored);
	pace_went(&r->pace);
	return status;
}

static int
take_data(struct run *r, const char *text, size_t len)
{
	struct record record;
	struct message m;
	size_t at;

	if (r->state != RUN_FILE && r->state != RUN_HAND)
		return bad_line(r, text, len, "a record outside of a file");
	const char *problem = record_scan(text, len, &record, &at);
	if (problem != NULL) {
		char place[96];
		snprintf(place, sizeof place, "not JSON: %s at byte %zu", problem, at + 1);
		return bad_line(r, text, len, place);
	}
	message_of_record(&m, r->state == RUN_HAND ? r->settings->type : r->file.data_type, text,
	    len, ndjson_line_number(r->reader), &record);
	int status = r->settings->rate > 0 ? wait_for_turn(r) : EX_OK;
	if (status != EX_OK)
		return status;
	/* Counted first: the sink may tell at once that it is settled. */
	ledger_sent(r->ledger);
	status = sink_send(r->sink, &m);
	/* A mark is settled some messages after it was read; waiting for the next would double what
	 * a crash repeats. */
	return status == EX_OK ? ledger_record(r->ledger, false) : status;
}

static int
warn_of_others(const struct run *r, const struct stream_control *dump)
{
	char *target = target_text(r->settings);
	int status = completion_warn(dump, target);

	free(target);
	return status;
}

static int
take_dump(struct run *r, const struct stream_control *dump)
{
	if (strcmp(dump->decision, "skip") == 0) {
		r->state = RUN_SKIP;
		log_info("month %s: is complete, nothing to do", dump->version);
		return warn_of_others(r, dump);
	}
	r->state = RUN_BETWEEN;
	int status = ledger_use_marker(r->ledger, dump);
	if (status == EX_OK)
		status = warn_of_others(r, dump);
	if (status == EX_OK)
		status = open_sink(r, DUMP_TYPES);
	if (status == EX_OK && ledger_has_marker(r->ledger))
		status = completion_resend(r->sink, r->ledger);
	return status;
}

/* Tells the ledger and the sink of the file. The marker first: it may count less than there is,
 * never more. */
static int
begin_file(struct run *r, const struct stream_control *start)
{
	char *options = target_of_file(r->settings, start->options);
	int64_t messages;
	int status = ledger_start_file(r->ledger, start, options, &messages);

	free(options);
	if (status != EX_OK)
		return status;
	if (start->skipped > 0)
		log_warn("%s: goes on after record %" PRIu64 "; so many are not sent again",
		    start->file, start->skipped);
	return sink_start_file(r->sink, start->data_type, messages);
}

static int
take_file_start(struct run *r, const struct stream_control *start)
{
	if (r->settings->type != DUMP_TYPES && r->settings->type != start->data_type) {
		log_error("%s: holds %s, not the %s that --type says", start->file,
		    dump_type_name(start->data_type), dump_type_name(r->settings->type));
		return EX_USAGE;
	}
	r->state = RUN_FILE;
	r->file = *start;
	r->marked = start->skipped;
	log_about(start->file);
	int status = r->sink != NULL ? EX_OK : open_sink(r, DUMP_TYPES);
	return status == EX_OK ? begin_file(r, start) : status;
}

static int
take_file_end(struct run *r, const struct stream_control *end)
{
	int status = sink_drain(r->sink, -1);
	if (status != EX_OK)
		return status; /* still in the file, so what is confirmed of it is recorded */
	r->state = RUN_BETWEEN;
	status = completion_of_file(r->sink, r->ledger, end);
	if (status == EX_OK)
		log_info("%s: complete, %" PRIu64 " records", end->file, end->records);
	log_about(NULL);
	return status;
}

/* What the current line of kind C would have to be to make sense, or NULL if it does. */
static const char *
find_disorder(const struct run *r, const struct stream_control *c)
{
	bool in_file = r->state == RUN_FILE;
	bool between = r->state == RUN_BETWEEN;

	switch (c->kind) {
	case STREAM_DUMP:
		return r->state == RUN_FIRST ? NULL : "dump is not the first line";
	case STREAM_FILE:
		return "a file line is for dx-parse";
	case STREAM_FILE_START:
		return between || r->state == RUN_FIRST ? NULL : "file_start out of order";
	case STREAM_MARK:
		if (!in_file)
			return "mark outside of a file";
		return c->records >= r->marked ? NULL : "mark goes back";
	case STREAM_FILE_END:
		if (!in_file)
			return "file_end outside of a file";
		if (c->data_type != r->file.data_type || strcmp(c->file, r->file.file) != 0)
			return "file_end of another file";
		return c->records >= r->marked ? NULL : "file_end with too few records";
	case STREAM_END:
		return between || r->state == RUN_SKIP || r->state == RUN_FIRST
		    ? NULL
		    : "end out of order";
	default:
		return "control line out of order";
	}
}

static int
take_control(struct run *r, const struct stream_control *c)
{
	switch (c->kind) {
	case STREAM_DUMP:
		return take_dump(r, c);
	case STREAM_FILE_START:
		return take_file_start(r, c);
	case STREAM_MARK:
		r->marked = c->records;
		ledger_mark(r->ledger, c->records);
		return ledger_record(r->ledger, false);
	case STREAM_FILE_END:
		return take_file_end(r, c);
	default:
		r->state = RUN_ENDED;
		return EX_OK;
	}
}

/* The first line of all says whether there is a stream or there are records by hand. */
static int
start_by_hand(struct run *r, const char *text, size_t len)
{
	if (r->settings->type == DUMP_TYPES) {
		log_error(
		    "records without control lines: say with -t what they are (try dx-publish --help)");
		return EX_USAGE;
	}
	r->state = RUN_HAND;
	int status = open_sink(r, r->settings->type);
	return status == EX_OK ? take_data(r, text, len) : status;
}

static int
take_line(struct run *r, const char *text, size_t len)
{
	struct stream_control c = {.kind = stream_kind(text, len)};

	r->bytes += len + 1;
	if (c.kind == STREAM_DATA)
		return r->state == RUN_FIRST ? start_by_hand(r, text, len)
					     : take_data(r, text, len);
	bool valid = stream_decode(text, len, &c) == 0;
	/* By hand anybody may have records with such a type; only a whole control line is one. */
	if (!valid && r->state == RUN_HAND)
		return take_data(r, text, len);
	if (!valid && r->state == RUN_FIRST && r->settings->type != DUMP_TYPES)
		return start_by_hand(r, text, len);
	if (!valid)
		return bad_line(r, text, len, "not a whole control line");
	const char *disorder = find_disorder(r, &c);
	return disorder == NULL ? take_control(r, &c) : bad_line(r, text, len, disorder);
}

/* What the end of the input means. */
static int
end_of_input(const struct run *r)
{
	if (r->state == RUN_HAND || (r->state == RUN_FIRST && r->settings->type != DUMP_TYPES))
		return EX_OK;
	log_error(
	    "standard input: no end line: what wrote it died; nothing more is marked complete");
	return EX_DATAERR;
}

static int
read_error(const struct run *r)
{
	if (stop_requested())
		return STOP_STATUS;
	log_error("standard input: line %" PRIu64 ": %s", ndjson_line_number(r->reader) + 1,
	    strerror(errno));
	return EX_IOERR;
}

static int
wait_for_input(struct run *r)
{
	bool readable = true;
	int status = wait_and_record(r, r->fd, PUBLISH_POLL_MS, &readable);

	if (status == EX_OK && readable && ndjson_fill(r->reader) != 0)
		status = read_error(r);
	return status;
}

/* Takes lines until something ends it: EX_OK only for a good end. */
static int
read_lines(struct run *r)
{
	size_t len;
	char *text;
	int status = EX_OK;

	while (status == EX_OK && r->state != RUN_ENDED) {
		switch (ndjson_take(r->reader, &text, &len)) {
		case NDJSON_LINE:
			status = take_line(r, text, len);
			break;
		case NDJSON_MORE:
			status = wait_for_input(r);
			break;
		case NDJSON_END:
			return end_of_input(r);
		case NDJSON_UNTERMINATED:
			log_error("standard input: line %" PRIu64 " has no end: what wrote it died",
			    ndjson_line_number(r->reader));
			return EX_DATAERR;
		case NDJSON_TOO_LONG:
			log_error("standard input: line %" PRIu64 " is longer than %u MiB",
			    ndjson_line_number(r->reader), DX_LINE_MAX >> 20);
			return EX_DATAERR;
		case NDJSON_ERROR:
			return read_error(r);
		}
	}
	if (status == EX_OK && ndjson_take(r->reader, &text, &len) == NDJSON_LINE)
		return bad_line(r, text, len, "after the end line");
	return status;
}

/* Confirms and records what can be, whatever ended the reading with STATUS. */
static int
finish(struct run *r, int status)
{
	/* Bad input: all before it is good, and takes as long as it takes. Else the sink, or
	 * somebody who waits for us, has had enough. A sink that failed does not wait. */
	bool patient = status == EX_OK || status == EX_DATAERR;
	int drained = r->sink != NULL ? sink_drain(r->sink, patient ? -1 : PUBLISH_GRACE_MS)
				      : EX_OK;

	if (drained == STOP_STATUS)
		sink_drain(r->sink, PUBLISH_GRACE_MS);
	if (status == EX_OK)
		status = drained;
	/* Also between files: the last try to record may have failed. */
	int recorded = ledger_record(r->ledger, true);
	if (status == EX_OK)
		status = recorded;
	bool month = status == EX_OK && r->state == RUN_ENDED && r->sink != NULL;
	if (month && ledger_has_marker(r->ledger))
		status = completion_of_month(r->sink, r->ledger,
		    r->settings->layout.month_complete);
	return status;
}

/* The closing count; and the last look at it. */
static int
summarise(const struct run *r, int status)
{
	const struct ledger_totals *t = ledger_totals(r->ledger);

	if (t->rejected > 0)
		log_warn("%" PRIu64 " records rejected", t->rejected);
	log_info("%" PRIu64 " records read, %" PRIu64 " confirmed, %" PRIu64 " rejected, %" PRIu64
		 " skipped, %" PRIu64 " files completed",
	    t->sent, t->published, t->rejected, t->skipped, t->files);
	if (status == EX_OK && t->sent != t->published + t->rejected) {
		log_error("%" PRIu64 " records read, but only %" PRIu64 " confirmed", t->sent,
		    t->published);
		status = EX_SOFTWARE;
	}
	if (status != EX_OK)
		ledger_fail(r->ledger, status);
	return status;
}

int
run_stream(const struct settings *settings, int fd)
{
	struct run r = {.settings = settings, .fd = fd, .pace = {.rate = settings->rate}};
	struct stat st;

	if (settings->rejects != NULL && (r.rejects = rejects_open(settings->rejects)) == NULL)
		return EX_IOERR;
	r.reader = ndjson_open(fd, DX_LINE_MAX);
	r.ledger = ledger_new(settings->batch, settings->state_interval);
	/* In a pipeline dx-parse shows how far it is; a second line would only flicker. */
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		r.progress = progress_start("standard input", (uint64_t)st.st_size, 0);
	else
		usr1_begin("standard input", 0, 0);
	int status = finish(&r, read_lines(&r));
	progress_finish(r.progress);
	status = summarise(&r, status);
	sink_close(r.sink);
	rejects_close(r.rejects);
	ledger_free(r.ledger);
	ndjson_close(r.reader);
	return status;
}
