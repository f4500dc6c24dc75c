/* SPDX-License-Identifier: MIT */
/*
 * Ending on request: SIGTERM, SIGINT and SIGHUP set a flag that the programs
 * look at between records. What is safe is then recorded, and the exit status is
 * STOP_STATUS: the same command continues the work.
 */
#ifndef DX_COMMON_STOP_H
#define DX_COMMON_STOP_H

#include <stdbool.h>
#include <sysexits.h>

/* Stopped by a signal, nothing wrong: run again to go on. */
#define STOP_STATUS EX_TEMPFAIL

/* Installs the handlers, without SA_RESTART, so that a blocked call returns with EINTR. */
void stop_install(void);

/* True once one of the signals came. */
bool stop_requested(void);

/* Which of them came, 0 if none did. */
int stop_signal(void);

#endif
