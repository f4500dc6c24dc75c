/* SPDX-License-Identifier: MIT */
/* What is settled, what of that is recorded, and every question to the marker. */
#include "publish/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/io.h"
#include "common/log.h"
#include "common/marker.h"
#include "common/mem.h"
#include "common/numbers.h"
#include "publish/limits.h"
#include "publish/marks.h"

/* A number as text with its end. */
#define NUMBER_SIZE 24

/* How often it is looked whether a call of dx-marker is done: asking the kernel for each message
 * would cost more than the message. */
#define LOOK_MS 2

/* What the marker counts of a file. */
struct counts {
	uint64_t position; /* records that are done, from the start */
	uint64_t records;
	uint64_t messages;
	uint64_t batches;
};

struct ledger {
	uint64_t batch;
	uint64_t state_interval;
	char marker[4096]; /* empty: none */
	char version[DUMP_VERSION_SIZE]; /* the month */
	uint64_t files_total;
	int lock; /* held on the month, -1: not */
	char file[256]; /* the current one */
	uint64_t sent; /* of this file in this run */
	uint64_t settled;
	uint64_t published;
	struct counts base; /* what earlier runs did of it */
	struct counts reached; /* as of the last mark that is settled */
	struct marks marks; /* those that are not */
	uint64_t marked; /* `sent` at the last mark */
	uint64_t recorded_at; /* `sent` and the time when the marker was last told */
	int64_t recorded_ms;
	bool unrecorded; /* `reached` is news to the marker */
	struct marker_job *recording; /* at work, or NULL */
	int64_t look_ms; /* when it is looked again whether it is done */
	struct ledger_totals totals;
};

struct ledger *
ledger_new(uint64_t batch, uint64_t state_interval)
{
	struct ledger *l = mem_zero(1, sizeof *l);

	l->batch = batch;
	l->state_interval = state_interval;
	l->lock = -1;
	return l;
}

void
ledger_free(struct ledger *l)
{
	if (l == NULL)
		return;
	if (l->recording != NULL)
		marker_finish(l->recording, NULL);
	marks_clear(&l->marks);
	if (l->lock >= 0)
		close(l->lock);
	free(l);
}

/* Keeps every other dx-publish off the month until the ledger is freed. */
static int
lock_month(struct ledger *l)
{
	char *path = mem_printf("%s.publish.lock", l->marker);
	int status = EX_OK;

	l->lock = io_open(path, O_RDONLY | O_CREAT, 0644);
	if (l->lock < 0) {
		log_error("%s: %s", path, strerror(errno));
		status = EX_IOERR;
	} else if (io_try_lock(l->lock) != 0) {
		bool held = errno == EWOULDBLOCK;
		log_error("%s: %s", path,
		    held ? "another dx-publish works on this month" : strerror(errno));
		status = held ? EX_TEMPFAIL : EX_IOERR;
	}
	free(path);
	return status;
}

int
ledger_use_marker(struct ledger *l, const struct stream_control *dump)
{
	snprintf(l->marker, sizeof l->marker, "%s", dump->path);
	snprintf(l->version, sizeof l->version, "%s", dump->version);
	l->files_total = dump->files_total;
	if (!ledger_has_marker(l))
		return EX_OK;
	int status = lock_month(l);
	/* Held by another: its marker is none of ours, not even to say that this run failed. */
	if (status != EX_OK)
		l->marker[0] = '\0';
	return status;
}

bool
ledger_has_marker(const struct ledger *l)
{
	return l->marker[0] != '\0';
}

static const char *
number_text(char *out, uint64_t number)
{
	snprintf(out, NUMBER_SIZE, "%" PRIu64, number);
	return out;
}

/* Reads "POSITION RECORDS MESSAGES BATCHES"; cuts TEXT up. */
static int
parse_counts(char *text, struct counts *c)
{
	uint64_t *numbers[] = {&c->position, &c->records, &c->messages, &c->batches};
	char *save = NULL;
	char *word = strtok_r(text, " ", &save);

	for (size_t i = 0; i < 4; i++, word = strtok_r(NULL, " ", &save))
		if (word == NULL || number_parse(word, 0, UINT64_MAX, numbers[i]) != 0)
			return -1;
	return word == NULL ? 0 : -1;
}

static int
ask_counts(struct ledger *l, const char *file, struct counts *c)
{
	char *answer = NULL;
	int status = marker_call(l->marker, &answer, "file-counts", file, (char *)NULL);

	if (status == EX_OK && parse_counts(answer, c) != 0) {
		log_error("dx-marker file-counts: unexpected answer");
		status = EX_SOFTWARE;
	}
	free(answer);
	return status;
}

/* Tells the marker that the file begins, from its first record. */
static int
begin_file(struct ledger *l, const struct stream_control *start, const char *options)
{
	return marker_call(l->marker, NULL, "start-file-processing", start->file, "--sha256",
	    start->sha256, "--shape", start->shape, "--options", options, (char *)NULL);
}

