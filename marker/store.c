/* SPDX-License-Identifier: MIT */
/* The marker on disk. */
#include "marker/store.h"

#include <sys/file.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/clock.h"
#include "common/dump.h"
#include "common/io.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/stop.h"

/* How long to sleep between two tries for the lock: from, to. A change holds it for a few
 * milliseconds. */
#define LOCK_STEP_MIN_MS 2
#define LOCK_STEP_MAX_MS 40

/* More damaged markers than this within one second are not set aside. */
#define CORRUPT_NAMES_MAX 1000

struct store {
	char *path;
	char *backup_path;
	char *lock_path;
	char *version; /* or NULL */
	bool strict;
	bool damaged; /* the marker on disk is no marker */
	bool backup_damaged;
	int lock; /* descriptor, -1: not held */
	sigset_t signals; /* as they were before the lock */
};

enum found {
	FOUND_GOOD,
	FOUND_NONE,
	FOUND_DAMAGED,
	FOUND_ERROR /* errno says what */
};

/* The month in the name of the file; NULL if it has another form. The caller frees. */
static char *
version_of_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	char version[DUMP_VERSION_SIZE];
	int end = 0;

	if (sscanf(name, ".extraction_status_%8[0-9].json%n", version, &end) != 1 || end == 0 ||
	    name[end] != '\0' || !dump_version_valid(version))
		return NULL;
	return mem_strdup(version);
}

struct store *
store_open(const char *path, const char *version, bool strict)
{
	struct store *st = mem_zero(1, sizeof *st);

	st->path = mem_strdup(path);
	st->backup_path = mem_printf("%s.bak", path);
	st->lock_path = mem_printf("%s.lock", path);
	st->version = version != NULL ? mem_strdup(version) : version_of_name(path);
	st->strict = strict;
	st->lock = -1;
	return st;
}

void
store_close(struct store *st)
{
	if (st == NULL)
		return;
	store_unlock(st);
	free(st->path);
	free(st->backup_path);
	free(st->lock_path);
	free(st->version);
	free(st);
}

static void
hold_signals(struct store *st)
{
	sigset_t held;

	sigemptyset(&held);
	sigaddset(&held, SIGTERM);
	sigaddset(&held, SIGINT);
	sigaddset(&held, SIGHUP);
	sigprocmask(SIG_BLOCK, &held, &st->signals);
}

/* Waits for the flock on FD. */
static int
wait_for_lock(const struct store *st, int fd, int64_t timeout_ms)
{
	int64_t end = clock_ms() + timeout_ms;

	for (unsigned attempt = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; attempt++) {
		if (errno != EWOULDBLOCK && errno != EINTR) {
			log_error("%s: cannot be locked: %s", st->lock_path, strerror(errno));
			return EX_IOERR;
		}
		int64_t left = end - clock_ms();
		if (left <= 0) {
			log_error("%s: held by another process for longer than %g s", st->lock_path,
			    (double)timeout_ms / 1000);
			return EX_TEMPFAIL;
		}
		int64_t step = clock_backoff_ms(attempt, LOCK_STEP_MIN_MS, LOCK_STEP_MAX_MS);
		if (clock_sleep_ms(step < left ? step : left) != 0) {
			log_error("%s: stopped while waiting for it", st->lock_path);
			return STOP_STATUS;
		}
	}
	return EX_OK;
}

int
store_lock(struct store *st, int64_t timeout_ms)
{
	/* Reading is enough for flock, and somebody else may have made the file. */
	int fd = open(st->lock_path, O_RDONLY | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0) {
		log_error("%s: cannot be opened: %s", st->lock_path, strerror(errno));
		return errno == ENOENT || errno == ENOTDIR ? EX_NOINPUT : EX_IOERR;
	}
	int status = wait_for_lock(st, fd, timeout_ms);
	if (status != EX_OK) {
		close(fd);
		return status;
	}
	hold_signals(st);
	st->lock = fd;
	return EX_OK;
}

void
store_unlock(struct store *st)
{
	if (st->lock < 0)
		return;
	close(st->lock);
	st->lock = -1;
	sigprocmask(SIG_SETMASK, &st->signals, NULL);
}

