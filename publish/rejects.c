/* SPDX-License-Identifier: MIT */
/* The rejects file. */
#include "publish/rejects.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/io.h"
#include "common/log.h"
#include "common/mem.h"

struct rejects {
	const char *path; /* lives as long as the program */
	int fd;
};

struct rejects *
rejects_open(const char *path)
{
	int fd = io_open_lines(path);

	if (fd < 0) {
		log_error("%s: %s", path, strerror(errno));
		return NULL;
	}
	struct rejects *r = mem_alloc(sizeof *r);
	*r = (struct rejects){path, fd};
	return r;
}

int
rejects_add(struct rejects *r, const struct message *m, const char *reason)
{
	struct buf line = {0};

	/* REASON is ours and the body is JSON, so nothing needs to be escaped. */
	buf_printf(&line, "{\"line\":%llu,\"bytes\":%zu,\"reason\":\"%s\",\"record\":",
	    (unsigned long long)m->line, m->len, reason);
	buf_add(&line, m->body, m->len);
	buf_add_str(&line, "}\n");
	int result = io_write_all(r->fd, line.data, line.len);
	/* EINVAL: a pipe or terminal, which cannot be made durable. */
	if (result == 0 && io_sync(r->fd) != 0 && errno != EINVAL && errno != EROFS)
		result = -1;
	if (result != 0)
		log_error("%s: %s", r->path, strerror(errno));
	buf_free(&line);
	return result;
}

void
rejects_close(struct rejects *r)
{
	if (r == NULL)
		return;
	close(r->fd);
	free(r);
}
