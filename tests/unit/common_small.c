/* SPDX-License-Identifier: MIT */
/* Tests of the small modules of common/: numbers, clock, digest, dump. */
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/digest.h"
#include "common/dump.h"
#include "common/numbers.h"
#include "tests/unit/unit.h"

START_TEST(numbers_are_whole_and_in_range)
{
	static const char *const bad[] = {"", " 1", "1 ", "+1", "-1", "0x10", "1e3", "1.0", "9999",
	    "18446744073709551616", "99999999999999999999999", "4", "one"};
	uint64_t n = 77;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		ck_assert_int_eq(number_parse(bad[i], 5, 100, &n), -1);
		ck_assert_uint_eq(n, 77);
	}
	ck_assert_int_eq(number_parse("5", 5, 100, &n), 0);
	ck_assert_uint_eq(n, 5);
	ck_assert_int_eq(number_parse("0100", 5, 100, &n), 0);
	ck_assert_uint_eq(n, 100);
	ck_assert_int_eq(number_parse("18446744073709551615", 0, UINT64_MAX, &n), 0);
	ck_assert_uint_eq(n, UINT64_MAX);
}
END_TEST

START_TEST(durations_have_units)
{
	static const struct {
		const char *text;
		uint64_t ms;
	} good[] = {{"500ms", 500}, {"30", 30000}, {"30s", 30000}, {"10m", 600000},
	    {"2h", 7200000}};
	static const char *const bad[] = {"", "s", "10 s", "1d", "1.5s", "10mm", "-1s", "3h",
	    "18446744073709551615h", "0"};
	uint64_t ms;

	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		ck_assert_int_eq(number_parse_duration(good[i].text, 1, 7200000, &ms), 0);
		ck_assert_uint_eq(ms, good[i].ms);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_int_eq(number_parse_duration(bad[i], 1, 7200000, &ms), -1);
}
END_TEST

START_TEST(times_are_utc)
{
	char text[CLOCK_TEXT_SIZE];

	ck_assert_str_eq(clock_text(text, 0), "1970-01-01T00:00:00Z");
	ck_assert_str_eq(clock_text(text, 1770163374), "2026-02-04T00:02:54Z");
	ck_assert_str_eq(clock_text(text, 1709164800), "2024-02-29T00:00:00Z");
}
END_TEST

START_TEST(sleeping_takes_its_time)
{
	int64_t start = clock_ms();

	ck_assert_int_eq(clock_sleep_ms(0), 0);
	ck_assert_int_eq(clock_sleep_ms(30), 0);
	ck_assert_int_ge(clock_ms() - start, 30);
}
END_TEST

START_TEST(backoff_doubles_up_to_its_maximum)
{
	for (unsigned attempt = 0; attempt < 70; attempt++) {
		int64_t full = attempt < 5 ? 100 << attempt : 2000;
		if (full > 2000)
			full = 2000;
		for (int i = 0; i < 50; i++) {
			int64_t ms = clock_backoff_ms(attempt, 100, 2000);
			ck_assert_int_ge(ms, full / 2);
			ck_assert_int_le(ms, full);
		}
	}
}
END_TEST

/* The vectors of FIPS 180-4's examples. */
START_TEST(digests_are_sha256)
{
	struct digest *d = digest_new();
	char text[DIGEST_TEXT_SIZE];

	digest_finish(d, text);
	ck_assert_str_eq(text, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	digest_add(d, "ab", 2);
	digest_add(d, "", 0);
	digest_peek(d, text);
	ck_assert_str_eq(text, "fb8e20fc2e4c3f248c60c39bd652f3c1347298bb977b8b4d5903b85055620603");
	digest_add(d, "c", 1);
	digest_finish(d, text);
	ck_assert_str_eq(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	for (int i = 0; i < 1000000; i++)
		digest_add(d, "a", 1);
	digest_finish(d, text);
	ck_assert_str_eq(text, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	digest_free(d);
	digest_free(NULL);
}
END_TEST

START_TEST(digests_as_text_are_checked)
{
	ck_assert(digest_valid("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
	ck_assert(
	    !digest_valid("BA7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
	ck_assert(!digest_valid("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a"));
	ck_assert(
	    !digest_valid("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad0"));
	ck_assert(!digest_valid(""));
}
END_TEST

START_TEST(dump_names_go_both_ways)
{
	char name[DUMP_FILE_SIZE], version[DUMP_VERSION_SIZE];
	enum dump_type type;

	for (int i = 0; i < DUMP_TYPES; i++) {
		enum dump_type t = (enum dump_type)i;
		ck_assert_int_eq(dump_type_parse(dump_type_name(t), &type), 0);
		ck_assert_int_eq(type, t);
		dump_file_name(name, "20260801", t);
		ck_assert_int_eq(dump_file_parse(name, version, &type), 0);
		ck_assert_int_eq(type, t);
		ck_assert_str_eq(version, "20260801");
	}
	ck_assert_str_eq(name, "discogs_20260801_releases.xml.gz");
	ck_assert_int_eq(dump_type_parse("release", &type), -1);
	ck_assert_int_eq(dump_type_parse("Artists", &type), -1);
	ck_assert_int_eq(dump_type_parse("", &type), -1);
}
END_TEST

START_TEST(other_names_are_refused)
{
	static const char *const bad[] = {"", "discogs_", "discogs_20260801_releases.xml",
	    "discogs_20260801_releases.xml.gz.part", "xdiscogs_20260801_releases.xml.gz",
	    "../discogs_20260801_releases.xml.gz", "discogs_20260801_CHECKSUM.txt",
	    "discogs_20261301_releases.xml.gz", "discogs_2026080_releases.xml.gz",
	    "discogs_20260801-releases.xml.gz", "discogs_20260801_release.xml.gz"};
	static const char *const bad_versions[] = {"", "2026080", "202608011", "20260800",
	    "20260832", "20260001", "20261301", "20250229", "19990101", "2026-8-1", "2026080x"};
	char version[DUMP_VERSION_SIZE];
	enum dump_type type;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_int_eq(dump_file_parse(bad[i], version, &type), -1);
	for (size_t i = 0; i < sizeof bad_versions / sizeof *bad_versions; i++)
		ck_assert(!dump_version_valid(bad_versions[i]));
	ck_assert(dump_version_valid("20240229"));
	ck_assert(dump_version_valid("20000229"));
	ck_assert(!dump_version_valid("21000229"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("common/small");
	TCase *tests = tcase_create("small");

	tcase_add_test(tests, numbers_are_whole_and_in_range);
	tcase_add_test(tests, durations_have_units);
	tcase_add_test(tests, times_are_utc);
	tcase_add_test(tests, sleeping_takes_its_time);
	tcase_add_test(tests, backoff_doubles_up_to_its_maximum);
	tcase_add_test(tests, digests_are_sha256);
	tcase_add_test(tests, digests_as_text_are_checked);
	tcase_add_test(tests, dump_names_go_both_ways);
	tcase_add_test(tests, other_names_are_refused);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
