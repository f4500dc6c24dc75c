/* SPDX-License-Identifier: MIT */
/* Tests of publish/window and publish/marks: what is settled, in which order, under which tags. */
#include "publish/window.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "publish/marks.h"
#include "tests/unit/unit.h"

/* For window_return: any type will do. */
static const bool all[DUMP_TYPES] = {true, true, true, true};

/* Adds a message whose body is TEXT. */
static void
add(struct window *w, const char *text)
{
	struct message m = {.body = text, .len = strlen(text)};

	window_add(w, &m);
}

/* Lets all that waits fly; how many did. */
static size_t
fly_all(struct window *w)
{
	struct window_entry *e;
	size_t n = 0;

	for (; (e = window_next_waiting(w)) != NULL; n++)
		window_fly(w, e, 0);
	return n;
}

/* A window of N messages 0, 1, 2..., all flying. */
static struct window *
flying(int n)
{
	struct window *w = window_new((size_t)n, 1000);
	char text[16];

	for (int i = 0; i < n; i++) {
		snprintf(text, sizeof text, "%d", i);
		add(w, text);
	}
	ck_assert_uint_eq(fly_all(w), (size_t)n);
	return w;
}

/* The bodies of all that is settled at the low end, one after the other; the caller frees. */
static char *
take(struct window *w)
{
	const struct window_entry *e;
	char *out = calloc(1, 100);

	while ((e = window_take_settled(w)) != NULL)
		strncat(out, e->message.body, e->message.len);
	return out;
}

static void
expect_taken(struct window *w, const char *wanted)
{
	char *got = take(w);

	ck_assert_str_eq(got, wanted);
	free(got);
}

START_TEST(settles_in_order)
{
	struct window *w = flying(5);

	ck_assert(window_full(w));
	ck_assert_int_eq(window_answer(w, 2, false, true, 0), WINDOW_GOOD);
	ck_assert_int_eq(window_answer(w, 4, false, true, 0), WINDOW_GOOD);
	expect_taken(w, "");
	ck_assert_int_eq(window_answer(w, 1, false, true, 0), WINDOW_GOOD);
	expect_taken(w, "01");
	ck_assert_int_eq(window_answer(w, 5, true, true, 0), WINDOW_GOOD);
	expect_taken(w, "234");
	ck_assert(window_empty(w));
	ck_assert_uint_eq(window_flying(w), 0);
	window_free(w);
}
END_TEST

START_TEST(knows_unknown_tags)
{
	struct window *w = flying(3);

	ck_assert_int_eq(window_answer(w, 4, false, true, 0), WINDOW_UNKNOWN_TAG);
	ck_assert_int_eq(window_answer(w, 4, true, true, 0), WINDOW_UNKNOWN_TAG);
	ck_assert_int_eq(window_answer(w, 0, false, true, 0), WINDOW_UNKNOWN_TAG);
	ck_assert_int_eq(window_answer(w, 2, false, true, 0), WINDOW_GOOD);
	ck_assert_int_eq(window_answer(w, 2, false, true, 0), WINDOW_UNKNOWN_TAG);
	ck_assert_int_eq(window_answer(w, 2, true, true, 0), WINDOW_GOOD);
	ck_assert_int_eq(window_answer(w, 1, false, true, 0), WINDOW_UNKNOWN_TAG);
	ck_assert_int_eq(window_answer(w, UINT64_MAX, true, true, 0), WINDOW_UNKNOWN_TAG);
	ck_assert_int_eq(window_answer(w, 0, true, true, 0), WINDOW_UNKNOWN_TAG);
	expect_taken(w, "01");
	ck_assert_int_eq(window_answer(w, 3, true, true, 0), WINDOW_GOOD);
	expect_taken(w, "2");
	window_free(w);
}
END_TEST

START_TEST(holds_refused)
{
	struct window *w = flying(4);

	ck_assert_int_eq(window_answer(w, 3, true, false, 0), WINDOW_HELD_SOME);
	ck_assert_int_eq(window_answer(w, 4, false, true, 0), WINDOW_GOOD);
	ck_assert_uint_eq(window_held(w), 3);
	expect_taken(w, "");
	ck_assert(window_release_first(w));
	ck_assert_uint_eq(fly_all(w), 1);
	ck_assert_int_eq(window_answer(w, 5, false, true, 0), WINDOW_GOOD);
	expect_taken(w, "0");
	window_release(w);
	ck_assert_uint_eq(window_held(w), 0);
	ck_assert_uint_eq(fly_all(w), 2);
	ck_assert_int_eq(window_answer(w, 7, true, true, 0), WINDOW_GOOD);
	expect_taken(w, "123");
	ck_assert(!window_release_first(w));
	window_free(w);
}
END_TEST

START_TEST(matches_returns)
{
	struct window *w = window_new(10, 1000);

	add(w, "a");
	add(w, "b");
	add(w, "a");
	add(w, "c");
	fly_all(w);
	ck_assert_uint_eq(window_return(w, all, "a", 1)->tag, 1);
	ck_assert_uint_eq(window_return(w, all, "a", 1)->tag, 3);
	ck_assert_ptr_null(window_return(w, all, "a", 1));
	ck_assert_ptr_null(window_return(w, all, "b", 1)); /* before the last one returned */
	ck_assert_ptr_null(window_return(w, all, "cc", 2));
	ck_assert_int_eq(window_answer(w, 4, true, true, 0), WINDOW_HELD_SOME);
	ck_assert_uint_eq(window_held(w), 2);
	ck_assert(window_first_held(w)->returned);
	window_release(w);
	ck_assert_uint_eq(fly_all(w), 2);
	ck_assert_int_eq(window_answer(w, 6, true, true, 0), WINDOW_GOOD);
	expect_taken(w, "abac");
	window_free(w);
}
END_TEST

