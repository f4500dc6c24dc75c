/* SPDX-License-Identifier: MIT */
/* Tests of publish/address, publish/layout and publish/message: from texts to where and what. */
#include "publish/address.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "common/secret.h"
#include "publish/layout.h"
#include "publish/message.h"
#include "tests/unit/unit.h"

START_TEST(reads_urls)
{
	static const struct {
		const char *url, *host, *port, *user, *password, *vhost, *shown;
	} cases[] = {
	    {"amqp://h", "h", "5672", NULL, NULL, "/", "amqp://h:5672/"},
	    {"amqps://h", "h", "5671", NULL, NULL, "/", "amqps://h:5671/"},
	    {"AMQP://h:1/", "h", "1", NULL, NULL, "/", "amqp://h:1/"},
	    {"amqp://u:p@h/v", "h", "5672", "u", "p", "v", "amqp://h:5672/v"},
	    {"amqp://u:p%40%3A%2F%2C@h:2/%2f", "h", "2", "u", "p@:/,", "/", "amqp://h:2/"},
	    {"amqp://u:p@p@h", "h", "5672", "u", "p@p", "/", "amqp://h:5672/"},
	    {"amqp://u@h", "h", "5672", "u", "", "/", "amqp://h:5672/"},
	    {"amqp://[::1]:3/v", "::1", "3", NULL, NULL, "v", "amqp://[::1]:3/v"},
	    {"amqp://u:p@[::1]", "::1", "5672", "u", "p", "/", "amqp://[::1]:5672/"},
	    {"amqp://:4", "localhost", "4", NULL, NULL, "/", "amqp://localhost:4/"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct address_list list = {0};
		const char *problem = address_parse(&list, cases[i].url);
		ck_assert_msg(problem == NULL, "%s: %s", cases[i].url, problem);
		const struct address *a = &list.servers[0];
		ck_assert_uint_eq(list.count, 1);
		ck_assert_str_eq(a->host, cases[i].host);
		ck_assert_str_eq(a->port, cases[i].port);
		ck_assert_pstr_eq(a->user, cases[i].user);
		ck_assert_pstr_eq(a->password, cases[i].password);
		ck_assert_str_eq(a->vhost, cases[i].vhost);
		ck_assert_str_eq(a->shown, cases[i].shown);
		address_free(&list);
	}
}
END_TEST

START_TEST(refuses_other_texts)
{
	static const char *const bad[] = {"", "h", "http://h", "amqp:/h", "amqp://h:", "amqp://h:0",
	    "amqp://h:65536", "amqp://h:1x", "amqp://u:%4@h", "amqp://u:%00@h", "amqp://%zz",
	    "amqp://[::1", "amqp://[::1]x", "amqp://h/v?heartbeat=3", "amqp://h?x", "amqp://h#x",
	    "amqp://h,", "amqp://h,,amqp://i", "amqp://h,file:x", "file:", ","};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct address_list list = {0};
		ck_assert_msg(address_parse(&list, bad[i]) != NULL, "%s", bad[i]);
		address_free(&list);
	}
}
END_TEST

START_TEST(reads_lists)
{
	struct address_list list = {0};

	ck_assert_ptr_null(address_parse(&list, "amqp://a,amqps://u:p@b:1/v,amqp://c"));
	ck_assert_ptr_null(address_parse(&list, "amqp://d"));
	ck_assert_uint_eq(list.count, 4);
	address_login(&list, "user", "secret");
	ck_assert_str_eq(list.servers[0].user, "user");
	ck_assert_str_eq(list.servers[1].user, "u");
	ck_assert_str_eq(list.servers[3].password, "secret");
	ck_assert_ptr_nonnull(address_parse(&list, "file:x"));
	address_free(&list);
	ck_assert_ptr_null(address_parse(&list, "file:a,b"));
	ck_assert_str_eq(list.folder, "a,b");
	ck_assert_ptr_nonnull(address_parse(&list, "amqp://a"));
	address_free(&list);
}
END_TEST

