/* SPDX-License-Identifier: MIT */
/* What a run tells to the marker and to the reader of standard output. */
#include "fetch/ledger.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/io.h"
#include "common/log.h"
#include "common/marker.h"
#include "common/mem.h"
#include "common/stream.h"

/* Writes a line of the stream at once: the reader may be waiting for it. */
static int
write_line(const struct stream_control *line)
{
	struct buf text = {0};
	int status = EX_OK;

	stream_encode(&text, line);
	if (io_write_all(STDOUT_FILENO, text.data, text.len) != 0) {
		log_error("standard output: %s", strerror(errno));
		status = EX_IOERR;
	}
	buf_free(&text);
	return status;
}

/* Copies TEXT into the SIZE bytes of a member; a path longer than the stream allows is refused. */
static int
set_member(char *member, size_t size, const char *text)
{
	if ((size_t)snprintf(member, size, "%s", text) < size)
		return EX_OK;
	log_error("%.100s...: the path is too long", text);
	return EX_IOERR;
}

static int
decide(struct ledger *l)
{
	char *answer;
	int status = marker_call(l->marker, &answer, "should-process", NULL);

	if (status == EX_OK && strlen(answer) < sizeof l->decision) {
		memcpy(l->decision, answer, strlen(answer) + 1);
	} else if (status == EX_OK) {
		log_error("dx-marker should-process: unexpected answer: %s", answer);
		status = EX_SOFTWARE;
	}
	free(answer);
	return status;
}

int
ledger_open(struct ledger *l, const char *folder, const char *version)
{
	const char *args[] = {"-d", folder, "-V", version, "path", NULL};

	*l = (struct ledger){0};
	memcpy(l->version, version, sizeof l->version);
	int status = marker_run(args, &l->marker);
	return status == EX_OK ? decide(l) : status;
}

void
ledger_close(struct ledger *l)
{
	free(l->marker);
	l->marker = NULL;
}

int
ledger_reset(struct ledger *l)
{
	memcpy(l->decision, "reprocess", sizeof "reprocess");
	return marker_call(l->marker, NULL, "reset", NULL);
}

void
ledger_go_on(struct ledger *l)
{
	memcpy(l->decision, "continue", sizeof "continue");
}

int
ledger_replaced(struct ledger *l, const char *file, const char *sha256, bool *replaced)
{
	char *known;
	int status = marker_call(l->marker, &known, "verified", file, "--sha256", sha256, NULL);

	/* A marker that has no sum says nothing against the file. */
	*replaced = status == 1 && *known != '\0' && strcmp(known, sha256) != 0;
	free(known);
	return status == 1 ? EX_OK : status;
}

int
ledger_dump(struct ledger *l, unsigned files)
{
	struct stream_control line = {.kind = STREAM_DUMP, .files_total = files};

	memcpy(line.version, l->version, sizeof line.version);
	memcpy(line.decision, l->decision, sizeof line.decision);
	int status = set_member(line.path, sizeof line.path, l->marker);
	return status == EX_OK ? write_line(&line) : status;
}

int
ledger_start(struct ledger *l, unsigned files)
{
	char number[16];

	snprintf(number, sizeof number, "%u", files);
	return marker_call(l->marker, NULL, "start-download", number, NULL);
}

int
ledger_complete(struct ledger *l)
{
	return marker_call(l->marker, NULL, "complete-download", NULL);
}

static const char *
cause_text(int cause)
{
	switch (cause) {
	case EX_DATAERR:
		return "wrong checksum or size";
	case EX_NOINPUT:
		return "not found";
	case EX_UNAVAILABLE:
		return "server unavailable";
	case EX_NOPERM:
		return "not authorised";
	case EX_IOERR:
		return "read or write error";
	default:
		return "failed";
	}
}

int
ledger_fail(struct ledger *l, const char *file, int cause)
{
	char *message = mem_printf("%s: %s", file, cause_text(cause));
	int status = marker_call(l->marker, NULL, "fail-download", message, NULL);

	free(message);
	return status;
}

int
ledger_start_file(struct ledger *l, const char *file)
{
	return marker_call(l->marker, NULL, "start-file-download", file, NULL);
}

/* Whether the marker has FILE still to do. */
static int
ask_pending(struct ledger *l, const char *file, bool *pending)
{
	char *answer;
	int status = marker_call(l->marker, &answer, "pending-files", file, NULL);

	*pending = strcmp(answer, file) == 0;
	free(answer);
	return status;
}

/* The file line. */
static int
name_file(const struct ledger *l, const struct plan_item *item)
{
	struct stream_control line = {
	    .kind = STREAM_FILE,
	    .data_type = item->type,
	    .bytes = item->bytes,
	};

	memcpy(line.version, l->version, sizeof line.version);
	memcpy(line.sha256, item->sha256, sizeof line.sha256);
	snprintf(line.file, sizeof line.file, "%s", item->name);
	int status = set_member(line.path, sizeof line.path, item->path);
	return status == EX_OK ? write_line(&line) : status;
}

int
ledger_file(struct ledger *l, const struct plan_item *item)
{
	char bytes[24];
	bool pending = false;

	snprintf(bytes, sizeof bytes, "%llu", (unsigned long long)item->bytes);
	int status = marker_call(l->marker, NULL, "file-downloaded", item->name, bytes, "--sha256",
	    item->sha256, NULL);
	if (status == EX_OK && item->wanted)
		status = ask_pending(l, item->name, &pending);
	return status == EX_OK && pending ? name_file(l, item) : status;
}

int
ledger_end(void)
{
	struct stream_control line = {.kind = STREAM_END, .stage = "fetch"};

	return write_line(&line);
}
