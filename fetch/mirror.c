/* SPDX-License-Identifier: MIT */
/* Months in a local folder. */
#include "fetch/mirror.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/io.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/stop.h"

/* Adds the month files in the folder PATH; -1 with errno if it cannot be read. */
static int
scan_files(const char *path, struct months *months)
{
	DIR *dir = opendir(path);

	if (dir == NULL)
		return -1;
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		struct stat st;
		if (fstatat(dirfd(dir), entry->d_name, &st, 0) == 0 && S_ISREG(st.st_mode))
			catalog_add(months, entry->d_name, (uint64_t)st.st_size);
	}
	closedir(dir);
	return 0;
}

static bool
is_year(const char *name)
{
	return strlen(name) == 4 && strspn(name, "0123456789") == 4;
}

/* Adds the month files in the folders of years in PATH; no such folder is fine. */
static void
scan_years(const char *path, struct months *months)
{
	DIR *dir = opendir(path);

	if (dir == NULL)
		return;
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		if (!is_year(entry->d_name))
			continue;
		char *year = mem_printf("%s/%s", path, entry->d_name);
		scan_files(year, months);
		free(year);
	}
	closedir(dir);
}

int
mirror_months(const char *root, struct months *months)
{
	char *data = mem_printf("%s/data", root);
	int status = EX_OK;

	if (scan_files(root, months) != 0) {
		log_error("%s: %s", root, strerror(errno));
		status = EX_NOINPUT;
	} else {
		scan_years(root, months);
		scan_years(data, months);
	}
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
