/* SPDX-License-Identifier: MIT */
/* Other programs, started with as little as they need and, if wanted, waited for with bounds. */
#ifndef DX_COMMON_CHILD_H
#define DX_COMMON_CHILD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/buf.h"

/*
 * Starts PROGRAM, a path or a name in PATH, with its standard output on OUT and nothing to read;
 * standard error is ours. It leads a process group of its own and has SIGPIPE as from a shell.
 * Returns 0 and its *PID, or an errno.
 */
int child_start(const char *program, const char *const argv[], int out, pid_t *pid);

struct child_limits {
	int64_t time_ms; /* it is to end within this time */
	size_t bytes; /* and to print no more */
};

/* What child_run returns if there is no exit status; a message was written. */
#define CHILD_FAILED (-1)

/*
 * Runs PROGRAM as child_start does, appends what it prints to OUT and waits for its end. Who goes
 * beyond LIMITS is killed with its process group. Returns its exit status or CHILD_FAILED: not to
 * be run, not within the limits, or ended by a signal. OUT is then not to be used.
 */
int child_run(const char *program, const char *const argv[], const struct child_limits *limits,
    struct buf *out);

#endif
