/* SPDX-License-Identifier: MIT */
/*
 * The sink of file:DIR.
 *
 * A file has a durable length: all before it is on disk and counted. Lines go through
 * a buffer to the file, behind that length; an fsync moves it. A write that fails, a full disk
 * above all, cuts the file back to it, so that what lies there is what was counted.
 */
#include "publish/spool.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/io.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/notify.h"
#include "common/stop.h"
#include "publish/limits.h"

/* One file, opened when it is first needed. */
struct spool_file {
	char *path;
	int fd; /* -1: not open */
	off_t durable; /* bytes */
	struct buf buffer; /* not written yet */
	uint64_t waiting; /* lines behind the durable length, the buffer's included */
};

struct spool {
	struct sink sink;
	struct sink_setup setup;
	int folder; /* locked */
	struct spool_file files[DUMP_TYPES + 1]; /* by type, then control */
};

#define CONTROL_FILE DUMP_TYPES

static struct spool *
spool_of(struct sink *sink)
{
	/* The sink is the first member. */
	return (struct spool *)sink;
}

static int
complain(const struct spool_file *f, const char *what)
{
	log_error("%s: %s: %s", f->path, what, strerror(errno));
	return EX_IOERR;
}

/* Takes away what is behind the durable length. If even that fails there is nothing more to do: the
 * marker counts no more than what is durable, and the next run cuts the file to that. */
static void
cut_back(struct spool_file *f)
{
	f->buffer.len = 0;
	f->waiting = 0;
	if (f->fd >= 0 && io_truncate(f->fd, f->durable) != 0)
		log_warn("%s: cannot be cut back: %s", f->path, strerror(errno));
}

/* Finds how many bytes the first LINES lines take, or all whole lines if LINES is -1. EX_DATAERR,
 * reported, if there are fewer. A month's releases are read for minutes. */
static int
find_end(const struct spool_file *f, int64_t lines, off_t *end)
{
	char *block = mem_alloc(PUBLISH_FILE_BLOCK);
	int64_t seen = 0;
	off_t at = 0;
	ssize_t n = 0;

	*end = 0;
	while (seen != lines && !stop_requested() &&
	    (n = io_read_at(f->fd, block, PUBLISH_FILE_BLOCK, at)) > 0) {
		notify_alive();
		const char *p = block, *stop = block + n;
		while (seen != lines && (p = memchr(p, '\n', (size_t)(stop - p))) != NULL) {
			p++;
			seen++;
			*end = at + (p - block);
			if (p == stop)
				break;
		}
		at += n;
	}
	free(block);
	if (n < 0)
		return complain(f, "cannot be read");
	if (stop_requested())
		return STOP_STATUS;
	if (seen == lines || lines < 0)
		return EX_OK;
	log_error("%s: holds %lld lines, but the marker counts %lld: if they cannot be brought "
		  "back, start the month again with dx-marker reset",
	    f->path, (long long)seen, (long long)lines);
	return EX_DATAERR;
}

/* Where the last whole line of a file of SIZE bytes ends. A tail without LF was being written when
 * somebody died, and was never counted. */
static int
find_last_line(const struct spool_file *f, off_t size, off_t *end)
{
	char block[4096];

	for (off_t at = size; at > 0;) {
		size_t len = at < (off_t)sizeof block ? (size_t)at : sizeof block;
		at -= (off_t)len;
		ssize_t n = io_read_at(f->fd, block, len, at);
		if (n != (ssize_t)len)
			return complain(f, "cannot be read");
		while (n > 0 && block[n - 1] != '\n')
			n--;
		if (n > 0) {
			*end = at + n;
			return EX_OK;
		}
	}
	*end = 0;
	return EX_OK;
}

/* Opens F if it is not, ready to append; its folder entry is durable then. */
static int
open_file(struct spool_file *f)
{
	struct stat st;

	if (f->fd >= 0)
		return EX_OK;
	f->fd = io_open(f->path, O_RDWR | O_APPEND | O_CREAT, 0666);
	if (f->fd < 0 || fstat(f->fd, &st) != 0 || io_sync_parent(f->path) != 0)
		return complain(f, "cannot be opened");
	int status = find_last_line(f, st.st_size, &f->durable);
	if (status == EX_OK && f->durable < st.st_size) {
		log_warn("%s: its last line is cut off and is taken away", f->path);
		if (io_truncate(f->fd, f->durable) != 0)
			return complain(f, "cannot be cut back");
	}
	return status;
}

static int
write_out(struct spool_file *f)
{
	int result = io_write_all(f->fd, f->buffer.data, f->buffer.len);

	f->buffer.len = 0;
	if (result == 0)
		return EX_OK;
	int status = complain(f, "cannot be written");
	cut_back(f);
	return status;
}

