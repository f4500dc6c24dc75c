/* SPDX-License-Identifier: MIT */
/* What a message looks like. */
#include "common/log_format.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/utf8.h"

static const char *const format_names[] = {
    [LOG_TEXT] = "text",
    [LOG_LOGFMT] = "logfmt",
    [LOG_JSON] = "json",
    [LOG_JOURNAL] = "journal",
};

static const char *const level_names[] = {
    [LOG_PRIORITY_ERROR] = "error",
    [LOG_PRIORITY_WARNING] = "warning",
    [LOG_PRIORITY_INFO] = "info",
    [LOG_PRIORITY_DEBUG] = "debug",
};

/* A line that is being made. END stays free for what has to close it. */
struct line {
	char *out;
	size_t len;
	size_t end;
};

int
log_format_named(const char *name)
{
	for (size_t i = 0; i < sizeof format_names / sizeof *format_names; i++)
		if (strcmp(name, format_names[i]) == 0)
			return (int)i;
	return -1;
}

static void
add(struct line *l, const char *text, size_t len)
{
	if (len > l->end - l->len)
		len = l->end - l->len;
	memcpy(l->out + l->len, text, len);
	l->len += len;
}

static void add_format(struct line *l, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
add_format(struct line *l, const char *format, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, format);
	int len = vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	if (len > 0)
		add(l, text, (size_t)len < sizeof text ? (size_t)len : sizeof text - 1);
}

/* Appends TEXT as it has to stand between the quotes of JSON, where what is not UTF-8 is U+FFFD.
 * logfmt has no standard; its readers take the same. */
static void
add_quoted(struct line *l, const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		size_t len = utf8_length(text, left);
		const char *shown = text;
		char escaped[2] = {'\\', *text};
		size_t shown_len = len;
		if (len == 0) {
			shown = "\xef\xbf\xbd";
			shown_len = 3;
			len = 1;
		} else if (*text == '"' || *text == '\\') {
			shown = escaped;
			shown_len = 2;
		}
		if (shown_len > l->end - l->len)
			return; /* half of it would be worse than nothing */
		add(l, shown, shown_len);
		text += len;
		left -= len;
	}
}

/* Appends what stands before the message, the message and what stands behind it. */
static void
add_parts(struct line *l, const char *before_file, const char *before_text, const char *after,
    const struct log_entry *e)
{
	l->end -= strlen(after);
	if (*e->file != '\0') {
		add(l, before_file, strlen(before_file));
		add_quoted(l, e->file);
		add(l, "\"", 1);
	}
	add(l, before_text, strlen(before_text));
	add_quoted(l, e->text);
	l->end += strlen(after);
	add(l, after, strlen(after));
}

size_t
log_format_line(enum log_format format, const struct log_entry *e, char *out, size_t size)
{
	struct line l = {.out = out, .end = size - 1};
	char when[CLOCK_TEXT_SIZE];

	clock_text(when, e->when);
	switch (format) {
	case LOG_LOGFMT:
		add_format(&l, "time=%s level=%s program=%s pid=%ld", when,
		    level_names[e->priority], e->program, e->pid);
		add_parts(&l, " file=\"", " msg=\"", "\"", e);
		break;
	case LOG_JSON:
		add_format(&l, "{\"time\":\"%s\",\"level\":\"%s\",\"program\":\"%s\",\"pid\":%ld",
		    when, level_names[e->priority], e->program, e->pid);
		add_parts(&l, ",\"file\":\"", ",\"message\":\"", "\"}", e);
		break;
	case LOG_JOURNAL:
	case LOG_TEXT:
		if (format == LOG_JOURNAL)
			add_format(&l, "<%d>", (int)e->priority);
		add_format(&l, "%.60s: ", e->program);
		add(&l, e->text, strlen(e->text));
		break;
	}
	out[l.len++] = '\n';
	return l.len;
}

int
log_format_journal(const struct log_entry *e, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char out[4096];
	struct line l = {.out = out, .end = sizeof out - 1};

	if (strlen(path) >= sizeof address.sun_path)
		return -1;
	memcpy(address.sun_path, path, strlen(path));
	add_format(&l, "PRIORITY=%d\nSYSLOG_IDENTIFIER=%s\nSYSLOG_PID=%ld\n", (int)e->priority,
	    e->program, e->pid);
	if (*e->file != '\0')
		add_format(&l, "DX_FILE=%s\n", e->file);
	add(&l, "MESSAGE=", 8);
	add(&l, e->text, strlen(e->text));
	out[l.len++] = '\n';
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	ssize_t sent = sendto(fd, out, l.len, MSG_NOSIGNAL | MSG_DONTWAIT,
	    (const struct sockaddr *)&address, sizeof address);
	close(fd);
	return sent == (ssize_t)l.len ? 0 : -1;
}
