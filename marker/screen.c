/* SPDX-License-Identifier: MIT */
/* What standard output can show. */
#include "marker/screen.h"

#include <sys/ioctl.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/numbers.h"
#include "common/utf8.h"

#define COLUMNS_DEFAULT 80
#define COLUMNS_MAX	1000

static const char *const codes[] = {
    [SCREEN_PLAIN] = "",
    [SCREEN_STRONG] = "\033[1m",
    [SCREEN_FAINT] = "\033[2m",
    [SCREEN_GOOD] = "\033[32m",
    [SCREEN_BUSY] = "\033[36m",
    [SCREEN_BAD] = "\033[1;31m",
};

/* Whether the locale's characters are UTF-8, by the first of its variables that is set. */
static bool
speaks_utf8(void)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *value = getenv(names[i]);
		if (value != NULL && *value != '\0')
			return strstr(value, "UTF-8") != NULL || strstr(value, "utf8") != NULL;
	}
	return false;
}

static int
find_columns(void)
{
	struct winsize size;
	uint64_t columns;
	const char *set = getenv("COLUMNS");

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	if (set != NULL && number_parse(set, 1, COLUMNS_MAX, &columns) == 0)
		return (int)columns;
	return COLUMNS_DEFAULT;
}

void
screen_look(struct screen *s)
{
	const char *term = getenv("TERM"), *none = getenv("NO_COLOR");

	*s = (struct screen){.terminal = isatty(STDOUT_FILENO) != 0, .columns = COLUMNS_DEFAULT};
	if (!s->terminal)
		return;
	s->columns = find_columns();
	s->blocks = speaks_utf8();
	s->colours = (none == NULL || *none == '\0') && (term == NULL || strcmp(term, "dumb") != 0);
}

void
screen_text(const struct screen *s, struct buf *out, enum screen_style style, const char *text)
{
	bool dressed = s->colours && style != SCREEN_PLAIN;

	if (dressed)
		buf_add_str(out, codes[style]);
	while (*text != '\0') {
		size_t len = utf8_length(text, UTF8_TERMINATED);
		if (len > 0 && !utf8_control(text, len)) {
			buf_add(out, text, len);
			text += len;
			continue;
		}
		for (size_t i = 0; i < (len > 0 ? len : 1); i++)
			buf_printf(out, "\\x%02x", (unsigned char)*text++);
	}
	if (dressed)
		buf_add_str(out, "\033[0m");
}

void
screen_bar(const struct screen *s, struct buf *out, enum screen_style style, int width, double part)
{
	int filled = part > 0 ? (int)(part * width) : 0;

	if (s->colours)
		buf_add_str(out, codes[style]);
	if (!s->blocks)
		buf_add_char(out, '[');
	for (int i = 0; i < width; i++) {
		if (i == filled && s->colours)
			buf_printf(out, "\033[0m%s", codes[SCREEN_FAINT]);
		if (s->blocks)
			buf_add_str(out, i < filled ? "\u2588" : "\u2591");
		else
			buf_add_char(out, i < filled ? '#' : '.');
	}
	if (s->colours)
		buf_add_str(out, "\033[0m");
	if (!s->blocks)
		buf_add_char(out, ']');
}

void
screen_next(struct buf *out, bool again)
{
	struct buf picture = {0};
	bool terminal = isatty(STDOUT_FILENO) != 0;

	/* Home, each line cleared to its end, then what is below: nothing flickers. */
	if (terminal)
		buf_add_str(&picture, again ? "\033[H" : "\033[H\033[2J");
	else if (again)
		buf_add_char(&picture, '\n');
	for (size_t i = 0; i < out->len; i++) {
		if (terminal && out->data[i] == '\n')
			buf_add_str(&picture, "\033[K");
		buf_add_char(&picture, out->data[i]);
	}
	if (terminal)
		buf_add_str(&picture, "\033[J");
	buf_free(out);
	*out = picture;
}
