/* SPDX-License-Identifier: MIT */
/* Tests of common/buf and common/mem: bytes that grow, text that is formatted. */
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/mem.h"
#include "tests/unit/unit.h"

START_TEST(grows_byte_by_byte)
{
	struct buf b = {0};

	for (int i = 0; i < 100000; i++)
		buf_add_char(&b, (char)(i % 251));
	ck_assert_uint_eq(b.len, 100000);
	for (int i = 0; i < 100000; i++)
		ck_assert_int_eq(b.data[i], (char)(i % 251));
	buf_free(&b);
	ck_assert_ptr_null(b.data);
	ck_assert_uint_eq(b.cap, 0);
}
END_TEST

START_TEST(adds_text_and_nothing)
{
	struct buf b = {0};

	buf_add(&b, NULL, 0);
	buf_add_str(&b, "");
	ck_assert_uint_eq(b.len, 0);
	buf_add_str(&b, "ab");
	buf_add(&b, "c\0d", 3);
	ck_assert_uint_eq(b.len, 5);
	ck_assert_mem_eq(b.data, "abc\0d", 5);
	buf_free(&b);
}
END_TEST

START_TEST(formats_longer_than_what_is_reserved)
{
	struct buf b = {0};
	char *long_text = mem_zero(5001, 1);

	memset(long_text, 'x', 5000);
	buf_printf(&b, "%s", "");
	buf_printf(&b, "<%d>", 42);
	buf_printf(&b, "%s!", long_text);
	ck_assert_uint_eq(b.len, 4 + 5001);
	ck_assert_mem_eq(b.data, "<42>xxx", 7);
	ck_assert_mem_eq(b.data + b.len - 3, "xx!", 3);
	free(long_text);
	buf_free(&b);
}
END_TEST

START_TEST(reserve_keeps_what_is_there)
{
	struct buf b = {0};

	buf_add_str(&b, "kept");
	char *room = buf_reserve(&b, 1 << 20);
	ck_assert_ptr_eq(room, b.data + 4);
	memset(room, 'y', 1 << 20);
	ck_assert_uint_eq(b.len, 4);
	ck_assert_mem_eq(b.data, "kept", 4);
	buf_free(&b);
}
END_TEST

/* Status 71 is what the manuals promise. */
START_TEST(out_of_memory_ends_with_71)
{
	mem_zero((size_t)-1, 2);
}
END_TEST

START_TEST(an_overflowing_product_is_out_of_memory)
{
	mem_resize(NULL, (size_t)-1 / 2 + 1, 2);
}
END_TEST

START_TEST(exhausted_is_out_of_memory)
{
	mem_exhausted();
}
END_TEST

START_TEST(copies_are_terminated)
{
	char *a = mem_strndup("abcdef", 3), *b = mem_strdup(""), *c = mem_printf("%s-%d", "n", 7);

	ck_assert_str_eq(a, "abc");
	ck_assert_str_eq(b, "");
	ck_assert_str_eq(c, "n-7");
	free(a);
	free(b);
	free(c);
	free(mem_alloc(0));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("common/buf");
	TCase *tests = tcase_create("buf");

	tcase_add_test(tests, grows_byte_by_byte);
	tcase_add_test(tests, adds_text_and_nothing);
	tcase_add_test(tests, formats_longer_than_what_is_reserved);
	tcase_add_test(tests, reserve_keeps_what_is_there);
	tcase_add_test(tests, copies_are_terminated);
	tcase_add_exit_test(tests, out_of_memory_ends_with_71, 71);
	tcase_add_exit_test(tests, an_overflowing_product_is_out_of_memory, 71);
	tcase_add_exit_test(tests, exhausted_is_out_of_memory, 71);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