static int
append(struct spool_file *f, const struct message *m)
{
	int status = open_file(f);

	if (status == EX_OK && f->buffer.len + m->len >= PUBLISH_FILE_BLOCK)
		status = write_out(f);
	if (status != EX_OK)
		return status;
	buf_add(&f->buffer, m->body, m->len);
	buf_add_char(&f->buffer, '\n');
	f->waiting++;
	return EX_OK;
}

/* Makes what was appended durable and tells that it is settled. */
static int
sync_file(struct spool *s, struct spool_file *f, bool control)
{
	/* Nobody needs the body again: it is on disk. */
	const struct message settled = {.control = control};
	struct stat st;

	if (f->waiting == 0)
		return EX_OK;
	int status = write_out(f);
	if (status != EX_OK)
		return status;
	/* Not tried again: after a failure the kernel may have dropped the pages. */
	if (io_sync_data(f->fd) != 0 || fstat(f->fd, &st) != 0) {
		status = complain(f, "cannot be made durable");
		cut_back(f);
		return status;
	}
	f->durable = st.st_size;
	for (; f->waiting > 0 && status == EX_OK; f->waiting--)
		status = s->setup.settled(s->setup.context, &settled, NULL);
	return status;
}

static int
spool_start_file(struct sink *sink, enum dump_type type, int64_t lines)
{
	struct spool_file *f = &spool_of(sink)->files[type];
	int status = open_file(f);

	if (status == EX_OK && lines >= 0) {
		status = find_end(f, lines, &f->durable);
		if (status == EX_OK && (io_truncate(f->fd, f->durable) != 0 || io_sync(f->fd) != 0))
			status = complain(f, "cannot be cut back");
	}
	return status;
}

static int
spool_send(struct sink *sink, const struct message *m)
{
	return append(&spool_of(sink)->files[m->control ? CONTROL_FILE : m->type], m);
}

static int
spool_settle(struct sink *sink)
{
	struct spool *s = spool_of(sink);
	int status = EX_OK;

	for (size_t i = 0; i <= CONTROL_FILE && status == EX_OK; i++)
		status = sync_file(s, &s->files[i], i == CONTROL_FILE);
	return status;
}

static bool
spool_ready(struct sink *sink)
{
	(void)sink;
	return true;
}

/* Files are always ready, so this only looks at FD. */
static int
spool_wait(struct sink *sink, int fd, int limit_ms, bool *readable)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	(void)sink;
	*readable = poll(&p, 1, limit_ms < PUBLISH_POLL_MS ? limit_ms : PUBLISH_POLL_MS) > 0;
	return stop_requested() ? STOP_STATUS : EX_OK;
}

static int
spool_drain(struct sink *sink, int64_t limit_ms)
{
	/* An fsync is as quick as it is. */
	(void)limit_ms;
	return spool_settle(sink);
}

static void
spool_close(struct sink *sink)
{
	struct spool *s = spool_of(sink);

	for (size_t i = 0; i <= CONTROL_FILE; i++) {
		struct spool_file *f = &s->files[i];
		if (f->waiting > 0)
			cut_back(f);
		if (f->fd >= 0)
			close(f->fd);
		buf_free(&f->buffer);
		free(f->path);
	}
	if (s->folder >= 0)
		close(s->folder);
	free(s);
}

static const struct sink_ops spool_ops = {
    .start_file = spool_start_file,
    .send = spool_send,
    .broadcast = spool_send, /* there is one control file for all */
    .ready = spool_ready,
    .wait = spool_wait,
    .settle = spool_settle,
    .drain = spool_drain,
    .close = spool_close,
};

/* Makes and locks the folder itself: no further file has to lie there, and the lock dies with us.
 */
static int
lock_folder(struct spool *s, const char *path)
{
	if (io_make_dirs(path) != 0)
		return EX_IOERR;
	s->folder = io_open(path, O_RDONLY | O_DIRECTORY, 0);
	if (s->folder < 0) {
		log_error("%s: %s", path, strerror(errno));
		return EX_IOERR;
	}
	if (io_try_lock(s->folder) == 0)
		return EX_OK;
	if (errno == EWOULDBLOCK) {
		log_error("%s: another dx-publish writes there", path);
		return EX_TEMPFAIL;
	}
	log_error("%s: cannot be locked: %s", path, strerror(errno));
	return EX_IOERR;
}

struct sink *
spool_open(const struct sink_setup *setup, int *status)
{
	const char *folder = setup->settings->destinations.folder;
	struct spool *s = mem_zero(1, sizeof *s);

	s->sink.ops = &spool_ops;
	s->setup = *setup;
	s->folder = -1;
	for (size_t i = 0; i <= CONTROL_FILE; i++) {
		const char *name = i == CONTROL_FILE ? "control"
						     : dump_type_name((enum dump_type)i);
		s->files[i].path = mem_printf("%s/%s.ndjson", folder, name);
		s->files[i].fd = -1;
	}
	*status = lock_folder(s, folder);
	if (*status == EX_OK)
		return &s->sink;
	spool_close(&s->sink);
	return NULL;
}