START_TEST(masks_passwords)
{
	static const struct {
		const char *text, *masked;
	} cases[] = {
	    {"amqp://u:secret@h/v", "amqp://u:******@h/v"},
	    {"amqp://u:a@b@h,amqps://v:xy@i", "amqp://u:***@h,amqps://v:**@i"},
	    {"amqp://u:pa/ss@h", "amqp://u:*****@h"},
	    {"amqp://u@h", "amqp://u@h"},
	    {"amqp://u@h:1", "amqp://u@h:1"},
	    {"amqp://u@v:xy@h", "amqp://u@v:**@h"},
	    {"amqp://h:1", "amqp://h:1"},
	    {"amqp://u:a,b@h", "amqp://u:***@h"},
	    {"amqp://u:a b'\"?#@h", "amqp://u:*******@h"},
	    {"u:xy@h", "u:**@h"},
	    {"http://h:80/a@b", "http://h:80/a@b"},
	    {"http://h/a:b@c", "http://h/a:b@c"},
	    {"http://", "http://"},
	    {"file:a:b@c", "file:a:b@c"},
	    {"", ""},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *text = mem_strdup(cases[i].text);
		secret_mask(text);
		ck_assert_str_eq(text, cases[i].masked);
		free(text);
	}
}
END_TEST

START_TEST(expands_layouts)
{
	char longest[300];
	char *text = layout_expand("a-%t-%%-%t", DUMP_LABELS);

	ck_assert_str_eq(text, "a-labels-%-labels");
	free(text);
	ck_assert(layout_pattern_valid("a%tb%%"));
	ck_assert(!layout_pattern_valid("a%"));
	ck_assert(!layout_pattern_valid("%x"));
	memset(longest, 'x', sizeof longest);
	longest[255] = '\0';
	ck_assert(layout_pattern_valid(longest));
	longest[254] = '%';
	ck_assert(!layout_pattern_valid(longest));
	memcpy(longest + 253, "%t", 3);
	ck_assert(!layout_pattern_valid(longest));
	ck_assert_ptr_null(layout_find("none"));
	ck_assert_str_eq(layout_find("topic")->routing_key, "%t");
}
END_TEST

/* The message for a record with these members; NULL for none. */
static struct message
message_with(const char *type, const char *id, const char *sha256)
{
	struct record r = {{type, type != NULL ? strlen(type) : 0},
	    {id, id != NULL ? strlen(id) : 0}, {sha256, sha256 != NULL ? strlen(sha256) : 0}};
	struct message m;

	message_of_record(&m, DUMP_MASTERS, "{}", 2, 9, &r);
	return m;
}

START_TEST(makes_properties)
{
	char longest[200];

	ck_assert_str_eq(message_with("data", "12", "0123456789abcdefXX").id,
	    "masters/12/0123456789abcdef");
	ck_assert_str_eq(message_with("data", "12", "short").id, "masters/12");
	ck_assert_str_eq(message_with("data", NULL, "0123456789abcdef").id, "");
	ck_assert_str_eq(message_with("mine", "1", NULL).kind, "mine");
	ck_assert_str_eq(message_with(NULL, "1", NULL).kind, "data");
	memset(longest, 'x', sizeof longest);
	longest[sizeof longest - 1] = '\0';
	ck_assert_str_eq(message_with(longest, longest, NULL).kind, "data");
	ck_assert_str_eq(message_with(longest, longest, NULL).id, "");
	longest[MESSAGE_ID_SIZE - strlen("masters/") - 1] = '\0';
	ck_assert_uint_eq(strlen(message_with("", longest, "0123456789abcdef").id),
	    MESSAGE_ID_SIZE - 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("publish_address");
	TCase *tests = tcase_create("all");

	tcase_add_test(tests, reads_urls);
	tcase_add_test(tests, refuses_other_texts);
	tcase_add_test(tests, reads_lists);
	tcase_add_test(tests, masks_passwords);
	tcase_add_test(tests, expands_layouts);
	tcase_add_test(tests, makes_properties);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