/* Sees that the records that are skipped were sent with the same OPTIONS; else sets the file back,
 * since dx-parse cannot: it has skipped them. */
static int
check_options(struct ledger *l, const struct stream_control *start, const char *options)
{
	char *answer = NULL;
	uint64_t position = 0;
	int status = marker_call(l->marker, &answer, "resume-point", start->file, "--sha256",
	    start->sha256, "--shape", start->shape, "--options", options, (char *)NULL);

	if (status == EX_OK && number_parse(answer, 0, UINT64_MAX, &position) != 0) {
		log_error("dx-marker resume-point: not a number: %s", answer);
		status = EX_SOFTWARE;
	}
	free(answer);
	if (status != EX_OK || position == start->skipped)
		return status;
	status = begin_file(l, start, options);
	if (status != EX_OK)
		return status;
	log_error("%s: is set back to its first record; run again to send it", start->file);
	return EX_TEMPFAIL;
}

/* What the marker has of the file that START goes on with; or tells it that the file begins. */
static int
settle_base(struct ledger *l, const struct stream_control *start, const char *options)
{
	if (start->skipped == 0)
		return begin_file(l, start, options);
	int status = ask_counts(l, start->file, &l->base);
	if (status != EX_OK)
		return status;
	if (l->base.position == start->skipped)
		return check_options(l, start, options);
	log_error("%s: goes on after record %" PRIu64 ", but the marker is at %" PRIu64,
	    start->file, start->skipped, l->base.position);
	return EX_DATAERR;
}

/* Another pipeline may have completed the file since dx-fetch named it. */
static int
check_pending(const struct ledger *l)
{
	char *pending = NULL;
	int status = marker_call(l->marker, &pending, "pending-files", l->file, (char *)NULL);

	if (status == EX_OK && *pending == '\0') {
		log_error("%s: was completed by another run meanwhile", l->file);
		status = EX_TEMPFAIL;
	}
	free(pending);
	return status;
}

int
ledger_start_file(struct ledger *l, const struct stream_control *start, const char *options,
    int64_t *messages)
{
	int status = EX_OK;

	snprintf(l->file, sizeof l->file, "%s", start->file);
	l->sent = l->settled = l->published = l->marked = l->recorded_at = 0;
	l->recorded_ms = clock_ms();
	l->unrecorded = false;
	l->base = (struct counts){.position = start->skipped};
	marks_clear(&l->marks);
	if (ledger_has_marker(l))
		status = check_pending(l);
	if (status == EX_OK && ledger_has_marker(l))
		status = settle_base(l, start, options);
	l->reached = l->base;
	l->totals.skipped += status == EX_OK ? start->skipped : 0;
	*messages = ledger_has_marker(l) ? (int64_t)l->base.messages : -1;
	return status;
}

/* How many batches MESSAGES, sent in this run, add to those of earlier runs; the last counts only
 * if it is full, or if the file ENDS with it. */
static uint64_t
count_batches(const struct ledger *l, uint64_t messages, bool ends)
{
	uint64_t full = l->base.batches * l->batch;
	/* What earlier runs left of a batch; none if they had another size of batches. */
	uint64_t begun = l->base.messages >= full && l->base.messages - full < l->batch
	    ? l->base.messages - full
	    : 0;

	return l->base.batches + (begun + messages + (ends ? l->batch - 1 : 0)) / l->batch;
}

/* The mark for RECORDS is settled. */
static void
reach(struct ledger *l, uint64_t records)
{
	l->reached = (struct counts){.position = records,
	    .records = records,
	    .messages = l->base.messages + l->published,
	    .batches = count_batches(l, l->published, false)};
	l->unrecorded = true;
}

static void
reach_marks(struct ledger *l)
{
	const struct mark *next;

	while ((next = marks_first(&l->marks)) != NULL && next->sent <= l->settled) {
		reach(l, next->records);
		marks_take(&l->marks);
	}
}

void
ledger_sent(struct ledger *l)
{
	l->sent++;
	l->totals.sent++;
}

void
ledger_settled(struct ledger *l, bool published)
{
	l->settled++;
	if (published) {
		l->published++;
		l->totals.published++;
	} else {
		l->totals.rejected++;
	}
	reach_marks(l);
}

void
ledger_mark(struct ledger *l, uint64_t records)
{
	marks_add(&l->marks, l->sent, records);
	l->marked = l->sent;
	reach_marks(l);
}

/* Whether enough messages or time went by since the marker was told, counted up to message AT. */
static bool
is_time(const struct ledger *l, uint64_t at)
{
	return at - l->recorded_at >= (l->state_interval + 1) / 2 ||
	    clock_ms() - l->recorded_ms >= PUBLISH_RECORD_MS;
}

bool
ledger_due(const struct ledger *l)
{
	return ledger_has_marker(l) && marks_first(&l->marks) != NULL && is_time(l, l->marked);
}

