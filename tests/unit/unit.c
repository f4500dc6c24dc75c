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

struct folder {
	struct folder *next;
	char *path;
	pid_t owner;
};

/* Those that unit_folder made, the newest first. */
static struct folder *folders;

static int
remove_entry(const char *path, const struct stat *st, int flag, struct FTW *where)
{
	(void)st;
	(void)flag;
	(void)where;
	return remove(path);
}

/* check runs each test in a fork, which must not take the folders away from the rest. */
static void
remove_folders(void)
{
	while (folders != NULL) {
		struct folder *f = folders;
		folders = f->next;
		if (getpid() == f->owner)
			nftw(f->path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
		free(f->path);
		free(f);
	}
}

char *
unit_folder(void)
{
	const char *base = getenv("TMPDIR");
	struct folder *f = mem_alloc(sizeof *f);

	f->path = mem_printf("%s/dx-unit.XXXXXX", base != NULL ? base : "/tmp");
	f->owner = getpid();
	if (mkdtemp(f->path) == NULL)
		abort();
	/* Forks inherit both the list and that it is to be removed. */
	if (folders == NULL)
		atexit(remove_folders);
	f->next = folders;
	folders = f;
	return mem_strdup(f->path);
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
