/* SPDX-License-Identifier: MIT */
/* Tests of publish/target: what of the options decides where messages go, as a text. */
#include "publish/target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#define FANOUT "fanout discogsography-discogs-%t"
#define TOPIC                                                                                      \
	"topic discogsography-exchange, key %t, queues discogsography-graphinator-%t "             \
	"discogsography-tableinator-%t"

/* The text for the options in ARGS, separated by blanks, behind OPTIONS of dx-parse. */
static char *
text_of(const char *args, const char *options)
{
	char copy[512], *argv[16] = {copy}, *save = NULL;
	struct settings s;
	int argc = 1, status;

	snprintf(copy, sizeof copy, "dx-publish %s", args);
	argv[0] = strtok_r(copy, " ", &save);
	while ((argv[argc] = strtok_r(NULL, " ", &save)) != NULL)
		argc++;
	ck_assert_msg(settings_read(&s, argc, argv, &status) == OPTIONS_RUN, "%s", args);
	char *text = target_of_file(&s, options);
	settings_free(&s);
	return text;
}

START_TEST(names_what_decides)
{
	static const struct {
		const char *args, *text;
	} cases[] = {
	    {"-u amqp://h", "amqp://h:5672/, " FANOUT},
	    {"-u amqp://user:secret@h/v", "amqp://h:5672/v, " FANOUT},
	    {"-u amqp://b,amqp://a -u amqps://c",
		"amqp://a:5672/,amqp://b:5672/,amqps://c:5671/, " FANOUT},
	    {"-u amqp://h --layout topic", "amqp://h:5672/, " TOPIC},
	    {"-u amqp://h --exchange e --exchange-type direct --routing-key k",
		"amqp://h:5672/, direct e, key k"},
	    {"-u amqp://h --exchange= --routing-key q", "amqp://h:5672/, fanout \"\", key q"},
	    {"-u amqp://h --queue b --queue a --queue-type quorum",
		"amqp://h:5672/, " FANOUT ", queues a b quorum"},
	    /* Without queues of ours their type decides nothing; nor does any of these. */
	    {"-u amqp://h --queue-type quorum", "amqp://h:5672/, " FANOUT},
	    {"-u amqp://h --window 5 --batch 7 --rate 9 --state-interval 3 --strict --connections 2",
		"amqp://h:5672/, " FANOUT},
	    {"-u file:/ --layout topic", "file:/"},
	    {"-u file:/../usr/./bin/../", "file:/usr"},
	    {"-u file:/not/there", "file:/not/there"},
	    {"-u amqp://h/%c3%a4%ff%0a%c2%85",
		"amqp://h:5672/\xc3\xa4\\xff\\x0a\\xc2\\x85, " FANOUT},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *text = text_of(cases[i].args, "");
		ck_assert_str_eq(text, cases[i].text);
		free(text);
	}
}
END_TEST

START_TEST(folders_are_absolute)
{
	char folder[] = "/tmp/dx-target.XXXXXX", wanted[64];

	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(chdir(folder), 0);
	snprintf(wanted, sizeof wanted, "file:%s/out", folder);
	/* Before it is made and afterwards. */
	char *text = text_of("-u file:out", "");
	ck_assert_str_eq(text, wanted);
	free(text);
	snprintf(wanted, sizeof wanted, "file:%s", folder);
	text = text_of("-u file:.", "");
	ck_assert_str_eq(text, wanted);
	free(text);
	ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

START_TEST(is_found_behind_other_options)
{
	static const char *const args[] = {"-u amqp://h", "-u file:/a;b"};
	static const char *const options[] = {"", "strict", "two, words"};

	for (size_t i = 0; i < 6; i++) {
		char *bare = text_of(args[i % 2], "");
		char *text = text_of(args[i % 2], options[i / 2]);
		ck_assert_str_eq(target_find(text), bare);
		ck_assert_int_eq(strncmp(text, options[i / 2], strlen(options[i / 2])), 0);
		free(bare);
		free(text);
	}
	ck_assert_str_eq(target_find("file:/a; b"), "file:/a; b");
	ck_assert_str_eq(target_find("whatever"), "whatever");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("publish/target");
	TCase *tests = tcase_create("target");

	tcase_add_test(tests, names_what_decides);
	tcase_add_test(tests, folders_are_absolute);
	tcase_add_test(tests, is_found_behind_other_options);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
