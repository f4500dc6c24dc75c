/* SPDX-License-Identifier: MIT */
/* What every unit test program is made of. */
/* For nftw(3). */
#define _XOPEN_SOURCE 700

#include "tests/unit/unit.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/mem.h"

static char *folder;
static pid_t owner;

static int
remove_entry(const char *path, const struct stat *st, int flag, struct FTW *where)
{
	(void)st;
	(void)flag;
	(void)where;
	return remove(path);
}

/* check runs each test in a fork, which must not take the folder away from the rest. */
static void
remove_folder(void)
{
	if (folder != NULL && getpid() == owner)
		nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

char *
unit_folder(void)
{
	const char *base = getenv("TMPDIR");

	folder = mem_printf("%s/dx-unit.XXXXXX", base != NULL ? base : "/tmp");
	owner = getpid();
	if (mkdtemp(folder) == NULL)
		abort();
	atexit(remove_folder);
	return mem_strdup(folder);
}

char *
unit_padded(const char *data, size_t len, size_t padding)
{
	static const char noise[] = "name>text&\"</=\\\n";
	char *copy = mem_alloc(len + padding);

	memcpy(copy, data, len);
	for (size_t i = 0; i < padding; i++)
		copy[len + i] = noise[i % (sizeof noise - 1)];
	return copy;
}

int
unit_run(Suite *suite)
{
	SRunner *runner = srunner_create(suite);

	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
