/* SPDX-License-Identifier: MIT */
/*
 * Calls of dx-marker(1). A stage knows the names of operations and what they
 * print; the marker's format is dx-marker's alone.
 */
#ifndef DX_COMMON_MARKER_H
#define DX_COMMON_MARKER_H

#include <stdbool.h>
#include <stddef.h>

/* The program that all these run: $DX_MARKER, or the dx-marker in the folder of the running
 * program, or the one in PATH. The caller frees. */
char *marker_program(void);

/*
 * Runs `dx-marker ARGS...` (NULL-terminated, without the program's name) and waits
 * for it. What it prints is returned in *OUTPUT, terminated, without the last LF,
 * for the caller to free; OUTPUT may be NULL. Its messages go to our standard
 * error. Returns its exit status, EX_OSERR (71) if it could not be run, STOP_STATUS (75)
 * if SIGHUP, SIGINT, SIGKILL or SIGTERM ended it, EX_SOFTWARE (70) if another signal did, EX_IOERR
 * (74) if its answer could not be read: in all cases a message is written. Signals to our process
 * group do not reach it; if a stop is asked for (stop.h) and it is not done a second later, it gets
 * one SIGTERM, which ends its waiting for the lock.
 */
int marker_run(const char *const args[], char **output);

/* marker_run of `-f PATH OPERATION ARGS...`, the arguments after PATH up to a NULL. Who is quiet
 * (log.h) wants no warnings of dx-marker either. */
int marker_call(const char *path, char **output, const char *operation, ...)
    __attribute__((sentinel));

/*
 * The same in two steps, for who has other work meanwhile: marker_start does not wait and never
 * returns NULL, even if the program cannot be run. marker_finish waits for the end, frees JOB and
 * returns as marker_run. marker_ended tells whether that will take no time, for an operation that
 * prints nothing.
 */
struct marker_job;
struct marker_job *marker_start(const char *const args[]);
bool marker_ended(const struct marker_job *job);
int marker_finish(struct marker_job *job, char **output);

#endif
