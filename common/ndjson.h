/* SPDX-License-Identifier: MIT */
/*
 * Reading newline-delimited JSON from a descriptor: whole lines, however the
 * reads are cut, and the ways a stream can end told apart (dx-stream(5)).
 */
#ifndef DX_COMMON_NDJSON_H
#define DX_COMMON_NDJSON_H

#include <stddef.h>
#include <stdint.h>

enum ndjson_result {
	NDJSON_LINE, /* a line */
	NDJSON_MORE, /* none complete yet: call ndjson_fill */
	NDJSON_END, /* end of file after a whole line */
	NDJSON_UNTERMINATED, /* end of file inside a line: its writer died */
	NDJSON_TOO_LONG, /* the line is over the limit */
	NDJSON_ERROR /* read failed, errno is set; EINTR when a stop was asked for */
};

struct ndjson;

/* Reads from FD, which stays the caller's. MAX_LINE bounds a line with its LF, in bytes. */
struct ndjson *ndjson_open(int fd, size_t max_line);
void ndjson_close(struct ndjson *reader);

/* Gives the reader LEN bytes that somebody read from FD already, before the first take. Copies. */
void ndjson_prefill(struct ndjson *reader, const char *data, size_t len);

/*
 * Takes the next line out of what was read so far; never blocks. On NDJSON_LINE
 * *LINE is *LEN bytes without the LF, followed by a NUL, and lives until the next
 * call of any function here.
 */
enum ndjson_result ndjson_take(struct ndjson *reader, char **line, size_t *len);

/* Does one read(2), which may block. 0, or -1 with errno. End of file is seen by the next
 * ndjson_take. */
int ndjson_fill(struct ndjson *reader);

/* ndjson_take, with ndjson_fill as often as it needs: never NDJSON_MORE. */
enum ndjson_result ndjson_next(struct ndjson *reader, char **line, size_t *len);

/* The number of the line taken last, from 1; after a failure, of the line that failed. */
uint64_t ndjson_line_number(const struct ndjson *reader);

#endif
