/* SPDX-License-Identifier: MIT */
/* Messages for people, on standard error. */
#include "common/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/secret.h"

/* The longest line that is written; what is longer is cut. */
#define LOG_LINE_MAX 2048

static const char *program = "dx";
static int level;

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

static void write_line(const char *format, va_list ap) __attribute__((format(printf, 1, 0)));

static void
write_line(const char *format, va_list ap)
{
	char text[LOG_LINE_MAX], line[LOG_LINE_MAX + 64];
	int saved = errno;

	if (vsnprintf(text, sizeof text, format, ap) < 0)
		return;
	hide_passwords(text);
	int start = snprintf(line, 64, "%s: ", program);
	size_t len = start > 0 && start < 64 ? (size_t)start : 0;
	/* UTF-8 names stay readable; C0 and DEL are what terminals act on. */
	for (const char *p = text; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;
		if (!put(line, sizeof line - 1, &len, c, c >= 0x20 && c != 0x7f))
			break;
	}
	line[len++] = '\n';
	/* Nobody is left to tell if standard error itself fails. */
	ssize_t ignored = write(STDERR_FILENO, line, len);
	(void)ignored;
	errno = saved;
}

#define LOG_FUNCTION(name, from)                                                                   \
	void name(const char *format, ...)                                                         \
	{                                                                                          \
		if (level < (from))                                                                \
			return;                                                                    \
		va_list ap;                                                                        \
		va_start(ap, format);                                                              \
		write_line(format, ap);                                                            \
		va_end(ap);                                                                        \
	}

LOG_FUNCTION(log_error, -1)
LOG_FUNCTION(log_warn, 0)
LOG_FUNCTION(log_info, 1)
LOG_FUNCTION(log_debug, 2)
