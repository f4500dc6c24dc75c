/* SPDX-License-Identifier: MIT */
/* SHA-256 of files on disk. */
#include "fetch/verify.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/io.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/progress.h"
#include "common/stop.h"

#define READ_SIZE (256u << 10)

/* The name of a file without its folder. */
static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static struct progress *
show_progress(int fd, const char *path)
{
	struct stat st;
	char *label = mem_printf("verifying %s", base_name(path));
	uint64_t size = fstat(fd, &st) == 0 ? (uint64_t)st.st_size : 0;
	struct progress *p = progress_start(label, size, 0);

	free(label);
	return p;
}

int
verify_read(int fd, const char *path, struct digest *digest, uint64_t *bytes)
{
	char *data = mem_alloc(READ_SIZE);
	struct progress *progress = show_progress(fd, path);
	uint64_t done = 0;
	ssize_t n;
	int saved;

	while ((n = io_read(fd, data, READ_SIZE)) > 0 && !stop_requested()) {
		digest_add(digest, data, (size_t)n);
		done += (uint64_t)n;
		progress_update(progress, done);
	}
	saved = errno;
	progress_finish(progress);
	free(data);
	*bytes = done;
	if (n == 0)
		return EX_OK;
	if (stop_requested())
		return STOP_STATUS;
	log_error("%s: %s", path, strerror(saved));
	return EX_IOERR;
}

int
verify_file(const char *path, uint64_t *bytes, char *sha256)
{
	struct stat st;
	int fd = io_open(path, O_RDONLY | O_NONBLOCK, 0);

	if (fd < 0 && errno == ENOENT)
		return EX_NOINPUT;
	if (fd < 0 || fstat(fd, &st) != 0) {
		log_error("%s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return EX_IOERR;
	}
	int status = EX_IOERR;
	if (S_ISREG(st.st_mode)) {
		struct digest *digest = digest_new();
		status = verify_read(fd, path, digest, bytes);
		digest_finish(digest, sha256);
		digest_free(digest);
	} else {
		log_error("%s: is not a regular file", path);
	}
	close(fd);
	return status;
}
