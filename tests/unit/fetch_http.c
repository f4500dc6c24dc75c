/* SPDX-License-Identifier: MIT */
/* Tests of fetch/http.h, url.h and throttle.h: what is read from URLs and headers. */
#include "fetch/http.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/io.h"
#include "common/mem.h"
#include "common/utf8.h"
#include "fetch/throttle.h"
#include "fetch/url.h"
#include "tests/unit/unit.h"

START_TEST(content_range_is_read)
{
	struct http_head head = {0};

	http_read_range("bytes 100-199/200", &head);
	ck_assert(head.range_valid);
	ck_assert_uint_eq(head.range_first, 100);
	ck_assert_uint_eq(head.range_last, 199);
	ck_assert_uint_eq(head.range_total, 200);
	http_read_range("Bytes 0-0/*", &head);
	ck_assert(head.range_valid);
	ck_assert_uint_eq(head.range_total, 0);
}
END_TEST

START_TEST(content_range_that_is_wrong_is_refused)
{
	static const char *const texts[] = {"", "bytes", "bytes ", "bytes 1", "bytes 1-",
	    "bytes 1-2", "bytes 1-2/", "bytes 2-1/9", "bytes 1-2/2", "bytes */200", "items 1-2/9",
	    "bytes -2/9", "bytes 1-2/9x", "bytes 1-99999999999999999999999999/9", "bytes  1-2/9"};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct http_head head = {0};
		http_read_range(texts[i], &head);
		ck_assert_msg(!head.range_valid, "%s", texts[i]);
	}
}
END_TEST

START_TEST(base_url_is_taken_apart)
{
	struct base_url base;

	ck_assert_int_eq(url_parse_base("https://us%40er:p%3aw@Data.Discogs.com", &base), 0);
	ck_assert_str_eq(base.user, "us@er");
	ck_assert_str_eq(base.password, "p:w");
	ck_assert_ptr_null(strstr(base.text, "p%3aw"));
	ck_assert_str_eq(base.origin, "https://data.discogs.com:443");
	url_free(&base);
	ck_assert_int_eq(url_parse_base("http://[::1]:8080/mirror/", &base), 0);
	ck_assert_str_eq(base.text, "http://[::1]:8080/mirror/");
	char *url = url_of_file(&base, "20260701", "discogs_20260701_releases.xml.gz");
	ck_assert_str_eq(url,
	    "http://[::1]:8080/mirror/"
	    "?download=data%2F2026%2Fdiscogs_20260701_releases.xml.gz");
	free(url);
	url = url_of_year(&base, 2026);
	ck_assert_str_eq(url, "http://[::1]:8080/mirror/?prefix=data%2F2026%2F");
	free(url);
	url_free(&base);
	url_free(&base);
}
END_TEST

START_TEST(base_url_that_is_none_is_refused)
{
	static const char *const texts[] = {"", "data.discogs.com", "ftp://host/",
	    "file:///etc/passwd", "http://", "http://host/?a=b", "http://host/#a", "http://ho st/",
	    "http://host:99999/"};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct base_url base;
		ck_assert_msg(url_parse_base(texts[i], &base) == -1, "%s", texts[i]);
	}
}
END_TEST

START_TEST(redirects_stay_at_home)
{
	struct base_url plain, secure;

	ck_assert_int_eq(url_parse_base("http://host/", &plain), 0);
	ck_assert_int_eq(url_parse_base("https://host/", &secure), 0);
	ck_assert(url_may_follow(&plain, "http://host/x"));
	ck_assert(url_may_follow(&plain, "http://HOST:80/x?y"));
	ck_assert(url_may_follow(&plain, "https://host/x"));
	ck_assert(url_may_follow(&secure, "https://host:443/x"));
	ck_assert(!url_may_follow(&secure, "http://host/x"));
	ck_assert(!url_may_follow(&secure, "https://host:444/x"));
	ck_assert(!url_may_follow(&secure, "https://host.evil.example/x"));
	ck_assert(!url_may_follow(&plain, "https://other/x"));
	ck_assert(!url_may_follow(&plain, "http://user@other/x"));
	ck_assert(!url_may_follow(&plain, "file:///host"));
	ck_assert(!url_may_follow(&plain, ""));
	url_free(&plain);
	url_free(&secure);
}
END_TEST

