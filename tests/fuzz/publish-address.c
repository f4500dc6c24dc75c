/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target for lists of destinations: what was read can be written as a URL and read again;
 * nothing that is shown depends on a password; nothing of one is left in a masked list.
 */
#include "tests/fuzz/fuzz.h"

#include "common/buf.h"
#include "common/secret.h"
#include "publish/address.h"

/* In the place of every password. */
#define SECRET "Sw0rdf1sh-and-more"

/* Appends TEXT with every byte that may mean something as %XX. */
static void
add_encoded(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			buf_add_char(out, *text);
		else
			buf_printf(out, "%%%02X", c);
	}
}

/* The list as text, with PASSWORD for the passwords unless that is NULL. The caller frees. */
static char *
write_list(const struct address_list *list, const char *password)
{
	struct buf out = {0};

	for (size_t i = 0; i < list->count; i++) {
		const struct address *a = &list->servers[i];
		buf_printf(&out, "%s%s://", i > 0 ? "," : "", a->tls ? "amqps" : "amqp");
		if (a->user != NULL) {
			add_encoded(&out, a->user);
			buf_add_char(&out, ':');
			add_encoded(&out, password != NULL ? password : a->password);
			buf_add_char(&out, '@');
		}
		add_encoded(&out, a->host);
		buf_printf(&out, ":%s/", a->port);
		add_encoded(&out, a->vhost);
	}
	buf_add_char(&out, '\0');
	return out.data;
}

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Whether the servers are the same but for the passwords. */
static bool
same_servers(const struct address_list *a, const struct address_list *b)
{
	for (size_t i = 0; i < a->count; i++) {
		const struct address *x = &a->servers[i], *y = &b->servers[i];
		if (x->tls != y->tls || !same_text(x->host, y->host) ||
		    !same_text(x->port, y->port) || !same_text(x->user, y->user) ||
		    !same_text(x->vhost, y->vhost) || !same_text(x->shown, y->shown))
			return false;
	}
	return a->count == b->count;
}

/* Reads TEXT, which must be a list of the same servers as LIST. */
static void
read_again(const struct address_list *list, const char *text, struct address_list *out)
{
	*out = (struct address_list){0};
	REQUIRE(address_parse(out, text) == NULL);
	REQUIRE(same_servers(list, out));
}

/* TEXT, masked, is the same list with stars for passwords. */
static void
check_masked(const struct address_list *list, const char *text)
{
	struct address_list masked;
	char *copy = mem_strdup(text);

	secret_mask(copy);
	REQUIRE(strlen(copy) == strlen(text));
	REQUIRE(strstr(copy, SECRET) == NULL);
	read_again(list, copy, &masked);
	for (size_t i = 0; i < masked.count; i++) {
		const char *password = masked.servers[i].password;
		REQUIRE(password == NULL || strspn(password, "*") == strlen(password));
	}
	address_free(&masked);
	free(copy);
}

static void
check_servers(const struct address_list *list, const char *text)
{
	struct address_list again;

	REQUIRE(list->folder == NULL && list->count >= 1 && list->count <= ADDRESSES_MAX);
	for (size_t i = 0; i < list->count; i++) {
		const struct address *a = &list->servers[i];
		REQUIRE((a->user == NULL) == (a->password == NULL));
		REQUIRE(*a->host != '\0' && *a->port != '\0' && *a->vhost != '\0');
		REQUIRE(strstr(a->shown, a->host) != NULL && strstr(a->shown, a->port) != NULL);
	}
	/* Masking goes up to the last @, which may be one of a virtual host. */
	bool at = false;
	for (size_t i = 0; i < list->count; i++)
		at = at || strchr(list->servers[i].vhost, '@') != NULL;
	if (!at)
		check_masked(list, text);

	char *canonical = write_list(list, NULL);
	read_again(list, canonical, &again);
	for (size_t i = 0; i < list->count; i++)
		REQUIRE(same_text(list->servers[i].password, again.servers[i].password));
	check_masked(list, canonical);
	address_free(&again);
	free(canonical);

	/* Whatever the password is, what is shown is the same. */
	char *secret = write_list(list, SECRET);
	read_again(list, secret, &again);
	check_masked(list, secret);
	address_login(&again, "user", SECRET);
	for (size_t i = 0; i < again.count; i++)
		REQUIRE(again.servers[i].user != NULL &&
		    strstr(again.servers[i].shown, SECRET) == NULL);
	address_free(&again);
	free(secret);
}

static void
fuzz_one(const uint8_t *data, size_t size)
{
	struct address_list list = {0};
	char *text = fuzz_text(data, size);
	const char *problem = address_parse(&list, text);

	/* The fuzzer comes to know what texts are looked for. */
	bool knows = strstr(text, SECRET) != NULL;
	if (problem == NULL && list.folder == NULL && !knows)
		check_servers(&list, text);
	else if (problem == NULL && !knows)
		REQUIRE(list.count == 0 && strcmp(text + strlen("file:"), list.folder) == 0);
	else
		REQUIRE(problem == NULL || *problem != '\0');
	address_free(&list);
	secret_mask(text);
	free(text);
}
