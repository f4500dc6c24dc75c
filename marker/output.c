/* SPDX-License-Identifier: MIT */
/* Where a question's answer goes that may be asked for in a file. */
#include "marker/output.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/io.h"
#include "common/log.h"
#include "common/mem.h"

/* Writes TEXT to FD, which it closes. */
static int
write_all(int fd, const struct buf *text)
{
	if (io_write_all(fd, text->data, text->len) == 0)
		return io_close_synced(fd);
	int saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

/* Puts TEXT into the place of the file PATH. Its temporary file has a name of its own, since no
 * lock keeps two writers apart, and one that does not end as PATH does: collectors go by the end.
 */
static int
replace(const char *path, const struct buf *text)
{
	char *temp = mem_printf("%s.XXXXXX", path);
	int fd = mkstemp(temp);
	int result = -1;

	if (fd >= 0 && fchmod(fd, 0644) == 0 && write_all(fd, text) == 0)
		result = rename(temp, path);
	if (fd >= 0 && result != 0) {
		int saved = errno;
		unlink(temp);
		errno = saved;
	}
	free(temp);
	return result;
}

/* Whether INFO is of what standard output is: a name such as /dev/stdout. */
static bool
is_standard_output(const struct stat *info)
{
	struct stat own;

	return fstat(STDOUT_FILENO, &own) == 0 && own.st_dev == info->st_dev &&
	    own.st_ino == info->st_ino;
}

/* Writes TEXT to what is at PATH, as INFO says, or puts it there; INFO is NULL if nothing is. A
 * link stays: what it leads to is replaced. */
static int
write_to(const char *path, const struct stat *info, const struct buf *text)
{
	if (info == NULL)
		return replace(path, text);
	if (!S_ISREG(info->st_mode)) {
		int fd = io_open(path, O_WRONLY, 0);
		return fd >= 0 ? write_all(fd, text) : -1;
	}
	char *target = realpath(path, NULL);
	int result = target != NULL ? replace(target, text) : -1;
	free(target);
	return result;
}

int
output_write(const struct call *c, const struct buf *text, struct buf *out)
{
	const char *path = c->output;
	struct stat info;
	bool there = path != NULL && stat(path, &info) == 0;

	if (path == NULL || strcmp(path, "-") == 0 || (there && is_standard_output(&info))) {
		buf_add(out, text->data, text->len);
		return EX_OK;
	}
	/* A link to nothing is not overwritten. */
	if (!there && lstat(path, &info) == 0)
		errno = ENOENT;
	else if (write_to(path, there ? &info : NULL, text) == 0)
		return EX_OK;
	log_error("%s: cannot be written: %s", path, strerror(errno));
	return EX_IOERR;
}