START_TEST(retry_after_is_read_in_both_forms)
{
	const time_t now = 784111777; /* Sun, 06 Nov 1994 08:49:37 GMT */

	ck_assert_int_eq(throttle_parse("3570", now), now + 3570);
	ck_assert_int_eq(throttle_parse("Sun, 06 Nov 1994 09:49:37 GMT", now), now + 3600);
	ck_assert_int_eq(throttle_parse("Sunday, 06-Nov-94 09:49:37 GMT", now), now + 3600);
	ck_assert_int_eq(throttle_parse("Sun Nov  6 09:49:37 1994", now), now + 3600);
	ck_assert_int_eq(throttle_parse("99999999999999999999", now), now + THROTTLE_MAX_S);
	ck_assert_int_eq(throttle_parse("Sun, 06 Nov 2050 09:49:37 GMT", now),
	    now + THROTTLE_MAX_S);
	ck_assert_int_eq(throttle_parse("", now), 0);
	ck_assert_int_eq(throttle_parse("0", now), now);
	ck_assert_int_eq(throttle_parse("-5", now), 0);
	ck_assert_int_eq(throttle_parse("soon", now), 0);
	ck_assert_int_eq(throttle_parse("Sun, 06 Nov 1994 08:49:37 GMT", now), now);
}
END_TEST

START_TEST(waits_are_kept_for_each_server)
{
	char *folder = unit_folder();
	time_t now = time(NULL);
	struct throttle *t = throttle_open(folder, "http://a:80");

	ck_assert_int_eq(throttle_until(t, now), 0);
	throttle_remember(t, now, now + 100);
	ck_assert_int_eq(throttle_until(t, now), now + 100);
	ck_assert_int_eq(throttle_until(t, now + 100), 0);
	throttle_close(t);
	t = throttle_open(folder, "http://b:80");
	ck_assert_int_eq(throttle_until(t, now), 0);
	throttle_remember(t, now, now + 200);
	throttle_close(t);
	t = throttle_open(folder, "http://a:80");
	ck_assert_int_eq(throttle_until(t, now), now + 100);
	throttle_remember(t, now + 150, now + 300);
	throttle_close(t);
	t = throttle_open(folder, "http://b:80");
	ck_assert_int_eq(throttle_until(t, now), now + 200);
	/* A clock that was wrong when this was written. */
	ck_assert_int_eq(throttle_until(t, now - 2 * THROTTLE_MAX_S), 0);
	throttle_close(t);
	throttle_close(NULL);
	t = throttle_open(NULL, "http://a:80");
	throttle_remember(t, now, now + 100);
	ck_assert_int_eq(throttle_until(t, now), now + 100);
	throttle_close(t);
	free(folder);
}
END_TEST

START_TEST(paths_that_are_no_utf8_are_known)
{
	static const char *const good[] = {"", "/a", "/\xc3\xa4", "/\xe2\x82\xac",
	    "\xf0\x9f\x8e\xb5", "\xf4\x8f\xbf\xbf", "\xef\xbf\xbf"};
	static const char *const bad[] = {"\xe4", "\xe4/x", "\xc0\xaf", "\xe0\x80\xaf",
	    "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80", "\xe2\x82", "\xf0\x9f\x8e", "\xff",
	    "\xf0\x80\x80\x80"};

	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		ck_assert_msg(utf8_valid(good[i]), "good %zu", i);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_msg(!utf8_valid(bad[i]), "bad %zu", i);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("fetch_http");
	TCase *tc = tcase_create("http");

	tcase_add_test(tc, content_range_is_read);
	tcase_add_test(tc, content_range_that_is_wrong_is_refused);
	tcase_add_test(tc, base_url_is_taken_apart);
	tcase_add_test(tc, base_url_that_is_none_is_refused);
	tcase_add_test(tc, redirects_stay_at_home);
	tcase_add_test(tc, retry_after_is_read_in_both_forms);
	tcase_add_test(tc, paths_that_are_no_utf8_are_known);
	tcase_add_test(tc, waits_are_kept_for_each_server);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
