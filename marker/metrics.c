/* SPDX-License-Identifier: MIT */
/*
 * metrics: the month for Prometheus. A metric is an entry of a table: its name, its kind, what
 * HELP says of it, and a function that gives its value; NAN is none, and no sample then.
 */
#include "marker/metrics.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "marker/health.h"
#include "marker/output.h"
#include "marker/schema.h"
#include "marker/summary.h"

/* What a family is, for its two lines of comment. */
struct family {
	const char *name;
	const char *type;
	const char *help;
};

#define GAUGE	"gauge"
#define COUNTER "counter"

static const char *const statuses[] = {STATUS_PENDING, STATUS_IN_PROGRESS, STATUS_COMPLETED,
    STATUS_FAILED};

static void
add_family(struct buf *out, const struct family *f)
{
	buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", f->name, f->help, f->name, f->type);
}

/* Adds the label NAME="VALUE" behind FIRST, '{' or ','. */
static void
add_label(struct buf *out, char first, const char *name, const char *value)
{
	buf_printf(out, "%c%s=\"", first, name);
	for (; *value != '\0'; value++) {
		if (*value == '\n')
			buf_add_str(out, "\\n");
		else if (*value == '"' || *value == '\\')
			buf_printf(out, "\\%c", *value);
		else
			buf_add_char(out, *value);
	}
	buf_add_char(out, '"');
}

/* All digits that a double has of a count. */
static void
add_value(struct buf *out, double value)
{
	buf_printf(out, "} %.15g\n", value);
}

static void
add_file_labels(struct buf *out, const char *name, const struct summary *sum,
    const struct summary_file *f)
{
	buf_add_str(out, name);
	add_label(out, '{', "version", sum->version);
	add_label(out, ',', "type", strcmp(f->type, f->name) == 0 ? "" : f->type);
	add_label(out, ',', "file", f->name);
}

/* One sample for each status, 1 for that which holds; OUT has the labels before it from START on.
 */
static void
add_statuses(struct buf *out, size_t start, const char *status)
{
	struct buf labels = {0};

	buf_add(&labels, out->data + start, out->len - start);
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
		if (i > 0)
			buf_add(out, labels.data, labels.len);
		add_label(out, ',', "status", statuses[i]);
		add_value(out, strcmp(status, statuses[i]) == 0);
	}
	buf_free(&labels);
}

static double
known_time(time_t when)
{
	return when > 0 ? (double)when : NAN;
}

/* -- of a file */

static double
bytes_done(const struct summary_file *f)
{
	return (double)f->bytes.done;
}

static double
bytes_expected(const struct summary_file *f)
{
	return f->bytes.total > 0 ? (double)f->bytes.total : NAN;
}

static double
records_extracted(const struct summary_file *f)
{
	return (double)f->extracted;
}

static double
records_rejected(const struct summary_file *f)
{
	return (double)f->rejected;
}

static double
records_expected(const struct summary_file *f)
{
	return f->records.total > 0 ? (double)f->records.total : NAN;
}

static double
messages(const struct summary_file *f)
{
	return (double)f->messages;
}

static double
batches(const struct summary_file *f)
{
	return (double)f->batches;
}

static double
file_progress(const struct summary_file *f)
{
	return f->records.part >= 0 ? f->records.part : NAN;
}

static double
file_rate(const struct summary_file *f)
{
	return f->records.rate > 0 ? f->records.rate : NAN;
}

static double
file_remaining(const struct summary_file *f)
{
	return f->records.left >= 0 ? (double)f->records.left : NAN;
}

static double
file_started(const struct summary_file *f)
{
	return known_time(f->started);
}

static double
file_ended(const struct summary_file *f)
{
	return known_time(f->ended);
}

static const struct file_metric {
	struct family family;
	double (*value)(const struct summary_file *f);
} file_metrics[] = {
    {{"dx_download_bytes_total", COUNTER, "Bytes of the file that are downloaded."}, bytes_done},
    {{"dx_download_expected_bytes", GAUGE,
	 "Bytes that the file has; an estimate until it is there."},
	bytes_expected},
    {{"dx_records_total", COUNTER, "Records of the file that are done."}, records_extracted},
    {{"dx_records_rejected_total", COUNTER, "Records of the file that were read and rejected."},
	records_rejected},
    {{"dx_expected_records", GAUGE, "Records that the file has; an estimate until it is done."},
	records_expected},
    {{"dx_messages_total", COUNTER, "Messages for the file that were confirmed."}, messages},
    {{"dx_batches_total", COUNTER, "Batches of messages for the file that were confirmed."},
	batches},
    {{"dx_file_progress_ratio", GAUGE, "Share of the file's records that are done, 0 to 1."},
	file_progress},
    {{"dx_file_records_per_second", GAUGE, "Records a second while the file is or was processed."},
	file_rate},
    {{"dx_file_remaining_seconds", GAUGE, "Time that the rest of the file will take, an estimate."},
	file_remaining},
    {{"dx_file_start_timestamp_seconds", GAUGE, "When the processing of the file began."},
	file_started},
    {{"dx_file_end_timestamp_seconds", GAUGE, "When the processing of the file ended."},
	file_ended},
};

