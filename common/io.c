/* SPDX-License-Identifier: MIT */
/* Reading and writing that must be right once. */
#include "common/io.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/log.h"
#include "common/mem.h"
#include "common/notify.h"
#include "common/stop.h"

/* The longest wait in poll(2): a signal that comes just before it must be seen soon. */
#define WAIT_MS 250

int
io_open(const char *path, int flags, mode_t mode)
{
	int fd;

	do
		fd = open(path, flags | O_CLOEXEC, mode);
	while (fd < 0 && errno == EINTR && !stop_requested());
	return fd;
}

/* Whether the last byte of the file PATH, of SIZE bytes, is known to be no LF. */
static bool
lacks_end(const char *path, off_t size)
{
	char last = '\n';
	int fd = size > 0 ? io_open(path, O_RDONLY, 0) : -1;

	if (fd < 0)
		return false;
	if (io_read_at(fd, &last, 1, size - 1) != 1)
		last = '\n';
	close(fd);
	return last != '\n';
}

int
io_open_lines(const char *path)
{
	struct stat st;
	int fd = io_open(path, O_WRONLY | O_APPEND | O_CREAT, 0666);

	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || !lacks_end(path, st.st_size))
		return fd;
	if (io_write_all(fd, "\n", 1) == 0)
		return fd;
	int saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

int
io_open_status(int error)
{
	static const int not_there[] = {ENOENT, ENOTDIR, EACCES, EPERM, EISDIR, ELOOP,
	    ENAMETOOLONG};

	for (size_t i = 0; i < sizeof not_there / sizeof *not_there; i++)
		if (error == not_there[i])
			return EX_NOINPUT;
	return EX_IOERR;
}

int
io_sync(int fd)
{
	int result;

	do
		result = fsync(fd);
	while (result != 0 && errno == EINTR);
	return result;
}

int
io_sync_data(int fd)
{
	int result;

	do
		result = fdatasync(fd);
	while (result != 0 && errno == EINTR);
	return result;
}

int
io_close_synced(int fd)
{
	return close(fd) == 0 || errno == EINTR ? 0 : -1;
}

int
io_truncate(int fd, off_t len)
{
	int result;

	do
		result = ftruncate(fd, len);
	while (result != 0 && errno == EINTR);
	return result;
}

int
io_try_lock(int fd)
{
	int result;

	do
		result = flock(fd, LOCK_EX | LOCK_NB);
	while (result != 0 && errno == EINTR);
	return result;
}

/*
 * Whether the call that failed with errno is to be repeated, perhaps after a moment's wait for
 * EVENTS of FD: with a watchdog we never block in it, and who shares FD with us may have asked for
 * the same.
 */
static bool
is_repeated(int fd, short events)
{
	struct pollfd wanted = {.fd = fd, .events = events};

	if (errno != EAGAIN)
		return errno == EINTR;
	if (notify_wait(fd, events) < 0)
		poll(&wanted, 1, WAIT_MS);
	return true;
}

static int
write_all(int fd, const void *data, size_t len, bool stoppable)
{
	const char *p = data;

	while (len > 0) {
		ssize_t n = write(fd, p, len);
		if (n < 0 && !is_repeated(fd, POLLOUT))
			return -1;
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		}
		/* A signal shows as EINTR, or as a short count if part was written. */
		if (stoppable && len > 0 && stop_requested()) {
			errno = EINTR;
			return -1;
		}
	}
	return 0;
}

int
io_write_all(int fd, const void *data, size_t len)
{
	return write_all(fd, data, len, false);
}

int
io_write_stoppable(int fd, const void *data, size_t len)
{
	return write_all(fd, data, len, true);
}

ssize_t
io_read(int fd, void *data, size_t size)
{
	while (!stop_requested()) {
		if (notify_wait(fd, POLLIN) == 0)
			continue;
		ssize_t n = read(fd, data, size);
		if (n >= 0 || !is_repeated(fd, POLLIN))
			return n;
	}
	errno = EINTR;
	return -1;
}

ssize_t
io_read_at(int fd, void *data, size_t size, off_t at)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = pread(fd, (char *)data + done, size - done, at + (off_t)done);
		if (n == 0)
			break;
		if (n < 0 && errno != EINTR)
			return -1;
		done += n > 0 ? (size_t)n : 0;
	}
	return (ssize_t)done;
}

int
io_read_file(const char *path, size_t max, char **data, size_t *len)
{
	int fd = io_open(path, O_RDONLY, 0);
	if (fd < 0)
		return -1;

	char *text = NULL;
	size_t used = 0, cap = 0;
	for (;;) {
		if (cap - used < 2) {
			cap = cap == 0 ? 8192 : cap * 2;
			text = mem_resize(text, cap, 1);
		}
		ssize_t n = io_read(fd, text + used, cap - used - 1);
		if (n == 0)
			break;
		used += n > 0 ? (size_t)n : 0;
		if (n > 0 && used <= max)
			continue;
		int saved = n < 0 ? errno : EFBIG;
		free(text);
		close(fd);
		errno = saved;
		return -1;
	}
	close(fd);
	text[used] = '\0';
	*data = text;
	*len = used;
	return 0;
}

