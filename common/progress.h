/* SPDX-License-Identifier: MIT */
/*
 * One line of progress on standard error, redrawn in place a few times a second:
 * bar, percentage, rate and time left where the total is known, as far as there is room. Draws
 * nothing when standard error is no terminal or when -q was given. A service manager that listens
 * (notify.h) is told the same every second, and SIGUSR1 is answered with it (usr1.h).
 */
#ifndef DX_COMMON_PROGRESS_H
#define DX_COMMON_PROGRESS_H

#include <stdint.h>

struct progress;

/* LABEL names the work (copied). TOTAL in bytes, 0 if unknown; START is what was there already and
 * does not count for the rate. */
struct progress *progress_start(const char *label, uint64_t total, uint64_t start);

/* DONE bytes of the total so far. Also tells a watchdog that we live (notify.h). Cheap: call it as
 * often as you like. NULL is allowed. */
void progress_update(struct progress *p, uint64_t done);

/* Clears the line, so that what is printed next starts on an empty one, and frees P. */
void progress_finish(struct progress *p);

#endif
