/* SPDX-License-Identifier: MIT */
/*
 * Passwords: where they came in they are overwritten, in messages they are hidden, and a process
 * that knows one leaves no core dump.
 */
#ifndef DX_COMMON_SECRET_H
#define DX_COMMON_SECRET_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Finds the password in the URL whose authority starts at P: *LEN bytes at *PASSWORD, from the
 * first colon to the last @, however wrong the rest of the URL is. A list of URLs goes on behind a
 * comma and a scheme. WORD: white space and quotes end the URL, for one that stands in a sentence.
 */
bool secret_find(char *p, bool word, char **password, size_t *len);

/* Overwrites each password in TEXT, URLs separated by commas or USER:PASSWORD@HOST, with stars,
 * where it stands. */
void secret_mask(char *text);

/* Clears TEXT, a string or NULL, and frees it. */
void secret_free(char *text);

/*
 * To be called once a password is known: from now on the kernel writes no core dump of this
 * process, and its memory and environment are read by nobody but root.
 */
void secret_known(void);

#endif
