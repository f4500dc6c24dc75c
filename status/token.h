/* SPDX-License-Identifier: MIT */
/*
 * The token that lets a request start something. It comes from a file, and only its SHA-256 is
 * kept: two digests can be compared without telling by the time it takes how much was right.
 */
#ifndef DX_STATUS_TOKEN_H
#define DX_STATUS_TOKEN_H

#include <stdbool.h>

#include "common/digest.h"

struct token {
	bool known; /* else there is none, and nothing is allowed */
	char digest[DIGEST_TEXT_SIZE];
};

/*
 * Takes the first line of FILE: STATUS_TOKEN_MIN to STATUS_TOKEN_MAX printable characters of ASCII
 * without spaces. A file that others may read is warned of. Returns EX_OK; EX_NOINPUT if it cannot
 * be read, EX_CONFIG if it holds no token. Reports.
 */
int token_read(struct token *t, const char *file);

/* Whether AUTHORIZATION, the value of that header or NULL, is `Bearer` and the token. */
bool token_matches(const struct token *t, const char *authorization);

#endif
