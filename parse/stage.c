/* SPDX-License-Identifier: MIT */
/* dx-parse between dx-fetch and dx-publish. */
#include "parse/stage.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/io.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/marker.h"
#include "common/mem.h"
#include "common/ndjson.h"
#include "common/numbers.h"
#include "common/stop.h"

struct stage {
	const struct session_options *options;
	struct stream_control dump; /* kind STREAM_DATA until it came */
	bool started; /* the marker knows that processing began */
};

/* Nothing to tell the marker: no dump line came, or one without a marker. */
static bool
has_marker(const struct stage *s)
{
	return s->dump.kind == STREAM_DUMP && s->dump.path[0] != '\0';
}

const char *
stage_options(const struct session_options *options)
{
	/* It lets no repaired record pass. */
	return options->strict ? "strict" : "";
}

int
stage_write(const struct stream_control *c)
{
	struct buf line = {0};

	stream_encode(&line, c);
	int result = io_write_stoppable(STDOUT_FILENO, line.data, line.len);
	buf_free(&line);
	if (result == 0)
		return EX_OK;
	if (stop_requested())
		return STOP_STATUS;
	log_error("standard output: %s", strerror(errno));
	return EX_IOERR;
}

/* Tells the marker, once, that processing begins. */
static int
start_processing(struct stage *s)
{
	char total[24];

	if (!has_marker(s) || s->started)
		return EX_OK;
	snprintf(total, sizeof total, "%llu", (unsigned long long)s->dump.files_total);
	s->started = true;
	return marker_call(s->dump.path, NULL, "start-processing", total, "--resume", (char *)NULL);
}

/* Asks the marker how many records of file C are done. */
static int
ask_position(const struct stage *s, const struct stream_control *c, uint64_t *skip)
{
	char *answer = NULL;

	*skip = 0;
	if (!has_marker(s))
		return EX_OK;
	int status = marker_call(s->dump.path, &answer, "resume-point", c->file, "--sha256",
	    c->sha256, "--shape", shape_name(s->options->shape), (char *)NULL);
	if (status == EX_OK && number_parse(answer, 0, UINT64_MAX, skip) != 0) {
		log_error("dx-marker resume-point: not a number: %s", answer);
		status = EX_SOFTWARE;
	}
	free(answer);
	return status;
}

/* Opens the file and sees that it is the one that was verified. A status; *FD and *SIZE on 0. */
static int
open_file(const struct stream_control *c, int *fd, uint64_t *size)
{
	struct stat st;

	*fd = io_open(c->path, O_RDONLY, 0);
	if (*fd < 0 || fstat(*fd, &st) != 0) {
		int saved = errno;
		if (*fd >= 0)
			close(*fd);
		if (stop_requested())
			return STOP_STATUS;
		log_error("%s: %s", c->path, strerror(saved));
		return io_open_status(saved);
	}
	*size = (uint64_t)st.st_size;
	if (S_ISREG(st.st_mode) && *size == c->bytes)
		return EX_OK;
	log_error("%s: has %llu bytes, not the %llu that were verified", c->path,
	    (unsigned long long)*size, (unsigned long long)c->bytes);
	close(*fd);
	return EX_DATAERR;
}

/* Records in the marker why the file cannot be processed. */
static void
tell_failure(const struct stage *s, const struct stream_control *c, const char *reason)
{
	if (!has_marker(s))
		return;
	char *text = mem_printf("%s: %s", c->file,
	    *reason != '\0' ? reason : "cannot be processed");
	marker_call(s->dump.path, NULL, "fail-processing", text, (char *)NULL);
	free(text);
}

/* The records of an open file, between file_start and file_end. */
static int
parse_file(const struct stage *s, const struct stream_control *c, struct input *in, uint64_t skip,
    struct session_counts *counts)
{
	struct stream_control line = *c;
	const struct session_file file = {.name = c->file,
	    .type = c->data_type,
	    .skip = skip,
	    .limit = UINT64_MAX,
	    .marks = true,
	    .size = c->bytes};

	line.kind = STREAM_FILE_START;
	line.skipped = skip;
	snprintf(line.shape, sizeof line.shape, "%s", shape_name(s->options->shape));
	snprintf(line.options, sizeof line.options, "%s", stage_options(s->options));
	int status = stage_write(&line);
	if (status == EX_OK)
		status = session_run(s->options, &file, in, counts);
	if (status != EX_OK)
		return status;
	if (counts->records < skip) {
		snprintf(counts->reason, sizeof counts->reason,
		    "has %llu records, fewer than the %llu done before",
		    (unsigned long long)counts->records, (unsigned long long)skip);
		log_error("%s: %s", c->file, counts->reason);
		return EX_DATAERR;
	}
	line.kind = STREAM_FILE_END;
	line.records = counts->records;
	line.rejected = counts->rejected;
	line.repaired = counts->repaired;
	return stage_write(&line);
}