static void
add_files(struct buf *out, const struct summary *sum)
{
	static const struct family status = {"dx_file_status", GAUGE,
	    "Whether the processing of the file is in this status."};

	if (sum->count == 0)
		return;
	add_family(out, &status);
	for (size_t j = 0; j < sum->count; j++) {
		size_t start = out->len;
		add_file_labels(out, status.name, sum, &sum->files[j]);
		add_statuses(out, start, sum->files[j].status);
	}
	for (size_t i = 0; i < sizeof file_metrics / sizeof *file_metrics; i++) {
		const struct file_metric *m = &file_metrics[i];
		add_family(out, &m->family);
		for (size_t j = 0; j < sum->count; j++) {
			double value = m->value(&sum->files[j]);
			if (isnan(value))
				continue;
			add_file_labels(out, m->family.name, sum, &sum->files[j]);
			add_value(out, value);
		}
	}
}

/* -- of a phase */

static double
phase_files(const struct summary_phase *p)
{
	return (double)p->files;
}

static double
phase_expected_files(const struct summary_phase *p)
{
	return (double)p->files_total;
}

static double
phase_errors(const struct summary_phase *p)
{
	return (double)p->errors;
}

static double
phase_started(const struct summary_phase *p)
{
	return known_time(p->started);
}

static double
phase_ended(const struct summary_phase *p)
{
	return known_time(p->ended);
}

static const struct phase_metric {
	struct family family;
	double (*value)(const struct summary_phase *p);
	int phases; /* so many of them have it */
} phase_metrics[] = {
    {{"dx_phase_files", GAUGE, "Files that the phase has completed."}, phase_files,
	SUMMARY_PUBLISHING},
    {{"dx_phase_expected_files", GAUGE, "Files that the phase has to complete."},
	phase_expected_files, SUMMARY_PUBLISHING},
    {{"dx_phase_errors", GAUGE, "Errors of the phase that the marker keeps, 100 at most."},
	phase_errors, SUMMARY_PHASES},
    {{"dx_phase_start_timestamp_seconds", GAUGE, "When the phase began."}, phase_started,
	SUMMARY_PUBLISHING},
    {{"dx_phase_end_timestamp_seconds", GAUGE, "When the phase was completed."}, phase_ended,
	SUMMARY_PUBLISHING},
};

static void
add_phase_labels(struct buf *out, const char *name, const struct summary *sum, int phase)
{
	buf_add_str(out, name);
	add_label(out, '{', "version", sum->version);
	add_label(out, ',', "phase", sum->phases[phase].name);
}

static void
add_phases(struct buf *out, const struct summary *sum)
{
	static const struct family status = {"dx_phase_status", GAUGE,
	    "Whether the phase is in this status."};

	add_family(out, &status);
	for (int i = 0; i < SUMMARY_PHASES; i++) {
		size_t start = out->len;
		add_phase_labels(out, status.name, sum, i);
		add_statuses(out, start, sum->phases[i].status);
	}
	for (size_t i = 0; i < sizeof phase_metrics / sizeof *phase_metrics; i++) {
		const struct phase_metric *m = &phase_metrics[i];
		add_family(out, &m->family);
		for (int j = 0; j < m->phases; j++) {
			double value = m->value(&sum->phases[j]);
			if (isnan(value))
				continue;
			add_phase_labels(out, m->family.name, sum, j);
			add_value(out, value);
		}
	}
}

/* -- of the month */

static double
healthy(const struct summary *sum)
{
	struct buf text = {0};
	bool ill = health_complaint(sum, SUMMARY_STALLED_SECONDS, HEALTH_OVERDUE_DAYS, &text);

	buf_free(&text);
	return !ill;
}

static double
updated(const struct summary *sum)
{
	return known_time(sum->updated);
}

static double
active(const struct summary *sum)
{
	return known_time(sum->active);
}

static double
month_progress(const struct summary *sum)
{
	return sum->records.part >= 0 ? sum->records.part : NAN;
}

