/* SPDX-License-Identifier: MIT */
/*
 * A library to preload: read(2) gives at most $SHORTREAD bytes, as a pipe or a slow disk may.
 *
 *   cc -shared -fPIC -o shortread.so tests/tools/shortread.c
 *   SHORTREAD=7 LD_PRELOAD=./shortread.so dx-parse FILE
 */
#include <sys/syscall.h>

#include <stdlib.h>
#include <unistd.h>

ssize_t
read(int fd, void *data, size_t size)
{
	const char *most = getenv("SHORTREAD");
	size_t limit = most != NULL ? strtoul(most, NULL, 10) : 0;

	return syscall(SYS_read, fd, data, limit > 0 && size > limit ? limit : size);
}
