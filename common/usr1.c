/* SPDX-License-Identifier: MIT */
/* How far it is, said when a signal asks. */
#include "common/usr1.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "common/log.h"

/* The work that was begun last. The label is only written while nobody looks. */
static struct {
	atomic_bool going_on;
	char label[128];
	_Atomic uint64_t total, start, done, records;
	_Atomic int64_t started_ms;
} work;

/* Takes LABEL as it can stand in a message of any format that a handler writes (log.h). */
static void
set_label(const char *label)
{
	size_t len = 0;

	for (; *label != '\0' && len < sizeof work.label - 1; label++) {
		bool plain = *label >= ' ' && *label <= '~' && *label != '"' && *label != '\\';
		work.label[len++] = plain ? *label : '?';
	}
	work.label[len] = '\0';
}

void
usr1_begin(const char *label, uint64_t total, uint64_t start)
{
	work.going_on = false;
	set_label(label);
	work.total = total;
	work.start = work.done = start;
	work.records = 0;
	work.started_ms = clock_ms();
	work.going_on = true;
}

void
usr1_update(uint64_t done)
{
	work.done = done;
}

void
usr1_records(uint64_t records)
{
	work.records = records;
}

void
usr1_end(void)
{
	work.going_on = false;
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
	uint64_t begun = work.start, gained = done > begun ? done - begun : 0;

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
	if (!work.going_on) {
		answer_text(&a, "nothing under way");
	} else {
		uint64_t total = work.total, done = work.done;
		clock_gettime(CLOCK_MONOTONIC, &ts);
		int64_t ms = (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000 - work.started_ms;
		answer_text(&a, work.label);
		answer_text(&a, ": ");
		if (total > 0) {
			answer_number(&a, done >= total ? 100 : done * 100 / total);
			answer_text(&a, "%, ");
		}
		answer_number(&a, done / 1000000);
		answer_text(&a, " MB");
		if (work.records > 0) {
			answer_text(&a, ", ");
			answer_number(&a, work.records);
			answer_text(&a, " records");
		}
		answer_rate(&a, done, ms > 0 ? (uint64_t)ms : 0);
	}
	log_from_handler(a.text, a.len);
	errno = saved;
}

void
usr1_answer(void)
{
	struct sigaction action;

	memset(&action, 0, sizeof action);
	action.sa_handler = on_usr1;
	action.sa_flags = SA_RESTART;
	sigemptyset(&action.sa_mask);
	sigaction(SIGUSR1, &action, NULL);
}
