/* SPDX-License-Identifier: MIT */
/* Tests of publish/latency: what it says is never too little, and at most an eighth too much. */
#include "publish/latency.h"

#include "tests/unit/unit.h"

START_TEST(one_number)
{
	for (int shift = 0; shift < 39; shift++) {
		for (int64_t add = -1; add <= 1; add++) {
			struct latency l = {0};
			int64_t us = ((int64_t)1 << shift) + add;
			latency_add(&l, us);
			ck_assert_int_ge(latency_within(&l, 50), us);
			ck_assert_int_le(latency_within(&l, 50), us + us / 8);
			ck_assert_int_eq(latency_within(&l, 1), latency_within(&l, 100));
		}
	}
}
END_TEST

START_TEST(shares)
{
	struct latency l = {0};

	ck_assert_int_eq(latency_within(&l, 50), 0);
	for (int i = 1; i <= 1000; i++)
		latency_add(&l, i);
	for (unsigned percent = 1; percent <= 100; percent++) {
		ck_assert_int_ge(latency_within(&l, percent), 10 * percent);
		ck_assert_int_le(latency_within(&l, percent), 10 * percent * 9 / 8 + 1);
	}
}
END_TEST

START_TEST(odd_numbers)
{
	struct latency l = {0};

	latency_add(&l, -5);
	ck_assert_int_eq(latency_within(&l, 100), 0);
	latency_add(&l, INT64_MAX);
	ck_assert_int_gt(latency_within(&l, 100), INT64_C(1) << 39);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("publish/latency");
	TCase *tc = tcase_create("latency");

	tcase_add_test(tc, one_number);
	tcase_add_test(tc, shares);
	tcase_add_test(tc, odd_numbers);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
