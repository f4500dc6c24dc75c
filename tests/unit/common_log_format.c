/* SPDX-License-Identifier: MIT */
/* Tests of common/log_format: whole lines whatever the length, and entries for the journal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/log_format.h"
#include "tests/unit/unit.h"

static const struct log_entry entry = {
    .priority = LOG_PRIORITY_WARNING,
    .program = "dx-test",
    .file = "a \"b\".gz",
    .text = "Dahlb\xc3\xa4"
	    "ck \\ \xff end",
    .when = 1790000000,
    .pid = 42,
};

/* The entry in FORMAT with room for SIZE bytes. */
static const char *
line(enum log_format format, size_t size)
{
	static char out[4096];
	size_t len = log_format_line(format, &entry, out, size);

	ck_assert_uint_le(len, size);
	ck_assert_int_eq(out[len - 1], '\n');
	out[len] = '\0';
	return out;
}

START_TEST(each_format_has_its_form)
{
	ck_assert_str_eq(line(LOG_TEXT, 1024),
	    "dx-test: Dahlb\xc3\xa4"
	    "ck \\ \xff end\n");
	ck_assert_str_eq(line(LOG_JOURNAL, 1024),
	    "<4>dx-test: Dahlb\xc3\xa4"
	    "ck \\ \xff end\n");
	ck_assert_str_eq(line(LOG_LOGFMT, 1024),
	    "time=2026-09-21T14:13:20Z level=warning program=dx-test pid=42 file=\"a \\\"b\\\".gz\" "
	    "msg=\"Dahlb\xc3\xa4"
	    "ck \\\\ \xef\xbf\xbd end\"\n");
	ck_assert_str_eq(line(LOG_JSON, 1024),
	    "{\"time\":\"2026-09-21T14:13:20Z\",\"level\":\"warning\",\"program\":\"dx-test\","
	    "\"pid\":42,\"file\":\"a \\\"b\\\".gz\",\"message\":\"Dahlb\xc3\xa4"
	    "ck \\\\ \xef\xbf\xbd end\"}\n");
}
END_TEST

START_TEST(a_line_that_is_cut_is_still_one)
{
	const char *whole = "\"}\n", *quote = "\"\n";

	for (size_t size = 150; size < 220; size++) {
		const char *json = line(LOG_JSON, size);
		ck_assert_str_eq(json + strlen(json) - strlen(whole), whole);
		ck_assert_ptr_null(strstr(json, "\\\"}\n"));
		const char *logfmt = line(LOG_LOGFMT, size);
		ck_assert_str_eq(logfmt + strlen(logfmt) - strlen(quote), quote);
	}
}
END_TEST

START_TEST(names_are_known)
{
	ck_assert_int_eq(log_format_named("text"), LOG_TEXT);
	ck_assert_int_eq(log_format_named("logfmt"), LOG_LOGFMT);
	ck_assert_int_eq(log_format_named("json"), LOG_JSON);
	ck_assert_int_eq(log_format_named("journal"), LOG_JOURNAL);
	ck_assert_int_eq(log_format_named("JSON"), -1);
	ck_assert_int_eq(log_format_named(""), -1);
}
END_TEST

START_TEST(the_journal_gets_fields)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char folder[] = "/tmp/dx-log.XXXXXX", got[1024];

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", folder);
	ck_assert_int_eq(log_format_journal(&entry, address.sun_path), -1);
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	ck_assert_int_eq(log_format_journal(&entry, address.sun_path), 0);
	ssize_t n = recv(fd, got, sizeof got - 1, 0);
	ck_assert_int_gt(n, 0);
	got[n] = '\0';
	ck_assert_str_eq(got,
	    "PRIORITY=4\nSYSLOG_IDENTIFIER=dx-test\nSYSLOG_PID=42\nDX_FILE=a \"b\".gz\n"
	    "MESSAGE=Dahlb\xc3\xa4"
	    "ck \\ \xff end\n");
	close(fd);
	unlink(address.sun_path);
	rmdir(folder);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("log_format");
	TCase *tests = tcase_create("all");

	tcase_add_test(tests, each_format_has_its_form);
	tcase_add_test(tests, a_line_that_is_cut_is_still_one);
	tcase_add_test(tests, names_are_known);
	tcase_add_test(tests, the_journal_gets_fields);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
