/* SPDX-License-Identifier: MIT */
/* A file that is being downloaded. */
#include "fetch/part.h"

#include <sys/statvfs.h>

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
#include "fetch/verify.h"

/* The most bytes of a validator that are read back. */
#define VALIDATOR_MAX 1024

struct part {
	char *final;
	char *path;
	char *validator_path;
	int fd;
	uint64_t bytes;
	struct digest *digest;
	char *validator; /* NULL: none */
};

static int
fail(const char *path)
{
	log_error("%s: %s", path, strerror(errno));
	return -1;
}

/* Reads the validator, if one was kept and is a line of text. */
static void
load_validator(struct part *p)
{
	char *text;
	size_t len;

	if (io_read_file(p->validator_path, VALIDATOR_MAX, &text, &len) != 0)
		return;
	char *lf = memchr(text, '\n', len);
	if (lf != NULL && lf == text + len - 1 && lf > text && memchr(text, '\0', len) == NULL &&
	    memchr(text, '\r', len) == NULL) {
		*lf = '\0';
		p->validator = text;
	} else {
		free(text);
	}
}

int
part_open(const char *final, struct part **out)
{
	struct part *p = mem_zero(1, sizeof *p);
	int status = EX_IOERR;

	*out = NULL;
	p->final = mem_strdup(final);
	p->path = mem_printf("%s.part", final);
	p->validator_path = mem_printf("%s.part.validator", final);
	p->digest = digest_new();
	p->fd = io_open(p->path, O_RDWR | O_CREAT | O_NOFOLLOW, 0644);
	if (p->fd < 0)
		fail(p->path);
	else
		status = verify_read(p->fd, p->path, p->digest, &p->bytes);
	if (status != EX_OK) {
		part_close(p);
		return status;
	}
	load_validator(p);
	*out = p;
	return EX_OK;
}

void
part_close(struct part *p)
{
	if (p == NULL)
		return;
	if (p->fd >= 0)
		close(p->fd);
	free(p->final);
	free(p->path);
	free(p->validator_path);
	free(p->validator);
	digest_free(p->digest);
	free(p);
}

uint64_t
part_bytes(const struct part *p)
{
	return p->bytes;
}

void
part_sha256(const struct part *p, char *sha256)
{
	digest_peek(p->digest, sha256);
}

const char *
part_validator(const struct part *p)
{
	return p->bytes > 0 ? p->validator : NULL;
}

/* Lets the folder say VALIDATOR for what will be written. */
static int
keep_validator(struct part *p, const char *validator)
{
	free(p->validator);
	p->validator = NULL;
	if (*validator == '\0')
		return unlink(p->validator_path) == 0 || errno == ENOENT ? 0
									 : fail(p->validator_path);
	char *line = mem_printf("%s\n", validator);
	int result = io_replace_file(p->validator_path, line, strlen(line), NULL);
	free(line);
	if (result == 0)
		p->validator = mem_strdup(validator);
	return result;
}

int
part_restart(struct part *p, const char *validator)
{
	char unused[DIGEST_TEXT_SIZE];

	if (io_truncate(p->fd, 0) != 0 || lseek(p->fd, 0, SEEK_SET) != 0)
		return fail(p->path);
	/* After a power cut the old bytes must not be there beside the new validator. */
	if (p->bytes > 0 && io_sync(p->fd) != 0)
		return fail(p->path);
	p->bytes = 0;
	digest_finish(p->digest, unused);
	return keep_validator(p, validator);
}

int
part_append(struct part *p, const void *data, size_t len)
{
	if (io_write_all(p->fd, data, len) != 0) {
		int saved = errno;
		/* A short write must not stay: the digest does not cover it. */
		if (io_truncate(p->fd, (off_t)p->bytes) != 0 ||
		    lseek(p->fd, (off_t)p->bytes, SEEK_SET) < 0)
			log_debug("%s: %s", p->path, strerror(errno));
		errno = saved;
		return fail(p->path);
	}
	digest_add(p->digest, data, len);
	p->bytes += len;
	return 0;
}

int
part_room(const struct part *p, uint64_t *room)
{
	struct statvfs fs;

	if (fstatvfs(p->fd, &fs) != 0)
		return -1;
	*room = (uint64_t)fs.f_bavail * fs.f_frsize;
	return 0;
}

int
part_publish(struct part *p)
{
	int synced = io_sync(p->fd);
	int closed = synced == 0 ? io_close_synced(p->fd) : 0;

	if (synced == 0)
		p->fd = -1;
	if (synced != 0 || closed != 0)
		return fail(p->path);
	if (rename(p->path, p->final) != 0)
		return fail(p->final);
	/* Left behind by a crash it would do no harm: no part is there to go with it. */
	unlink(p->validator_path);
	if (io_sync_parent(p->final) != 0) {
		log_error("%s: cannot make the folder durable: %s", p->final, strerror(errno));
		return -1;
	}
	return 0;
}