static double
month_remaining(const struct summary *sum)
{
	return sum->records.left >= 0 ? (double)sum->records.left : NAN;
}

static double
month_seconds(const struct summary *sum)
{
	return (double)sum->seconds;
}

static double
month_unsent(const struct summary *sum)
{
	return (double)sum->unsent;
}

static const struct month_metric {
	struct family family;
	double (*value)(const struct summary *sum);
} month_metrics[] = {
    {{"dx_healthy", GAUGE, "Whether dx-marker health finds nothing wrong."}, healthy},
    {{"dx_marker_update_timestamp_seconds", GAUGE, "When the marker was changed last."}, updated},
    {{"dx_activity_timestamp_seconds", GAUGE,
	 "When the marker was changed or a download grew last."},
	active},
    {{"dx_month_progress_ratio", GAUGE, "Share of the month's records that are done, 0 to 1."},
	month_progress},
    {{"dx_month_remaining_seconds", GAUGE,
	 "Time that the rest of the month will take, an estimate."},
	month_remaining},
    {{"dx_month_duration_seconds", GAUGE, "How long the month took, or has taken so far."},
	month_seconds},
    {{"dx_month_unsent_files", GAUGE, "Completed files whose completion message was not sent."},
	month_unsent},
};

/* The newest month that is completed; its label is its own version. */
static void
add_completed(struct buf *out, const struct summary *sum)
{
	static const struct family family = {"dx_completed_month_timestamp_seconds", GAUGE,
	    "The date in the name of the newest completed month."};
	const struct month *done = months_completed(&sum->months);

	if (done == NULL)
		return;
	add_family(out, &family);
	buf_add_str(out, family.name);
	add_label(out, '{', "version", done->version);
	add_value(out, (double)months_time(done->version));
}

static void
add_month(struct buf *out, const struct summary *sum)
{
	static const struct family status = {"dx_month_status", GAUGE,
	    "Whether the month is in this status."};
	size_t start;

	add_family(out, &status);
	start = out->len;
	buf_add_str(out, status.name);
	add_label(out, '{', "version", sum->version);
	add_statuses(out, start, sum->overall);
	for (size_t i = 0; i < sizeof month_metrics / sizeof *month_metrics; i++) {
		const struct month_metric *m = &month_metrics[i];
		double value = m->value(sum);
		if (isnan(value))
			continue;
		add_family(out, &m->family);
		buf_add_str(out, m->family.name);
		add_label(out, '{', "version", sum->version);
		add_value(out, value);
	}
}

/* -- of the last run */

static double
run_status(const struct history_run *run)
{
	return (double)run->status;
}

static double
run_started(const struct history_run *run)
{
	return (double)run->started;
}

static double
run_ended(const struct history_run *run)
{
	return (double)run->ended;
}

static double
run_seconds(const struct history_run *run)
{
	return (double)run->seconds;
}

static double
run_records(const struct history_run *run)
{
	return (double)run->added;
}

static const struct run_metric {
	struct family family;
	double (*value)(const struct history_run *run);
} run_metrics[] = {
    {{"dx_last_run_exit_status", GAUGE, "Exit status of the last run."}, run_status},
    {{"dx_last_run_start_timestamp_seconds", GAUGE, "When the last run began."}, run_started},
    {{"dx_last_run_end_timestamp_seconds", GAUGE, "When the last run ended."}, run_ended},
    {{"dx_last_run_duration_seconds", GAUGE, "How long the last run took."}, run_seconds},
    {{"dx_last_run_records", GAUGE, "Records that the last run added."}, run_records},
};

/* Its label is its own month, which need not be the one that is shown. */
static void
add_run(struct buf *out, const struct summary *sum)
{
	const struct history_run *run = history_last(&sum->history, NULL);

	for (size_t i = 0; run != NULL && i < sizeof run_metrics / sizeof *run_metrics; i++) {
		const struct run_metric *m = &run_metrics[i];
		add_family(out, &m->family);
		buf_add_str(out, m->family.name);
		add_label(out, '{', "version", run->version);
		add_value(out, m->value(run));
	}
}

int
metrics_show(struct state *s, const struct call *c, struct buf *out)
{
	struct summary sum;
	struct buf text = {0};

	summary_make(&sum, s, c);
	add_month(&text, &sum);
	add_completed(&text, &sum);
	add_run(&text, &sum);
	add_phases(&text, &sum);
	add_files(&text, &sum);
	int status = output_write(c, &text, out);
	buf_free(&text);
	summary_free(&sum);
	return status;
}