/* Looks at the format of the open file, which its name tells too. */
static int
parse_opened(const struct stage *s, const struct stream_control *c, int fd, uint64_t skip)
{
	struct session_counts counts = {0};
	struct input *in = input_open(fd);
	int status = EX_DATAERR;

	if (in == NULL) {
		if (stop_requested())
			return STOP_STATUS;
		log_error("%s: %s", c->path, strerror(errno));
		status = EX_IOERR;
		snprintf(counts.reason, sizeof counts.reason, "cannot be read");
	} else if (input_format(in) != INPUT_GZIP) {
		log_error("%s: is not gzip", c->path);
		snprintf(counts.reason, sizeof counts.reason, "is not gzip");
	} else {
		status = parse_file(s, c, in, skip, &counts);
	}
	input_close(in);
	if (status == EX_DATAERR || counts.reason[0] != '\0')
		tell_failure(s, c, counts.reason);
	if (status == EX_OK)
		log_info("%s: %llu records, %llu skipped, %llu repaired, %llu rejected", c->file,
		    (unsigned long long)counts.records, (unsigned long long)skip,
		    (unsigned long long)counts.repaired, (unsigned long long)counts.rejected);
	return status;
}

static int
answer_file(struct stage *s, const struct stream_control *c)
{
	uint64_t skip = 0, size = 0;
	int fd;

	int status = start_processing(s);
	if (status == EX_OK)
		status = ask_position(s, c, &skip);
	if (status != EX_OK)
		return status;
	if (skip > 0)
		log_info("%s: goes on after record %llu", c->file, (unsigned long long)skip);
	status = open_file(c, &fd, &size);
	if (status != EX_OK) {
		if (status != STOP_STATUS)
			tell_failure(s, c, "is not there as it was verified");
		return status;
	}
	status = parse_opened(s, c, fd, skip);
	close(fd);
	return status;
}

/* One line of input; *ENDED on the end line. */
static int
answer(struct stage *s, const char *text, size_t len, uint64_t number, bool *ended)
{
	struct stream_control c;
	char shown[64];

	if (stream_decode(text, len, &c) != 0) {
		log_error("standard input: line %llu: not a control line: %s",
		    (unsigned long long)number, log_escape(shown, sizeof shown, text, len));
		return EX_DATAERR;
	}
	switch (c.kind) {
	case STREAM_DUMP:
		s->dump = c;
		return stage_write(&c);
	case STREAM_FILE:
		return answer_file(s, &c);
	case STREAM_END:
		*ended = true;
		return stage_write(&(struct stream_control){.kind = STREAM_END, .stage = "parse"});
	default:
		log_error("standard input: line %llu: unexpected here: %s",
		    (unsigned long long)number, log_escape(shown, sizeof shown, text, len));
		return EX_DATAERR;
	}
}

/* What a stream that ended without its end line means. */
static int
broken_stream(enum ndjson_result result, uint64_t number)
{
	switch (result) {
	case NDJSON_ERROR:
		if (stop_requested())
			return STOP_STATUS;
		log_error("standard input: %s", strerror(errno));
		return EX_IOERR;
	case NDJSON_TOO_LONG:
		log_error("standard input: line %llu is longer than %u MiB",
		    (unsigned long long)number, DX_LINE_MAX >> 20);
		return EX_DATAERR;
	case NDJSON_UNTERMINATED:
		log_error("standard input: line %llu has no end: what wrote it died",
		    (unsigned long long)number);
		return EX_DATAERR;
	default:
		log_error("standard input: no end line: what wrote it died");
		return EX_DATAERR;
	}
}

int
stage_run(const struct session_options *options, struct input *in, int fd)
{
	struct stage s = {.options = options};
	struct ndjson *reader = ndjson_open(fd, DX_LINE_MAX);
	size_t len;
	char *text;
	bool ended = false;
	int status = EX_OK;

	const char *peeked = input_peeked(in, &len);
	ndjson_prefill(reader, peeked, len);
	while (status == EX_OK && !ended) {
		enum ndjson_result result = ndjson_next(reader, &text, &len);
		if (result == NDJSON_LINE)
			status = answer(&s, text, len, ndjson_line_number(reader), &ended);
		else
			status = broken_stream(result, ndjson_line_number(reader));
	}
	ndjson_close(reader);
	return status;
}
