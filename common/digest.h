/* SPDX-License-Identifier: MIT */
/* SHA-256 (FIPS 180-4) over libcrypto. */
#ifndef DX_COMMON_DIGEST_H
#define DX_COMMON_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

/* Size of a digest as text with its end: 64 lower-case hex digits. */
#define DIGEST_TEXT_SIZE 65

struct digest;

/* Returns a hash of nothing yet; digest_free(NULL) is allowed. A failure of libcrypto ends the
 * program with 71. */
struct digest *digest_new(void);
void digest_free(struct digest *d);

/* Adds LEN bytes. */
void digest_add(struct digest *d, const void *data, size_t len);

/* Writes the digest to OUT (DIGEST_TEXT_SIZE bytes) and starts afresh. */
void digest_finish(struct digest *d, char *out);

/* Writes the digest of what was added so far to OUT (DIGEST_TEXT_SIZE bytes); more may be added. */
void digest_peek(const struct digest *d, char *out);

/* Whether TEXT is 64 lower-case hex digits. */
bool digest_valid(const char *text);

#endif
