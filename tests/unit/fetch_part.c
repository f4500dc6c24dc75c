/* SPDX-License-Identifier: MIT */
/* Tests of fetch/part.h, verify.h and plan.h: the life of a file on disk, and which files. */
#include "fetch/part.h"

#include <sys/stat.h>

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/io.h"
#include "common/mem.h"
#include "fetch/plan.h"
#include "fetch/verify.h"
#include "tests/unit/unit.h"

#define SUM_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

/* A path in a folder of its own, for the caller to free. */
static char *
new_path(void)
{
	char *folder = unit_folder();
	char *path = mem_printf("%s/file.gz", folder);

	free(folder);
	return path;
}

static bool
exists(const char *path, const char *suffix)
{
	char *name = mem_printf("%s%s", path, suffix);
	bool found = access(name, F_OK) == 0;

	free(name);
	return found;
}

START_TEST(a_part_is_continued_and_published)
{
	char *path = new_path();
	struct part *p;
	char sum[DIGEST_TEXT_SIZE];
	uint64_t bytes;

	ck_assert_int_eq(part_open(path, &p), 0);
	ck_assert_ptr_null(part_validator(p));
	ck_assert_int_eq(part_restart(p, "\"v1\""), 0);
	ck_assert_ptr_null(part_validator(p)); /* nothing to resume yet */
	ck_assert_int_eq(part_append(p, "a", 1), 0);
	part_close(p);

	ck_assert_int_eq(part_open(path, &p), 0);
	ck_assert_uint_eq(part_bytes(p), 1);
	ck_assert_str_eq(part_validator(p), "\"v1\"");
	ck_assert_int_eq(part_append(p, "bc", 2), 0);
	part_sha256(p, sum);
	ck_assert_str_eq(sum, SUM_ABC);
	ck_assert_int_eq(part_room(p, &bytes), 0);
	ck_assert(!exists(path, ""));
	ck_assert_int_eq(part_publish(p), 0);
	part_close(p);
	ck_assert(exists(path, "") && !exists(path, ".part") && !exists(path, ".part.validator"));
	ck_assert_int_eq(verify_file(path, &bytes, sum), 0);
	ck_assert_uint_eq(bytes, 3);
	ck_assert_str_eq(sum, SUM_ABC);
	free(path);
}
END_TEST

START_TEST(a_restart_forgets)
{
	char *path = new_path();
	struct part *p;
	char sum[DIGEST_TEXT_SIZE];

	ck_assert_int_eq(part_open(path, &p), 0);
	ck_assert_int_eq(part_restart(p, "\"v1\""), 0);
	ck_assert_int_eq(part_append(p, "wrong", 5), 0);
	ck_assert_int_eq(part_restart(p, ""), 0);
	ck_assert(!exists(path, ".part.validator"));
	ck_assert_int_eq(part_append(p, "abc", 3), 0);
	part_sha256(p, sum);
	ck_assert_str_eq(sum, SUM_ABC);
	part_close(p);
	ck_assert_int_eq(part_open(path, &p), 0);
	ck_assert_uint_eq(part_bytes(p), 3);
	ck_assert_ptr_null(part_validator(p));
	part_close(p);
	part_close(NULL);
	free(path);
}
END_TEST

START_TEST(validators_that_are_none_do_not_count)
{
	static const char *const texts[] = {"", "\n", "no end of line", "two\nlines\n",
	    "a header\r\nX-More: 1\r\n"};
	char *path = new_path();
	char *name = mem_printf("%s.part.validator", path);
	char *part_name = mem_printf("%s.part", path);

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct part *p;
		ck_assert_int_eq(io_replace_file(part_name, "abc", 3, NULL), 0);
		ck_assert_int_eq(io_replace_file(name, texts[i], strlen(texts[i]), NULL), 0);
		ck_assert_int_eq(part_open(path, &p), 0);
		ck_assert_ptr_null(part_validator(p));
		part_close(p);
	}
	free(part_name);
	free(name);
	free(path);
}
END_TEST

