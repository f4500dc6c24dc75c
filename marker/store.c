/* SPDX-License-Identifier: MIT */
/* The marker on disk. */
#include "marker/store.h"

#include <sys/file.h>
#include <sys/stat.h>

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

/* What a marker is kept as, in the name that it gets. */
#define KEPT_CORRUPT "corrupt"
#define KEPT_RESET   "reset"

/* More damaged markers than this or reset ones within one second are not kept. */
#define KEPT_NAMES_MAX 1000

struct store {
	char *path;
	char *backup_path;
	char *lock_path;
	char *version; /* or NULL */
	bool version_doubtful; /* asked for, and the file's name does not say it too */
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
	FOUND_OTHER, /* a good one, of a month that was perhaps not meant */
	FOUND_ERROR /* errno says what */
};

char *
store_month_of(const char *path)
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

/* The file that PATH stands for: a rename would replace a symbolic link and leave its file behind,
 * and who comes by another name would take another lock. The caller frees. */
static char *
real_path(const char *path)
{
	struct stat info;
	char *real = NULL;

	if (lstat(path, &info) == 0 && S_ISLNK(info.st_mode))
		real = realpath(path, NULL);
	return real != NULL ? real : mem_strdup(path);
}

struct store *
store_open(const char *path, const char *version, bool strict)
{
	struct store *st = mem_zero(1, sizeof *st);

	st->path = real_path(path);
	st->backup_path = mem_printf("%s.bak", st->path);
	st->lock_path = mem_printf("%s.lock", st->path);
	char *named = store_month_of(st->path);
	if (named == NULL)
		named = store_month_of(path);
	st->version_doubtful = version != NULL && (named == NULL || strcmp(named, version) != 0);
	st->version = version != NULL ? mem_strdup(version) : named;
	if (version != NULL)
		free(named);
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
	int fd = io_open(st->lock_path, O_RDONLY | O_CREAT, 0644);

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

/* Whether the LEN bytes at TEXT are a marker of any month. */
static bool
is_marker(const char *text, size_t len)
{
	char *why = NULL;
	struct state *s = state_parse(text, len, NULL, &why);

	free(why);
	state_free(s);
	return s != NULL;
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
		bool other = *out == NULL && st->version_doubtful && is_marker(text, len);
		free(text);
		if (other)
			return FOUND_OTHER;
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

/* What keeps PATH from being replaced, whether it is good or not; EX_OK if nothing does. */
static int
refuse(const char *path, enum found found, const char *why)
{
	if (found == FOUND_OTHER) {
		log_error("%s: %s", path, why);
		return EX_DATAERR;
	}
	if (found == FOUND_ERROR && errno == EINTR && stop_requested()) {
		log_error("%s: stopped before it was read", path);
		return STOP_STATUS;
	}
	if (found == FOUND_ERROR) {
		log_error("%s: cannot be read: %s", path, strerror(errno));
		return EX_IOERR;
	}
	return EX_OK;
}

/* The marker is damaged, as WHY says: takes the one before, or a new one. */
static int
load_instead(struct store *st, const char *why, struct state **out)
{
	char *backup_why;
	enum found found = read_marker(st, st->backup_path, out, &backup_why);
	int status = refuse(st->backup_path, found, backup_why);

	st->damaged = true;
	st->backup_damaged = found == FOUND_DAMAGED;
	if (status != EX_OK)
		log_error("%s: %s, and the one before cannot be taken", st->path, why);
	else if (found == FOUND_GOOD)
		log_warn("%s: %s; taking the one before, %s", st->path, why, st->backup_path);
	else if (found == FOUND_NONE)
		log_warn("%s: %s; starting a new one", st->path, why);
	else
		log_warn("%s: %s, and %s: %s; starting a new one", st->path, why, st->backup_path,
		    backup_why);
	free(backup_why);
	return found == FOUND_GOOD || status != EX_OK ? status : load_new(st, out);
}

int
store_load(struct store *st, struct state **out)
{
	char *why;
	enum found found = read_marker(st, st->path, out, &why);
	int status = refuse(st->path, found, why);

	st->damaged = false;
	if (found == FOUND_NONE) {
		status = load_new(st, out);
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

/* Gives the file PATH a further name that nobody has, with WHAT it is and the time in it. None to
 * be named is fine. */
static int
keep_as(const char *path, const char *what)
{
	time_t now = time(NULL);
	struct tm tm;
	char when[CLOCK_TEXT_SIZE] = "";
	int result = -1;

	/* Without colons, which not every file system and tool takes. */
	if (gmtime_r(&now, &tm) != NULL)
		strftime(when, sizeof when, "%Y%m%dT%H%M%SZ", &tm);
	for (unsigned i = 1; result != 0 && i <= KEPT_NAMES_MAX; i++) {
		char *name = i == 1 ? mem_printf("%s.%s-%s", path, what, when)
				    : mem_printf("%s.%s-%s-%u", path, what, when, i);
		result = io_keep(path, name);
		/* What was asked for needs no warning. */
		if (result == 0 && strcmp(what, KEPT_RESET) == 0)
			log_info("%s: kept as %s", path, name);
		else if (result == 0)
			log_warn("%s: moved aside to %s", path, name);
		free(name);
		if (result != 0 && errno != EEXIST)
			break;
	}
	if (result != 0 && errno == ENOENT)
		return 0;
	if (result != 0)
		log_error("%s: cannot be moved aside: %s", path, strerror(errno));
	return result;
}

/* Lets what must not be lost have a further name before it is replaced by S. */
static int
set_aside(const struct store *st, const struct state *s)
{
	if (st->damaged && keep_as(st->path, KEPT_CORRUPT) != 0)
		return -1;
	if (st->damaged && st->backup_damaged)
		return keep_as(st->backup_path, KEPT_CORRUPT);
	/* The .bak is gone with the next change, which a stage makes without asking. */
	return !st->damaged && s->was_reset ? keep_as(st->path, KEPT_RESET) : 0;
}

int
store_save(struct store *st, const struct state *s)
{
	struct buf text = {0};

	if (set_aside(st, s) != 0)
		return EX_IOERR;
	state_print(s, &text);
	int result = io_replace_file(st->path, text.data, text.len,
	    st->damaged ? NULL : st->backup_path);
	buf_free(&text);
	return result == 0 ? EX_OK : EX_IOERR;
}
