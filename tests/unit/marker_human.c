/* SPDX-License-Identifier: MIT */
/* Tests of marker/human: counts, sizes and times as people read them. */
#include <math.h>

#include "marker/human.h"
#include "tests/unit/unit.h"

static const struct {
	char *(*make)(char *, int64_t);
	int64_t value;
	const char *text;
} texts[] = {
    {human_count, 0, "0"},
    {human_count, 999, "999"},
    {human_count, 1000, "1,000"},
    {human_count, 123456, "123,456"},
    {human_count, 1234567, "1,234,567"},
    {human_count, -1000, "-1,000"},
    {human_count, -100, "-100"},
    {human_count, INT64_MAX, "9,223,372,036,854,775,807"},
    {human_bytes, 0, "0 B"},
    {human_bytes, 999, "999 B"},
    {human_bytes, 1000, "1.0 kB"},
    {human_bytes, 999949, "999.9 kB"},
    {human_bytes, 999950, "1.0 MB"},
    {human_bytes, 12052065551, "12.1 GB"},
    {human_bytes, INT64_MAX, "9.2 EB"},
    {human_duration, 0, "0:00:00"},
    {human_duration, 3723, "1:02:03"},
    {human_duration, 360000, "100:00:00"},
    {human_duration, INT64_MAX, "2562047788015215:30:07"},
    {human_span, 0, "0 s"},
    {human_span, 119, "119 s"},
    {human_span, 120, "2 min"},
    {human_span, 7199, "119 min"},
    {human_span, 7200, "2 h"},
    {human_span, 172800, "2 d"},
};

START_TEST(numbers_are_written_for_people)
{
	char text[HUMAN_SIZE];

	ck_assert_str_eq(texts[_i].make(text, texts[_i].value), texts[_i].text);
}
END_TEST

START_TEST(times_are_written_for_people)
{
	char text[HUMAN_SIZE];

	ck_assert_str_eq(human_time(text, 0), "-");
	ck_assert_str_eq(human_time(text, 1785758400), "2026-08-03 12:00 UTC");
	ck_assert_str_eq(human_month(text, "20260803"), "2026-08-03");
	ck_assert_str_eq(human_month(text, "x"), "x");
}
END_TEST

START_TEST(amounts_become_whole)
{
	ck_assert_int_eq(human_whole(-1), 0);
	ck_assert_int_eq(human_whole(NAN), 0);
	ck_assert_int_eq(human_whole(0.4), 0);
	ck_assert_int_eq(human_whole(0.5), 1);
	ck_assert_int_eq(human_whole(9223372036854775808.0), INT64_MAX);
	ck_assert_int_eq(human_whole(1e300), INT64_MAX);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("marker human");
	TCase *t = tcase_create("human");

	tcase_add_loop_test(t, numbers_are_written_for_people, 0, sizeof texts / sizeof *texts);
	tcase_add_test(t, times_are_written_for_people);
	tcase_add_test(t, amounts_become_whole);
	suite_add_tcase(suite, t);
	return unit_run(suite);
}
