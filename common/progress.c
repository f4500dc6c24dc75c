/* SPDX-License-Identifier: MIT */
/* One line of progress on standard error. */
#include "common/progress.h"

#include <sys/ioctl.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/io.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/notify.h"
#include "common/usr1.h"
#include "common/utf8.h"

/* So many bytes of a label are shown. */
#define LABEL_MAX	60

#define REDRAW_MS	200
#define TELL_MS		1000
#define BAR_WIDTH	24
#define COLUMNS_DEFAULT 80

struct progress {
	char label[LABEL_MAX + 1];
	uint64_t total;
	uint64_t start;
	bool terminal; /* there is one to draw on */
	int64_t started_ms;
	int64_t drawn_ms;
	int64_t told_ms;
};

/* Takes LABEL, whole characters of it, without what a terminal would act on. */
static void
set_label(struct progress *p, const char *label)
{
	size_t used = 0;

	while (*label != '\0') {
		size_t len = utf8_length(label, UTF8_TERMINATED);
		bool plain = len > 0 && !utf8_control(label, len);
		size_t shown = plain ? len : 1;
		if (used + shown > LABEL_MAX)
			break;
		memcpy(p->label + used, plain ? label : "?", shown);
		used += shown;
		label += len > 0 ? len : 1;
	}
	p->label[used] = '\0';
}

struct progress *
progress_start(const char *label, uint64_t total, uint64_t start)
{
	bool terminal = log_level() >= 0 && isatty(STDERR_FILENO);

	usr1_begin(label, total, start);
	if (!terminal && !notify_listens())
		return NULL;
	struct progress *p = mem_zero(1, sizeof *p);
	set_label(p, label);
	p->total = total;
	p->start = start;
	p->terminal = terminal;
	p->started_ms = p->drawn_ms = clock_ms();
	return p;
}

/* "[#####     ]  42% " of the work, without BAR " 42% ", or nothing where the total is not known.
 */
static void
show_part(char *out, size_t size, uint64_t done, uint64_t total, bool bar)
{
	char filling[BAR_WIDTH + 1];

	*out = '\0';
	if (total == 0)
		return;
	double part = done >= total ? 1.0 : (double)done / (double)total;
	memset(filling, ' ', BAR_WIDTH);
	memset(filling, '#', (size_t)(part * BAR_WIDTH));
	filling[BAR_WIDTH] = '\0';
	if (bar)
		snprintf(out, size, "[%s] %3d%% ", filling, (int)(part * 100));
	else
		snprintf(out, size, " %d%% ", (int)(part * 100));
}

/* What there is to say at NOW, one line. */
static void
describe(const struct progress *p, uint64_t done, int64_t now, bool bar, char *out, size_t size)
{
	char part[64], left[64] = "";
	double seconds = (double)(now - p->started_ms) / 1000;
	double rate = seconds > 0 ? (double)(done - p->start) / seconds : 0;

	show_part(part, sizeof part, done, p->total, bar);
	if (p->total > done && rate > 0) {
		long long s = (long long)((double)(p->total - done) / rate);
		snprintf(left, sizeof left, "  %lld:%02lld:%02lld left", s / 3600, s / 60 % 60,
		    s % 60);
	}
	snprintf(out, size, "%s %s%.1f MB  %.1f MB/s%s", p->label, part, (double)done / 1e6,
	    rate / 1e6, left);
}

/* How many columns there are to draw in: the last one stays free, where some terminals begin the
 * next line. */
static size_t
columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return COLUMNS_DEFAULT - 1;
	return size.ws_col - 1u;
}

/* Where the first COUNT characters of TEXT, UTF-8, end: at its end if there are no more. */
static char *
skip_characters(char *text, size_t count)
{
	for (; *text != '\0' && count > 0; count--)
		text += utf8_length(text, UTF8_TERMINATED);
	return text;
}

/* One line, whatever the width of the terminal: what goes on in the next cannot be drawn over. */
static void
draw(const struct progress *p, uint64_t done, int64_t now)
{
	char text[240], line[256];
	size_t room = columns();

	describe(p, done, now, true, text, sizeof text);
	if (*skip_characters(text, room) != '\0')
		describe(p, done, now, false, text, sizeof text);
	*skip_characters(text, room) = '\0';
	int len = snprintf(line, sizeof line, "\r\033[K%s", text);
	if (len > 0)
		io_write_all(STDERR_FILENO, line, (size_t)len);
}

static void
tell(const struct progress *p, uint64_t done, int64_t now)
{
	char text[240];

	describe(p, done, now, false, text, sizeof text);
	notify_status("%s", text);
}

void
progress_update(struct progress *p, uint64_t done)
{
	notify_alive();
	usr1_update(done);
	if (p == NULL)
		return;
	int64_t now = clock_ms();
	if (p->terminal && now - p->drawn_ms >= REDRAW_MS) {
		p->drawn_ms = now;
		draw(p, done, now);
	}
	if (now - p->told_ms >= TELL_MS) {
		p->told_ms = now;
		tell(p, done, now);
	}
}

void
progress_finish(struct progress *p)
{
	usr1_end();
	if (p == NULL)
		return;
	if (p->terminal)
		io_write_all(STDERR_FILENO, "\r\033[K", 4);
	notify_status("%s", "");
	free(p);
}
