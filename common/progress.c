/* SPDX-License-Identifier: MIT */
/* One line of progress on standard error. */
#include "common/progress.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
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
	bool drawn;
};

/* What SIGUSR1 is answered with: the work that was begun last. The label is only written while
 * nobody looks. */
static struct {
	atomic_bool working;
	char label[128];
	_Atomic uint64_t total, start, done, records;
	_Atomic int64_t started_ms;
} now_doing;

static struct progress *
start(const char *label, uint64_t total, uint64_t begun, bool drawn)
{
	struct progress *p = mem_zero(1, sizeof *p);

	p->label = mem_strdup(label);
	p->total = total;
	p->start = begun;
	p->started_ms = p->drawn_ms = clock_ms();
	p->drawn = drawn && log_level() >= 0 && isatty(STDERR_FILENO);
	now_doing.working = false;
	log_escape(now_doing.label, sizeof now_doing.label, label, strlen(label));
	now_doing.total = total;
	now_doing.start = now_doing.done = begun;
	now_doing.records = 0;
	now_doing.started_ms = p->started_ms;
	now_doing.working = true;
	return p;
}

struct progress *
progress_start(const char *label, uint64_t total, uint64_t begun)
{
	return start(label, total, begun, true);
}

struct progress *
progress_start_hidden(const char *label)
{
	return start(label, 0, 0, false);
}

/* A text that is made in a signal handler, where printf(3) is not allowed. */
struct answer {
	char text[256];
	size_t len;
};

static void
answer_text(struct answer *a, const char *text)
{
	while (*text != '\0' && a->len < sizeof a->text)
		a->text[a->len++] = *text++;
}

static void
answer_number(struct answer *a, uint64_t n)
{
	char digits[24];
	size_t i = sizeof digits;

	digits[--i] = '\0';
	do
		digits[--i] = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	answer_text(a, digits + i);
}

static void
answer_rate(struct answer *a, uint64_t done, uint64_t ms)
{
	uint64_t begun = now_doing.start, gained = done > begun ? done - begun : 0;

	answer_text(a, ", ");
	answer_number(a, ms / 1000);
	answer_text(a, " s");
	if (ms == 0 || gained == 0)
		return;
	answer_text(a, ", ");
	answer_number(a, gained / ms / 1000);
	answer_text(a, " MB/s");
}

/* Says how far the work is; only calls that signal-safety(7) lists. */
static void
on_usr1(int number)
{
	struct answer a = {.len = 0};
	struct timespec ts;
	int saved = errno;

	(void)number;
	if (!now_doing.working) {
		answer_text(&a, "nothing under way");
	} else {
		uint64_t total = now_doing.total, done = now_doing.done;
		clock_gettime(CLOCK_MONOTONIC, &ts);
		int64_t ms = (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000 -
		    now_doing.started_ms;
		answer_text(&a, now_doing.label);
		answer_text(&a, ": ");
		if (total > 0) {
			answer_number(&a, done >= total ? 100 : done * 100 / total);
			answer_text(&a, "%, ");
		}
		answer_number(&a, done / 1000000);
		answer_text(&a, " MB");
		if (now_doing.records > 0) {
			answer_text(&a, ", ");
			answer_number(&a, now_doing.records);
			answer_text(&a, " records");
		}
		answer_rate(&a, done, ms > 0 ? (uint64_t)ms : 0);
	}
	log_from_handler(a.text, a.len);
	errno = saved;
}

void
progress_answer(void)
{
	struct sigaction action;

	memset(&action, 0, sizeof action);
	action.sa_handler = on_usr1;
	action.sa_flags = SA_RESTART;
	sigemptyset(&action.sa_mask);
	sigaction(SIGUSR1, &action, NULL);
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
	now_doing.done = done;
	if (!p->drawn)
		return;
	int64_t now = clock_ms();
	if (now - p->drawn_ms < REDRAW_MS)
		return;
	p->drawn_ms = now;
	draw(p, done, now);
}

void
progress_records(struct progress *p, uint64_t records)
{
	if (p != NULL)
		now_doing.records = records;
}

void
progress_finish(struct progress *p)
{
	if (p == NULL)
		return;
	now_doing.working = false;
	if (p->drawn)
		io_write_all(STDERR_FILENO, "\r\033[K", 4);
	free(p->label);
	free(p);
}