/* Reads PATH into *OUT; *WHY says how it is damaged, for the caller to free. */
static enum found
read_marker(const struct store *st, const char *path, struct state **out, char **why)
{
	char *text = NULL;
	size_t len = 0;

	*out = NULL;
	*why = NULL;
	if (io_read_file(path, STORE_BYTES_MAX, &text, &len) == 0) {
		*out = state_parse(text, len, st->version, why);
		free(text);
		return *out != NULL ? FOUND_GOOD : FOUND_DAMAGED;
	}
	if (errno == ENOENT)
		return FOUND_NONE;
	if (errno != EFBIG)
		return FOUND_ERROR;
	*why = mem_printf("has more than %u bytes", STORE_BYTES_MAX);
	return FOUND_DAMAGED;
}

/* A marker of nothing yet. */
static int
load_new(const struct store *st, struct state **out)
{
	if (st->version == NULL) {
		log_error("%s: no marker there, and no month to start one for: give -V", st->path);
		return EX_USAGE;
	}
	*out = state_new(st->version);
	return EX_OK;
}

/* The marker is damaged, as WHY says: takes the one before, or a new one. */
static int
load_instead(struct store *st, const char *why, struct state **out)
{
	char *backup_why;
	enum found found = read_marker(st, st->backup_path, out, &backup_why);

	st->damaged = true;
	st->backup_damaged = found == FOUND_DAMAGED;
	if (found == FOUND_GOOD)
		log_warn("%s: %s; taking the one before, %s", st->path, why, st->backup_path);
	else if (found == FOUND_NONE)
		log_warn("%s: %s; starting a new one", st->path, why);
	else
		log_warn("%s: %s, and %s: %s; starting a new one", st->path, why, st->backup_path,
		    found == FOUND_DAMAGED ? backup_why : strerror(errno));
	free(backup_why);
	return found == FOUND_GOOD ? EX_OK : load_new(st, out);
}

int
store_load(struct store *st, struct state **out)
{
	char *why;
	int status = EX_OK;
	enum found found = read_marker(st, st->path, out, &why);

	st->damaged = false;
	if (found == FOUND_NONE) {
		status = load_new(st, out);
	} else if (found == FOUND_ERROR) {
		log_error("%s: cannot be read: %s", st->path, strerror(errno));
		status = EX_IOERR;
	} else if (found == FOUND_DAMAGED && st->strict) {
		log_error("%s: %s", st->path, why);
		status = EX_DATAERR;
	} else if (found == FOUND_DAMAGED) {
		status = load_instead(st, why, out);
	}
	free(why);
	return status;
}

bool
store_damaged(const struct store *st)
{
	return st->damaged;
}

/* Gives the damaged file PATH a further name that nobody has. */
static int
set_aside(const char *path)
{
	time_t now = time(NULL);
	struct tm tm;
	char when[CLOCK_TEXT_SIZE] = "";
	int result = -1;

	/* Without colons, which not every file system and tool takes. */
	if (gmtime_r(&now, &tm) != NULL)
		strftime(when, sizeof when, "%Y%m%dT%H%M%SZ", &tm);
	for (unsigned i = 1; result != 0 && i <= CORRUPT_NAMES_MAX; i++) {
		char *name = i == 1 ? mem_printf("%s.corrupt-%s", path, when)
				    : mem_printf("%s.corrupt-%s-%u", path, when, i);
		result = link(path, name);
		if (result == 0)
			log_warn("%s: moved aside to %s", path, name);
		free(name);
		if (result != 0 && errno != EEXIST)
			break;
	}
	if (result != 0)
		log_error("%s: damaged, and cannot be moved aside: %s", path, strerror(errno));
	return result;
}

int
store_save(struct store *st, const struct state *s)
{
	struct buf text = {0};

	if (st->damaged &&
	    (set_aside(st->path) != 0 || (st->backup_damaged && set_aside(st->backup_path) != 0)))
		return EX_IOERR;
	state_print(s, &text);
	int result = io_replace_file(st->path, text.data, text.len,
	    st->damaged ? NULL : st->backup_path);
	buf_free(&text);
	return result == 0 ? EX_OK : EX_IOERR;
}
