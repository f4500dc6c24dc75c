/* SPDX-License-Identifier: MIT */
/* SHA-256 of files on disk. */
#ifndef DX_FETCH_VERIFY_H
#define DX_FETCH_VERIFY_H

#include <stdint.h>

#include "common/digest.h"

/*
 * Adds what FD holds from its offset to its end to DIGEST; *BYTES becomes how much that was. PATH
 * names it in messages. 0, STOP_STATUS when a stop was asked for (no message), or EX_IOERR.
 */
int verify_read(int fd, const char *path, struct digest *digest, uint64_t *bytes);

/*
 * Reads the file PATH: its size into *BYTES, its digest into SHA256 (DIGEST_TEXT_SIZE bytes).
 * 0, as verify_read, EX_NOINPUT if it is not there (no message), or EX_IOERR if it is no regular
 * file.
 */
int verify_file(const char *path, uint64_t *bytes, char *sha256);

#endif
