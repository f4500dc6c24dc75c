/* SPDX-License-Identifier: MIT */
/* One line of progress on standard error. */
#include "common/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/io.h"
#include "common/log.h"
#include "common/mem.h"

#define REDRAW_MS 200
#define BAR_WIDTH 24

struct progress {
	char *label;
	uint64_t total;
	uint64_t start;
	int64_t started_ms;
	int64_t drawn_ms;
};

struct progress *
progress_start(const char *label, uint64_t total, uint64_t start)
{
	if (log_level() < 0 || !isatty(STDERR_FILENO))
		return NULL;
	struct progress *p = mem_zero(1, sizeof *p);
	p->label = mem_strdup(label);
	p->total = total;
	p->start = start;
	p->started_ms = p->drawn_ms = clock_ms();
	return p;
}

/* "[#####     ]  42% " of the work, or nothing where the total is not known. */
static int
draw_bar(char *out, size_t size, uint64_t done, uint64_t total)
{
	char bar[BAR_WIDTH + 1];

	if (total == 0)
		return snprintf(out, size, "%s", "");
	double part = done >= total ? 1.0 : (double)done / (double)total;
	size_t filled = (size_t)(part * BAR_WIDTH);
	memset(bar, ' ', BAR_WIDTH);
	memset(bar, '#', filled);
	bar[BAR_WIDTH] = '\0';
	return snprintf(out, size, "[%s] %3d%% ", bar, (int)(part * 100));
}

static void
draw(const struct progress *p, uint64_t done, int64_t now)
{
	char line[256], bar[64], left[64] = "";
	double seconds = (double)(now - p->started_ms) / 1000;
	double rate = seconds > 0 ? (double)(done - p->start) / seconds : 0;

	draw_bar(bar, sizeof bar, done, p->total);
	if (p->total > done && rate > 0) {
		long long s = (long long)((double)(p->total - done) / rate);
		snprintf(left, sizeof left, "  %lld:%02lld:%02lld left", s / 3600, s / 60 % 60,
		    s % 60);
	}
	int len = snprintf(line, sizeof line, "\r\033[K%.60s %s%.1f MB  %.1f MB/s%s", p->label, bar,
	    (double)done / 1e6, rate / 1e6, left);
	if (len > 0)
		io_write_all(STDERR_FILENO, line,
		    (size_t)len < sizeof line ? (size_t)len : sizeof line - 1);
}

void
progress_update(struct progress *p, uint64_t done)
{
	if (p == NULL)
		return;
	int64_t now = clock_ms();
	if (now - p->drawn_ms < REDRAW_MS)
		return;
	p->drawn_ms = now;
	draw(p, done, now);
}

void
progress_finish(struct progress *p)
{
	if (p == NULL)
		return;
	io_write_all(STDERR_FILENO, "\r\033[K", 4);
	free(p->label);
	free(p);
}
