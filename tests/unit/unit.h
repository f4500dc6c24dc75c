/* SPDX-License-Identifier: MIT */
/* What every unit test program is made of: one suite, run as TAP. */
#ifndef DX_TESTS_UNIT_H
#define DX_TESTS_UNIT_H

#include <check.h>
#include <stddef.h>

/* Runs SUITE, prints TAP on standard output; the value for main to return: 0 if all passed. Frees
 * SUITE. */
int unit_run(Suite *suite);

/* Makes a new empty folder, removed with all in it when the program ends. Returns its path, for the
 * caller to free. */
char *unit_folder(void);

/* A copy of the LEN bytes at DATA with PADDING bytes behind it, all of which look like more of an
 * XML document, and nothing behind those. For the caller to free. */
char *unit_padded(const char *data, size_t len, size_t padding);

#endif
