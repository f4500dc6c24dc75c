/* SPDX-License-Identifier: MIT */
/* Months in a local folder. */
#include "fetch/mirror.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/io.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/stop.h"

static DIR *
open_folder(const char *path)
{
	int fd = io_open(path, O_RDONLY | O_DIRECTORY, 0);

	return fd >= 0 ? fdopendir(fd) : NULL;
}

/* Closes DIR, read to where readdir gave NULL and errno says why. -1 with errno if that is not the
 * end. */
static int
close_folder(DIR *dir)
{
	int saved = errno;

	closedir(dir);
	errno = saved;
	return saved == 0 ? 0 : -1;
}

/* The next name in DIR; NULL, with errno 0, at the end. */
static const char *
next_name(DIR *dir)
{
	errno = 0;
	struct dirent *entry = readdir(dir);
	return entry != NULL ? entry->d_name : NULL;
}

/* Adds the month files in the folder PATH; -1 with errno if it cannot be read to its end. */
static int
scan_files(const char *path, struct months *months)
{
	DIR *dir = open_folder(path);
	const char *name;

	if (dir == NULL)
		return -1;
	while ((name = next_name(dir)) != NULL) {
		struct stat st;
		if (fstatat(dirfd(dir), name, &st, 0) == 0 && S_ISREG(st.st_mode))
			catalog_add(months, name, (uint64_t)st.st_size);
	}
	return close_folder(dir);
}

static bool
is_year(const char *name)
{
	return strlen(name) == 4 && strspn(name, "0123456789") == 4;
}

/* Whether ERROR means that a folder has nothing for us. One that fails may hold the newest month.
 */
static bool
has_nothing(int error)
{
	return io_open_status(error) == EX_NOINPUT;
}

/* Says what errno has about the folder PATH. An exit status. */
static int
cannot_read(const char *path)
{
	int error = errno;

	if (stop_requested())
		return STOP_STATUS;
	log_error("%s: %s", path, strerror(error));
	return io_open_status(error);
}

static int
scan_year(const char *folder, const char *name, struct months *months)
{
	char *year = mem_printf("%s/%s", folder, name);
	int status = EX_OK;

	if (scan_files(year, months) != 0 && !has_nothing(errno))
		status = cannot_read(year);
	free(year);
	return status;
}

/* Adds the month files in the folders of years in PATH; no such folder is fine. */
static int
scan_years(const char *path, struct months *months)
{
	DIR *dir = open_folder(path);
	const char *name;
	int status = EX_OK;

	if (dir == NULL)
		return has_nothing(errno) ? EX_OK : cannot_read(path);
	while (status == EX_OK && (name = next_name(dir)) != NULL)
		if (is_year(name))
			status = scan_year(path, name, months);
	if (close_folder(dir) != 0 && status == EX_OK)
		status = cannot_read(path);
	return status;
}

int
mirror_months(const char *root, struct months *months)
{
	char *data = mem_printf("%s/data", root);
	int status = scan_files(root, months) == 0 ? EX_OK : cannot_read(root);

	if (status == EX_OK)
		status = scan_years(root, months);
	if (status == EX_OK)
		status = scan_years(data, months);
	free(data);
	return status;
}

char *
mirror_find(const char *root, const char *version, const char *name)
{
	static const char *const forms[] = {"", "data/", NULL};
	char *path = mem_printf("%s/%s", root, name);

	for (size_t i = 0; forms[i] != NULL && access(path, F_OK) != 0; i++) {
		free(path);
		path = mem_printf("%s/%s%.4s/%s", root, forms[i], version, name);
	}
	if (access(path, F_OK) == 0)
		return path;
	free(path);
	return NULL;
}

int
mirror_checksums(const char *root, const char *version, struct checksums *sums)
{
	char name[CATALOG_CHECKSUM_SIZE];
	char *path = mirror_find(root, version, catalog_checksum_name(name, version));
	char *text = NULL;
	size_t len;
	int status = EX_OK;

	*sums = (struct checksums){0};
	if (path == NULL)
		return EX_NOINPUT;
	if (io_read_file(path, CHECKSUM_MAX_BYTES, &text, &len) != 0) {
		status = stop_requested() ? STOP_STATUS : EX_IOERR;
		if (status == EX_IOERR)
			log_error("%s: %s", path, strerror(errno));
	} else if (checksum_parse(path, text, len, version, sums) != 0) {
		status = EX_DATAERR;
	}
	free(text);
	free(path);
	return status;
}
