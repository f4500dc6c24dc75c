/* SPDX-License-Identifier: MIT */
/*
 * On SIGUSR1 a program says in one message how far it is, wherever it is and whatever it waits for.
 * Work that is shown as progress (progress.h) is known here too.
 */
#ifndef DX_COMMON_USR1_H
#define DX_COMMON_USR1_H

#include <stdint.h>

/* Answers from now on; no call is interrupted by it. */
void usr1_answer(void);

/* Work on LABEL begins, of TOTAL bytes, 0 if unknown, of which START were there already. One at a
 * time. */
void usr1_begin(const char *label, uint64_t total, uint64_t start);

/* So many bytes are done, so many records were handled. Cheap. */
void usr1_update(uint64_t done);
void usr1_records(uint64_t records);

/* The work is over. */
void usr1_end(void);

#endif
