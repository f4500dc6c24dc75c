/* SPDX-License-Identifier: MIT */
/*
 * One line of progress on standard error, redrawn in place a few times a second:
 * bar, percentage, rate and time left where the total is known. Draws nothing when
 * standard error is no terminal or when -q was given.
 *
 * On SIGUSR1 the same is said once, as a message, wherever the program is and whatever it waits
 * for.
 */
#ifndef DX_COMMON_PROGRESS_H
#define DX_COMMON_PROGRESS_H

#include <stdint.h>

struct progress;

/* LABEL names the work (copied). TOTAL in bytes, 0 if unknown; START is what was there already and
 * does not count for the rate. */
struct progress *progress_start(const char *label, uint64_t total, uint64_t start);

/* The same for work that another program draws: only SIGUSR1 is answered. */
struct progress *progress_start_hidden(const char *label);

/* DONE bytes of the total so far. Cheap: call it as often as you like. NULL is allowed. */
void progress_update(struct progress *p, uint64_t done);

/* So many records were handled. */
void progress_records(struct progress *p, uint64_t records);

/* Answers SIGUSR1 from now on; no call is interrupted by it. */
void progress_answer(void);

/* Clears the line, so that what is printed next starts on an empty one, and frees P. */
void progress_finish(struct progress *p);

#endif
