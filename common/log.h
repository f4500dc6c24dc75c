/* SPDX-License-Identifier: MIT */
/*
 * Messages for people, on standard error: "PROGRAM: message", lower case, no
 * full stop. Each message leaves in one write(2), so lines of programs that share
 * a terminal do not mix, and control bytes in it are shown as \xNN: nothing from
 * outside reaches a terminal raw. The password of a URL is shown as ***. No function changes errno.
 * Thread-safe. For machines there are other formats (log_format.h).
 */
#ifndef DX_COMMON_LOG_H
#define DX_COMMON_LOG_H

#include <stddef.h>

/* Sets the name that starts each line; NAME must outlive the program. Call it first in main. */
void log_init(const char *name);

/* Raises the level by one, for each -v: 1 shows log_info, 2 log_debug too. */
void log_more(void);

/* Hides warnings too, for -q; errors are always shown. */
void log_quiet(void);

/* The level: -1 quiet, 0 normal, 1, 2 verbose. */
int log_level(void);

/* Sets the format of that name: text, logfmt, json or journal; the programs that this one starts
 * get it too. -1 if there is no such. Call it before there are threads. */
int log_use_format(const char *name);

/* What the messages to come are about: the file with that NAME, in the formats that have fields.
 * NULL: none. */
void log_about(const char *name);

/* Writes the LEN bytes at TEXT, plain ASCII without quotes and backslashes, as a message of the
 * used format, without a time; not to the journal's socket. For signal handlers: async-signal-safe.
 */
void log_from_handler(const char *text, size_t len);

/* What makes the program fail; the caller goes on to return the failure. */
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What the user should know although the program goes on. */
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Progress and closing counts (-v). */
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Detail for debugging (-vv). */
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Copies the LEN bytes at DATA to OUT (SIZE bytes, terminated) with everything
 * but printable ASCII as \xNN; what does not fit is cut and ends in "...".
 * Returns OUT.
 */
char *log_escape(char *out, size_t size, const void *data, size_t len);

#endif
