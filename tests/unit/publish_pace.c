/* SPDX-License-Identifier: MIT */
/* Tests of publish/pace: as many messages a second as wanted, and no flood after a pause. */
#include "publish/pace.h"

#include "tests/unit/unit.h"

#define SECOND_NS INT64_C(1000000000)
#define MILLI_NS  INT64_C(1000000)

/* How many messages go from *NOW_NS on in MS milliseconds, by one who waits as he is told. */
static uint64_t
count(struct pace *p, int64_t *now_ns, int64_t ms)
{
	int64_t end_ns = *now_ns + ms * MILLI_NS;
	uint64_t sent = 0;

	while (*now_ns < end_ns) {
		int wait_ms = pace_wait_ms(p, *now_ns);
		*now_ns += wait_ms * MILLI_NS;
		if (wait_ms > 0)
			continue;
		pace_went(p);
		sent++;
		*now_ns += 1000; /* a microsecond of work */
	}
	return sent;
}

START_TEST(evenly)
{
	static const uint64_t rates[] = {1, 3, 10, 999, 5000, 70000, 300000};

	for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
		struct pace p = {.rate = rates[i]};
		int64_t now_ns = 5 * SECOND_NS;
		/* The first tenth of a second is what was made up for. */
		count(&p, &now_ns, 1000);
		uint64_t sent = count(&p, &now_ns, 10000);
		ck_assert_uint_le(sent, 10 * rates[i] + 1);
		ck_assert_uint_ge(sent, 10 * rates[i] - rates[i] / 50 - 1);
	}
}
END_TEST

START_TEST(no_flood)
{
	struct pace p = {.rate = 1000};
	int64_t now_ns = SECOND_NS;

	count(&p, &now_ns, 1000);
	now_ns += 3600 * SECOND_NS;
	/* 1,000 in this second and the 100 of a tenth that was missed. */
	ck_assert_uint_le(count(&p, &now_ns, 1000), 1101);
}
END_TEST

START_TEST(no_limit)
{
	struct pace p = {0};

	for (int i = 0; i < 1000; i++) {
		ck_assert_int_eq(pace_wait_ms(&p, i), 0);
		pace_went(&p);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("publish/pace");
	TCase *tc = tcase_create("pace");

	tcase_add_test(tc, evenly);
	tcase_add_test(tc, no_flood);
	tcase_add_test(tc, no_limit);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
