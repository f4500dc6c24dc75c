/* SPDX-License-Identifier: MIT */
/* Where a question's answer goes that may be asked for in a file. */
#include "marker/output.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
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

int
output_write(const struct call *c, const struct buf *text, struct buf *out)
{
	const char *path = c->output;
	struct stat info;
	int result;

	if (path == NULL || strcmp(path, "-") == 0) {
		buf_add(out, text->data, text->len);
		return EX_OK;
	}
	if (stat(path, &info) == 0 && !S_ISREG(info.st_mode)) {
		int fd = io_open(path, O_WRONLY, 0);
		result = fd >= 0 ? write_all(fd, text) : -1;
	} else {
		result = replace(path, text);
	}
	if (result == 0)
		return EX_OK;
	log_error("%s: cannot be written: %s", path, strerror(errno));
	return EX_IOERR;
}