static void
start_recording(struct ledger *l)
{
	char records[NUMBER_SIZE], messages[NUMBER_SIZE], batches[NUMBER_SIZE],
	    position[NUMBER_SIZE];
	const char *const args[] = {"-f", l->marker, "update-file-progress", l->file, "--records",
	    number_text(records, l->reached.records), "--messages",
	    number_text(messages, l->reached.messages), "--batches",
	    number_text(batches, l->reached.batches), "--position",
	    number_text(position, l->reached.position), NULL};

	l->unrecorded = false;
	l->recorded_at = l->settled;
	l->recorded_ms = clock_ms();
	l->recording = marker_start(args);
	l->look_ms = l->recorded_ms + LOOK_MS;
}

/* Waits for the call that is at work, if there is one. */
static int
finish_recording(struct ledger *l)
{
	struct marker_job *job = l->recording;

	l->recording = NULL;
	int status = job != NULL ? marker_finish(job, NULL) : EX_OK;
	l->unrecorded = l->unrecorded || status != EX_OK;
	return status;
}

/* Whether the call at work is done, or has to be waited for. */
static bool
is_recorded(struct ledger *l)
{
	if (l->settled - l->recorded_at >= l->state_interval)
		return true;
	int64_t now = clock_ms();
	if (now < l->look_ms)
		return false;
	l->look_ms = now + LOOK_MS;
	return marker_ended(l->recording);
}

int
ledger_record(struct ledger *l, bool now)
{
	int status = EX_OK;

	if (l->recording != NULL && (now || is_recorded(l)))
		status = finish_recording(l);
	/* The last try of a run is made also if the one before failed: perhaps somebody stopped
	 * only that dx-marker. */
	if ((status != EX_OK && !now) || !ledger_has_marker(l) || !l->unrecorded ||
	    l->recording != NULL || !(now || is_time(l, l->settled)))
		return status;
	start_recording(l);
	return now ? finish_recording(l) : EX_OK;
}

int
ledger_complete_file(struct ledger *l, uint64_t records)
{
	char text[NUMBER_SIZE];

	reach(l, records);
	l->reached.batches = count_batches(l, l->published, true);
	l->totals.files++;
	int status = ledger_record(l, true);
	if (status == EX_OK && ledger_has_marker(l))
		status = marker_call(l->marker, NULL, "complete-file-processing", l->file,
		    number_text(text, records), (char *)NULL);
	return status;
}

int
ledger_completion_sent(struct ledger *l, const char *file)
{
	if (!ledger_has_marker(l))
		return EX_OK;
	return marker_call(l->marker, NULL, "completion-sent", file, (char *)NULL);
}

int
ledger_unsent(struct ledger *l, char **files)
{
	return marker_call(l->marker, files, "unsent", (char *)NULL);
}

int
ledger_completed(const struct stream_control *dump, char **files)
{
	return marker_call(dump->path, files, "completed", (char *)NULL);
}

int
ledger_records(struct ledger *l, const char *file, uint64_t *records)
{
	struct counts c = {0};
	int status = ask_counts(l, file, &c);

	*records = c.records;
	return status;
}

int
ledger_month_done(struct ledger *l, bool *done)
{
	char names[DUMP_TYPES][DUMP_FILE_SIZE];
	char *pending = NULL;
	uint64_t open = 0;

	for (int i = 0; i < DUMP_TYPES; i++)
		dump_file_name(names[i], l->version, (enum dump_type)i);
	int status = marker_call(l->marker, &pending, "pending-files", names[DUMP_ARTISTS],
	    names[DUMP_LABELS], names[DUMP_MASTERS], names[DUMP_RELEASES], (char *)NULL);
	if (pending != NULL && *pending != '\0')
		open = 1;
	for (const char *p = pending; p != NULL && (p = strchr(p, '\n')) != NULL; p++)
		open++;
	free(pending);
	*done = status == EX_OK && DUMP_TYPES - open >= l->files_total;
	return status;
}

int
ledger_complete_processing(struct ledger *l)
{
	return marker_call(l->marker, NULL, "complete-processing", (char *)NULL);
}

int
ledger_summary(struct ledger *l, char **json)
{
	return marker_call(l->marker, json, "extraction-summary", (char *)NULL);
}

int
ledger_complete_extraction(struct ledger *l)
{
	return marker_call(l->marker, NULL, "complete-extraction", (char *)NULL);
}

void
ledger_fail(struct ledger *l, int status)
{
	static const struct {
		int status;
		const char *reason;
	} reasons[] = {
	    {EX_UNAVAILABLE, "the broker is not available"},
	    {EX_IOERR, "reading or writing failed"},
	    {EX_NOPERM, "not authorised"},
	    {EX_CONFIG, "the configuration is wrong"},
	};

	for (size_t i = 0; i < sizeof reasons / sizeof *reasons && ledger_has_marker(l); i++)
		if (reasons[i].status == status)
			marker_call(l->marker, NULL, "fail-publishing", reasons[i].reason,
			    (char *)NULL);
}

const struct ledger_totals *
ledger_totals(const struct ledger *l)
{
	return &l->totals;
}