int
io_sync_parent(const char *path)
{
	char *copy = mem_strdup(path);
	int fd = io_open(dirname(copy), O_RDONLY | O_DIRECTORY, 0);
	free(copy);
	if (fd < 0)
		return -1;
	int result = io_sync(fd);
	int saved = errno;
	close(fd);
	errno = saved;
	return result;
}

/* Writes and syncs the new file; -1 leaves nothing open. */
static int
write_durably(int fd, const void *data, size_t len)
{
	if (fchmod(fd, 0644) == 0 && io_write_all(fd, data, len) == 0 && io_sync(fd) == 0)
		return io_close_synced(fd);
	int saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

/* Removes PATH and keeps errno. */
static void
remove_quietly(const char *path)
{
	int saved = errno;

	unlink(path);
	errno = saved;
}

/* Copies what is left in FROM to TO. */
static int
copy_bytes(int from, int to)
{
	char bytes[16384];
	ssize_t n;

	while ((n = io_read(from, bytes, sizeof bytes)) > 0)
		if (io_write_all(to, bytes, (size_t)n) != 0)
			return -1;
	return n == 0 ? 0 : -1;
}

/* Makes NAME, which must not be there, a durable copy of PATH. */
static int
copy_durably(const char *path, const char *name)
{
	int from = io_open(path, O_RDONLY, 0);
	if (from < 0)
		return -1;
	int to = io_open(name, O_WRONLY | O_CREAT | O_EXCL, 0644);
	int result = to >= 0 ? copy_bytes(from, to) : -1;
	if (to >= 0) {
		/* Nothing of its own to be written: the mode, the sync, the close. */
		if (write_durably(to, "", 0) != 0)
			result = -1;
		if (result != 0)
			remove_quietly(name);
	}
	int saved = errno;
	close(from);
	errno = saved;
	return result;
}

int
io_keep(const char *path, const char *name)
{
	if (link(path, name) == 0)
		return 0;
	/* VFAT, many FUSE and network file systems; or a file that has all the links it can. */
	if (errno != EPERM && errno != ENOTSUP && errno != EMLINK && errno != ENOSYS)
		return -1;
	return copy_durably(path, name);
}

/* Lets BACKUP name the file that PATH names now; no file yet is fine. */
static int
keep_old(const char *path, const char *backup)
{
	/* A link and a rename, so that neither name is ever missing. */
	char *name = mem_printf("%s.tmp", backup);
	int result = -1;

	if (unlink(name) == 0 || errno == ENOENT) {
		if (io_keep(path, name) == 0) {
			result = rename(name, backup);
			/* It is still there on failure, or if both were one file. */
			remove_quietly(name);
		} else if (errno == ENOENT) {
			result = 0;
		}
	}
	free(name);
	return result;
}

int
io_replace_file(const char *path, const void *data, size_t len, const char *backup)
{
	char *temp = mem_printf("%s.tmp", path);
	int result = -1;

	/* One that was left by a kill -9 gives way, whatever and whose it is. */
	unlink(temp);
	int fd = io_open(temp, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fd < 0) {
		log_error("%s: %s", path, strerror(errno));
		free(temp);
		return -1;
	}
	if (write_durably(fd, data, len) == 0 && (backup == NULL || keep_old(path, backup) == 0) &&
	    rename(temp, path) == 0) {
		result = io_sync_parent(path);
		if (result != 0)
			log_error("%s: cannot make the folder durable: %s", path, strerror(errno));
	} else {
		log_error("%s: cannot be written: %s", path, strerror(errno));
		remove_quietly(temp);
	}
	free(temp);
	return result;
}

/* Makes one folder; one that is there is fine. */
static int
make_dir(const char *path)
{
	struct stat st;

	if (mkdir(path, 0777) == 0 ||
	    (errno == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode)))
		return 0;
	log_error("%s: %s", path, strerror(errno));
	return -1;
}

int
io_make_dirs(const char *path)
{
	char *copy = mem_strdup(path);
	int result = 0;

	for (char *p = copy; result == 0 && *p != '\0'; p++) {
		if (*p != '/' || p == copy)
			continue;
		*p = '\0';
		result = make_dir(copy);
		*p = '/';
	}
	if (result == 0)
		result = make_dir(copy);
	free(copy);
	return result;
}

int
io_finish_stdout(void)
{
	bool failed = ferror(stdout) != 0;

	errno = 0;
	bool closed = fclose(stdout) == 0;
	mem_work_done();
	if (closed && !failed)
		return 0;
	log_error("standard output: %s", errno != 0 ? strerror(errno) : "write error");
	return -1;
}
