/* SPDX-License-Identifier: MIT */
/* Messages for people, on standard error. */
#include "common/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "common/log_format.h"
#include "common/secret.h"
#include "common/utf8.h"

/* The longest line that is written; what is longer is cut. */
#define LOG_LINE_MAX 2048

/* The longest name of a file in a field. */
#define ABOUT_MAX	128

#define JOURNAL_SOCKET	"/run/systemd/journal/socket"
#define FORMAT_VARIABLE "DX_LOG_FORMAT"

static const char *program = "dx";
static int level;
static enum log_format used_format;
static pthread_mutex_t about_lock = PTHREAD_MUTEX_INITIALIZER;
static char about[ABOUT_MAX];

/*
 * Standard descriptors that the caller closed would be taken by the next files opened, and
 * messages or the stream be written into them. What stands in for them cannot be read or
 * written, as a closed one cannot; but messages vanish.
 */
static void
fill_standard_descriptors(void)
{
	static const int modes[] = {O_WRONLY, O_RDONLY, O_WRONLY};

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
			continue;
		/* The lowest that is free is this one. */
		int opened = open("/dev/null", modes[fd]);
		if (opened > STDERR_FILENO)
			close(opened);
	}
}

void
log_init(const char *name)
{
	program = name;
	fill_standard_descriptors();
}

void
log_more(void)
{
	level++;
}

void
log_quiet(void)
{
	level = -1;
}

int
log_level(void)
{
	return level;
}

/* Appends C to OUT at *LEN, as \xNN if RAW is false; false if it does not fit. */
static bool
put(char *out, size_t size, size_t *len, unsigned char c, bool raw)
{
	static const char hex[] = "0123456789abcdef";
	size_t need = raw ? 1 : 4;

	if (size - *len <= need)
		return false;
	if (raw) {
		out[(*len)++] = (char)c;
		return true;
	}
	out[(*len)++] = '\\';
	out[(*len)++] = 'x';
	out[(*len)++] = hex[c >> 4];
	out[(*len)++] = hex[c & 15];
	return true;
}

/* Copies IN without what terminals act on, C0, DEL and C1; UTF-8 names stay readable. */
static void
without_controls(char *out, size_t size, const char *in)
{
	size_t len = 0, left = 0;
	bool raw = true, fits = true;

	for (; *in != '\0' && fits; in++, left--) {
		if (left == 0) {
			left = utf8_length(in, UTF8_TERMINATED);
			raw = left == 0 || !utf8_control(in, left);
			left += left == 0;
		}
		fits = put(out, size, &len, (unsigned char)*in, raw);
	}
	out[len] = '\0';
}

int
log_use_format(const char *name)
{
	int found = log_format_named(name);

	if (found < 0)
		return -1;
	used_format = (enum log_format)found;
	/* Without memory for it, the others speak as they are used to. */
	setenv(FORMAT_VARIABLE, name, 1);
	return 0;
}

void
log_about(const char *name)
{
	pthread_mutex_lock(&about_lock);
	without_controls(about, sizeof about, name != NULL ? name : "");
	pthread_mutex_unlock(&about_lock);
}

char *
log_escape(char *out, size_t size, const void *data, size_t len)
{
	const unsigned char *in = data;
	size_t used = 0;

	for (size_t i = 0; i < len; i++) {
		if (put(out, size - 3, &used, in[i], in[i] >= 0x20 && in[i] < 0x7f))
			continue;
		memcpy(out + used, "...", 3);
		used += 3;
		break;
	}
	out[used] = '\0';
	return out;
}

/* Replaces the password of each URL in TEXT by asterisks, so that no message can carry one. */
static void
hide_passwords(char *text)
{
	for (char *p = text; (p = strstr(p, "://")) != NULL;) {
		char *password;
		size_t len;
		p += 3;
		if (!secret_find(p, true, &password, &len))
			continue;
		/* As many as fit, three at most: its length is nobody's business either. */
		size_t stars = len < 3 ? len : 3;
		memset(password, '*', stars);
		p = password + stars;
		memmove(p, password + len, strlen(password + len) + 1);
	}
}

static void write_entry(enum log_priority priority, const char *format, va_list ap)
    __attribute__((format(printf, 2, 0)));

static void
write_entry(enum log_priority priority, const char *format, va_list ap)
{
	char raw[LOG_LINE_MAX], text[LOG_LINE_MAX], file[ABOUT_MAX], line[LOG_LINE_MAX + 256];
	int saved = errno;

	if (vsnprintf(raw, sizeof raw, format, ap) < 0)
		return;
	hide_passwords(raw);
	without_controls(text, sizeof text, raw);
	pthread_mutex_lock(&about_lock);
	memcpy(file, about, sizeof file);
	pthread_mutex_unlock(&about_lock);
	struct log_entry entry = {priority, program, file, text, time(NULL), (long)getpid()};
	if (used_format != LOG_JOURNAL || log_format_journal(&entry, JOURNAL_SOCKET) != 0) {
		size_t len = log_format_line(used_format, &entry, line, sizeof line);
		/* Nobody is left to tell if standard error itself fails. */
		ssize_t ignored = write(STDERR_FILENO, line, len);
		(void)ignored;
	}
	errno = saved;
}

#define LOG_FUNCTION(name, from, priority)                                                         \
	void name(const char *format, ...)                                                         \
	{                                                                                          \
		if (level < (from))                                                                \
			return;                                                                    \
		va_list ap;                                                                        \
		va_start(ap, format);                                                              \
		write_entry(priority, format, ap);                                                 \
		va_end(ap);                                                                        \
	}

LOG_FUNCTION(log_error, -1, LOG_PRIORITY_ERROR)
LOG_FUNCTION(log_warn, 0, LOG_PRIORITY_WARNING)
LOG_FUNCTION(log_info, 1, LOG_PRIORITY_INFO)
LOG_FUNCTION(log_debug, 2, LOG_PRIORITY_DEBUG)

/* What stands around a message, the program's name between the first two, in each format. */
static const char *const around[][3] = {
    [LOG_TEXT] = {"", ": ", "\n"},
    [LOG_LOGFMT] = {"level=info program=", " msg=\"", "\"\n"},
    [LOG_JSON] = {"{\"level\":\"info\",\"program\":\"", "\",\"message\":\"", "\"}\n"},
    [LOG_JOURNAL] = {"<6>", ": ", "\n"},
};

void
log_from_handler(const char *text, size_t len)
{
	const char *const *a = around[used_format];
	struct iovec parts[] = {
	    {(void *)(size_t)a[0], strlen(a[0])},
	    {(void *)(size_t)program, strlen(program)},
	    {(void *)(size_t)a[1], strlen(a[1])},
	    {(void *)(size_t)text, len},
	    {(void *)(size_t)a[2], strlen(a[2])},
	};
	ssize_t ignored = writev(STDERR_FILENO, parts, sizeof parts / sizeof *parts);
	(void)ignored;
}