START_TEST(tells_returns_of_types_apart)
{
	static const bool labels[DUMP_TYPES] = {[DUMP_LABELS] = true};
	struct window *w = window_new(4, 1000);

	for (int i = 0; i < DUMP_TYPES; i++)
		window_add(w,
		    &(struct message){.body = "end", .len = 3, .type = (enum dump_type)i});
	fly_all(w);
	ck_assert_int_eq(window_return(w, labels, "end", 3)->message.type, DUMP_LABELS);
	ck_assert_ptr_null(window_return(w, labels, "end", 3));
	ck_assert_int_eq(window_answer(w, DUMP_TYPES, true, true, 0), WINDOW_HELD_SOME);
	ck_assert_int_eq(window_first_held(w)->message.type, DUMP_LABELS);
	window_free(w);
}
END_TEST

START_TEST(starts_again_on_a_new_channel)
{
	struct window *w = flying(6);

	window_answer(w, 2, false, true, 0);
	window_answer(w, 4, false, false, 0);
	window_return(w, all, "4", 1);
	window_ground(w);
	ck_assert_uint_eq(window_held(w), 0);
	ck_assert_uint_eq(fly_all(w), 5); /* all but the confirmed one */
	ck_assert_int_eq(window_answer(w, 5, true, true, 0), WINDOW_GOOD);
	expect_taken(w, "012345");
	window_free(w);
}
END_TEST

START_TEST(bounds_bytes)
{
	struct window *w = window_new(100, 10);

	add(w, "1234567890123456"); /* alone it may be larger */
	ck_assert(window_full(w));
	fly_all(w);
	window_answer(w, 1, false, true, 0);
	expect_taken(w, "1234567890123456");
	ck_assert(!window_full(w) && window_roomy(w));
	add(w, "12345");
	add(w, "67890");
	ck_assert(window_full(w) && !window_roomy(w));
	window_free(w);
}
END_TEST

START_TEST(rejects_longer)
{
	struct window *w = window_new(10, 1000);

	add(w, "a");
	add(w, "bbb");
	add(w, "c");
	ck_assert_uint_eq(window_reject_longer(w, 2, "too long"), 1);
	ck_assert_uint_eq(fly_all(w), 2);
	window_answer(w, 2, true, true, 0);
	ck_assert_ptr_null(window_take_settled(w)->reason);
	ck_assert_str_eq(window_take_settled(w)->reason, "too long");
	ck_assert_ptr_null(window_take_settled(w)->reason);
	window_free(w);
}
END_TEST

/* What a broker may do, at random, with a low tag left open for long: nothing is lost or settled
 * twice, and the queue of tags grows as it must. */
START_TEST(survives_anything)
{
	struct window *w = window_new(7, 1000);
	uint64_t added = 0, settled = 0, tag = 0;
	char text[24];

	srand(2);
	for (int i = 0; i < 20000; i++) {
		while (!window_full(w)) {
			snprintf(text, sizeof text, "%llu", (unsigned long long)added++);
			add(w, text);
		}
		tag += fly_all(w);
		if (rand() % 100 == 0) {
			window_ground(w);
			tag = fly_all(w);
		}
		uint64_t one = tag - (uint64_t)(rand() % 8);
		if (one <= tag && one > 0)
			window_answer(w, one, rand() % 5 == 0, rand() % 3 != 0, 0);
		if (rand() % 2 == 0)
			window_release(w);
		const struct window_entry *e;
		while ((e = window_take_settled(w)) != NULL) {
			snprintf(text, sizeof text, "%llu", (unsigned long long)settled++);
			ck_assert_uint_eq(e->message.len, strlen(text));
			ck_assert_mem_eq(e->message.body, text, strlen(text));
		}
	}
	ck_assert_uint_gt(settled, 1000);
	window_free(w);
}
END_TEST

START_TEST(marks_are_a_queue)
{
	struct marks m = {0};

	ck_assert_ptr_null(marks_first(&m));
	for (uint64_t i = 1; i <= 1000; i++) {
		marks_add(&m, i, i * 10);
		if (i % 3 == 0)
			marks_take(&m);
	}
	marks_add(&m, 1000, 77777); /* no message between */
	ck_assert_uint_eq(m.count, 1000 - 333);
	for (uint64_t i = 334; i < 1000; i++) {
		ck_assert_uint_eq(marks_first(&m)->sent, i);
		ck_assert_uint_eq(marks_first(&m)->records, i * 10);
		marks_take(&m);
	}
	ck_assert_uint_eq(marks_first(&m)->records, 77777);
	marks_clear(&m);
	ck_assert_ptr_null(marks_first(&m));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("publish_window");
	TCase *tests = tcase_create("all");

	tcase_add_test(tests, settles_in_order);
	tcase_add_test(tests, knows_unknown_tags);
	tcase_add_test(tests, holds_refused);
	tcase_add_test(tests, matches_returns);
	tcase_add_test(tests, tells_returns_of_types_apart);
	tcase_add_test(tests, starts_again_on_a_new_channel);
	tcase_add_test(tests, bounds_bytes);
	tcase_add_test(tests, rejects_longer);
	tcase_add_test(tests, survives_anything);
	tcase_add_test(tests, marks_are_a_queue);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