START_TEST(links_and_folders_are_no_files)
{
	char *path = new_path();
	char *name = mem_printf("%s.part", path);
	struct part *p;
	char sum[DIGEST_TEXT_SIZE];
	uint64_t bytes;

	ck_assert_int_eq(verify_file(path, &bytes, sum), EX_NOINPUT);
	ck_assert_int_eq(symlink("/dev/null", name), 0);
	ck_assert_int_eq(part_open(path, &p), EX_IOERR);
	ck_assert_ptr_null(p);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(verify_file(path, &bytes, sum), EX_IOERR);
	ck_assert_int_eq(rmdir(path), 0);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(verify_file(path, &bytes, sum), EX_IOERR);
	free(name);
	free(path);
}
END_TEST

START_TEST(a_plan_has_wanted_files_first)
{
	struct month month = {.version = "20260801"};
	struct checksums sums = {0};
	bool wanted[DUMP_TYPES] = {[DUMP_ARTISTS] = true, [DUMP_RELEASES] = true};
	struct plan plan;

	for (int i = 0; i < DUMP_TYPES; i++)
		memcpy(sums.sha256[i], SUM_ABC, DIGEST_TEXT_SIZE);
	ck_assert_int_eq(plan_make(&plan, &month, &sums, wanted, true), 0);
	ck_assert_uint_eq(plan.count, 4);
	ck_assert_str_eq(plan.items[0].name, "discogs_20260801_artists.xml.gz");
	ck_assert_str_eq(plan.items[1].name, "discogs_20260801_releases.xml.gz");
	ck_assert_str_eq(plan.items[2].name, "discogs_20260801_labels.xml.gz");
	ck_assert(plan.items[1].wanted && !plan.items[2].wanted);
	ck_assert_str_eq(plan.items[0].expected, SUM_ABC);
	ck_assert(!plan_done(&plan));
	for (unsigned i = 0; i < plan.count; i++)
		plan.items[i].good = true;
	ck_assert(plan_done(&plan));
	/* New sums while the month is worked on: what is good by others is out of date. */
	for (unsigned i = 0; i < plan.count; i++)
		memcpy(plan.items[i].sha256, SUM_ABC, DIGEST_TEXT_SIZE);
	plan_update(&plan, &sums);
	ck_assert(plan_done(&plan));
	sums.sha256[DUMP_LABELS][0] ^= 1;
	plan_update(&plan, &sums);
	ck_assert(!plan_done(&plan));
	ck_assert_str_eq(plan_stale(&plan)->name, "discogs_20260801_labels.xml.gz");
	plan_free(&plan);
}
END_TEST

START_TEST(a_plan_takes_what_is_known)
{
	struct month month = {.version = "20260801"};
	struct checksums sums = {0};
	bool all[DUMP_TYPES] = {true, true, true, true};
	bool masters[DUMP_TYPES] = {[DUMP_MASTERS] = true};
	struct plan plan;

	ck_assert_int_eq(plan_make(&plan, &month, &sums, all, false), 0);
	ck_assert_uint_eq(plan.count, 4);
	month.has[DUMP_LABELS] = true;
	ck_assert_int_eq(plan_make(&plan, &month, &sums, all, false), 0);
	ck_assert_uint_eq(plan.count, 1);
	memcpy(sums.sha256[DUMP_ARTISTS], SUM_ABC, DIGEST_TEXT_SIZE);
	ck_assert_int_eq(plan_make(&plan, &month, &sums, all, false), 0);
	ck_assert_str_eq(plan.items[0].name, "discogs_20260801_artists.xml.gz");
	ck_assert_str_eq(plan.items[0].expected, "");
	ck_assert_int_eq(plan_make(&plan, &month, &sums, masters, true), EX_NOINPUT);
	plan_free(&plan);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("fetch_part");
	TCase *tc = tcase_create("part");

	tcase_add_test(tc, a_part_is_continued_and_published);
	tcase_add_test(tc, a_restart_forgets);
	tcase_add_test(tc, validators_that_are_none_do_not_count);
	tcase_add_test(tc, links_and_folders_are_no_files);
	tcase_add_test(tc, a_plan_has_wanted_files_first);
	tcase_add_test(tc, a_plan_takes_what_is_known);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
