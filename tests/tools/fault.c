/* SPDX-License-Identifier: MIT */
/*
 * A library to preload: one call of one program fails, or does less than it was asked to. For what
 * strace cannot inject honestly: a close that closes and then fails, a read or write that is short.
 *
 *   cc -shared -fPIC -o fault.so tests/tools/fault.c
 *   FAULT=CALL:N:WHAT:PROGRAM:LOG LD_PRELOAD=./fault.so dx-parse FILE
 *
 * CALL is read, pread64, write or close; WHAT is `short` (half of it, one byte at least) or the
 * name of an error. The fault is told in the file LOG. With WHAT `list` nothing fails and each call
 * is told: CALL, N and the file of its descriptor, with tabs between.
 */
#define _GNU_SOURCE
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum call { CALL_READ, CALL_PREAD, CALL_WRITE, CALL_CLOSE, CALLS };

static const char *const names[CALLS] = {"read", "pread64", "write", "close"};
static atomic_int counts[CALLS];

/* What FAULT says; empty in any other program. */
static char call_name[16], what[16], log_path[512];
static int wanted;

__attribute__((constructor)) static void
read_settings(void)
{
	const char *text = getenv("FAULT");
	char program[64];

	if (text == NULL ||
	    sscanf(text, "%15[^:]:%d:%15[^:]:%63[^:]:%511s", call_name, &wanted, what, program,
		log_path) != 5 ||
	    strcmp(program, program_invocation_short_name) != 0)
		what[0] = '\0';
}

static void
tell(enum call call, int n, int fd)
{
	char link[32], file[512] = "-", line[640];
	int saved = errno;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t len = syscall(SYS_readlink, link, file, sizeof file - 1);
	if (len > 0)
		file[len] = '\0';
	int length = snprintf(line, sizeof line, "%s\t%d\t%d<%s>\n", names[call], n, fd, file);
	long log = syscall(SYS_openat, AT_FDCWD, log_path, O_WRONLY | O_CREAT | O_APPEND, 0666);
	syscall(SYS_write, log, line, length);
	syscall(SYS_close, log);
	errno = saved;
}

static int
error_number(void)
{
	static const struct {
		const char *name;
		int number;
	} errors[] = {{"EIO", EIO}, {"ENOSPC", ENOSPC}, {"EDQUOT", EDQUOT}, {"EINTR", EINTR}};

	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
		if (strcmp(what, errors[i].name) == 0)
			return errors[i].number;
	return ENOSYS;
}

/* Whether this is the call that is wanted. */
static bool
comes(enum call call, int fd)
{
	if (what[0] == '\0')
		return false;
	int n = atomic_fetch_add(&counts[call], 1) + 1;
	bool list = strcmp(what, "list") == 0;
	bool hit = strcmp(names[call], call_name) == 0 && n == wanted;
	if (list || hit)
		tell(call, n, fd);
	return hit && !list;
}

static size_t
shorter(size_t size)
{
	return size > 1 ? size / 2 : size;
}

/* A call that moves SIZE bytes: fails, or is given less. True if it failed. */
static bool
faulty(enum call call, int fd, size_t *size)
{
	if (!comes(call, fd))
		return false;
	if (strcmp(what, "short") == 0) {
		*size = shorter(*size);
		return false;
	}
	errno = error_number();
	return true;
}

ssize_t
read(int fd, void *data, size_t size)
{
	return faulty(CALL_READ, fd, &size) ? -1 : syscall(SYS_read, fd, data, size);
}

ssize_t
__read_chk(int fd, void *data, size_t size, size_t room)
{
	(void)room;
	return read(fd, data, size);
}

ssize_t
pread(int fd, void *data, size_t size, off_t at)
{
	return faulty(CALL_PREAD, fd, &size) ? -1 : syscall(SYS_pread64, fd, data, size, at);
}

ssize_t
__pread_chk(int fd, void *data, size_t size, off_t at, size_t room)
{
	(void)room;
	return pread(fd, data, size, at);
}

ssize_t
write(int fd, const void *data, size_t size)
{
	return faulty(CALL_WRITE, fd, &size) ? -1 : syscall(SYS_write, fd, data, size);
}

int
close(int fd)
{
	bool hit = comes(CALL_CLOSE, fd);
	int result = (int)syscall(SYS_close, fd);

	if (!hit)
		return result;
	errno = error_number();
	return -1;
}
