/* SPDX-License-Identifier: MIT */
/*
 * Reading and writing that must be right once: short counts, EINTR and EAGAIN, durable
 * replacement of a file, standard output that is checked. Functions return 0 or a
 * count, or -1 with errno set and, where it says "reports", a message written.
 */
#ifndef DX_COMMON_IO_H
#define DX_COMMON_IO_H

#include <stddef.h>
#include <sys/types.h>

/* open(2), repeated when a signal interrupts it, as it may on a network file system or a FIFO; not
 * when a stop was asked for (stop.h): then -1, EINTR. Descriptors are closed on exec. */
int io_open(const char *path, int flags, mode_t mode);

/* Opens the file PATH to append lines to it, and makes it if there is none. A last line without its
 * end, as a full disk or a crash leaves it, is ended, so that it spoils no other. */
int io_open_lines(const char *path);

/* The exit status for an input that open(2) refused with ERROR: EX_NOINPUT (66) if it is not there
 * or not for us to read, EX_IOERR (74) if something failed. */
int io_open_status(int error);

/* fsync(2), repeated when a signal interrupts it. Any other error is not tried again: the kernel
 * may have dropped the pages. */
int io_sync(int fd);

/* fdatasync(2), likewise. */
int io_sync_data(int fd);

/* close(2) of a file that was made durable. A signal that interrupts it is no error: on Linux it is
 * closed then, and a second try would close what another thread has opened. */
int io_close_synced(int fd);

/* ftruncate(2), repeated when a signal interrupts it. */
int io_truncate(int fd, off_t len);

/* The lock on FD for us alone, flock(2), if nobody holds it: else -1 and EWOULDBLOCK. */
int io_try_lock(int fd);

/* Writes all LEN bytes to FD; -1 if any could not be written. */
int io_write_all(int fd, const void *data, size_t len);

/* As io_write_all, but a signal that asks for a stop (stop.h) ends it: -1, EINTR. What was written
 * then is not known. */
int io_write_stoppable(int fd, const void *data, size_t len);

/* One read(2) that is repeated when a signal interrupts it; not done when a stop was asked for
 * (stop.h): then -1, EINTR. */
ssize_t io_read(int fd, void *data, size_t size);

/* Reads SIZE bytes from AT on, or as many as there are: the count, or -1. */
ssize_t io_read_at(int fd, void *data, size_t size, off_t at);

/*
 * Reads the whole file PATH into *DATA (terminated; the caller frees) and *LEN.
 * -1 with errno; EFBIG if it holds more than MAX bytes.
 */
int io_read_file(const char *path, size_t max, char **data, size_t *len);

/*
 * Puts LEN bytes at PATH so that at any moment either the old file or the new
 * one is there: temporary file PATH.tmp, fsync, rename, fsync of the folder. Callers
 * exclude each other by a lock, so that one name will do and a kill -9 leaves no heap of them. With
 * BACKUP the old file, if any, stays under that name. An fsync that fails is an
 * error and not tried again, since the kernel may have dropped the pages. The
 * temporary file is removed on failure. Reports.
 */
int io_replace_file(const char *path, const void *data, size_t len, const char *backup);

/*
 * Gives the file PATH the further name NAME, by link(2); where a file system has no such thing, by
 * a durable copy. -1 with errno, EEXIST if NAME is there, ENOENT if PATH is not.
 */
int io_keep(const char *path, const char *name);

/* Makes the entries of the folder that holds PATH durable. */
int io_sync_parent(const char *path);

/* Makes the folder PATH and those above it, as mkdir -p. Reports. */
int io_make_dirs(const char *path);

/*
 * Flushes and closes stdout. Every program ends in it: an error that shows only
 * here (a full disk, a closed pipe) must not pass as success. Reports. What fails to be allocated
 * from then on is no failure (mem_work_done).
 */
int io_finish_stdout(void);

#endif
