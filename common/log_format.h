/* SPDX-License-Identifier: MIT */
/*
 * What a message looks like: text for people, or one of three forms for machines.
 *
 *   text     PROGRAM: MESSAGE
 *   logfmt   time=… level=… program=… pid=… file=… msg="…"
 *   json     {"time":"…","level":"…","program":"…","pid":…,"file":"…","message":"…"}
 *   journal  an entry with PRIORITY, SYSLOG_IDENTIFIER, DX_FILE and MESSAGE for the systemd
 * journal; where that cannot be reached, <PRIORITY>PROGRAM: MESSAGE, which it understands on
 * standard error
 */
#ifndef DX_COMMON_LOG_FORMAT_H
#define DX_COMMON_LOG_FORMAT_H

#include <stddef.h>
#include <time.h>

enum log_format { LOG_TEXT, LOG_LOGFMT, LOG_JSON, LOG_JOURNAL };

/* Priorities as syslog has them (RFC 5424, 6.2.1). */
enum log_priority {
	LOG_PRIORITY_ERROR = 3,
	LOG_PRIORITY_WARNING = 4,
	LOG_PRIORITY_INFO = 6,
	LOG_PRIORITY_DEBUG = 7
};

struct log_entry {
	enum log_priority priority;
	const char *program;
	const char *file; /* what the work is about at the moment, or "" */
	const char *text; /* without control characters */
	time_t when;
	long pid;
};

/* The format of that name, or -1. */
int log_format_named(const char *name);

/* Writes the entry as a line with its end to OUT (SIZE bytes, at least 256). What does not fit is
 * cut, and the line is still one of its format. Returns its length. */
size_t log_format_line(enum log_format format, const struct log_entry *entry, char *out,
    size_t size);

/* Sends the entry to the journal's socket at PATH
 * (https://systemd.io/JOURNAL_NATIVE_PROTOCOL). Returns 0, or -1 if nobody took it. */
int log_format_journal(const struct log_entry *entry, const char *path);

#endif
