/* SPDX-License-Identifier: MIT */
/*
 * Where messages go: amqp:// and amqps:// URLs (the RabbitMQ URI specification),
 * or file:DIR. A URL may hold a password, so no text of it is ever printed but `shown`.
 */
#ifndef DX_PUBLISH_ADDRESS_H
#define DX_PUBLISH_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

/* The most servers in a list. */
#define ADDRESSES_MAX 16

/* The longest user or password, in bytes. */
#define ADDRESS_LOGIN_MAX 1024

/* One server. All texts belong to the list and are decoded. */
struct address {
	bool tls;
	char *host; /* name or number, without brackets */
	char *port;
	char *user; /* NULL if the URL has none */
	char *password; /* NULL likewise */
	char *vhost;
	char *shown; /* for messages: without user and password */
};

struct address_list {
	struct address servers[ADDRESSES_MAX];
	size_t count;
	char *folder; /* of file:, then count is 0; else NULL */
};

/*
 * Appends the destinations in TEXT, separated by commas, to LIST. Returns NULL, or what
 * is wrong with it, for a message; that never holds a part of TEXT. The caller
 * frees the list in both cases.
 */
const char *address_parse(struct address_list *list, const char *text);

/* Whether a URL of LIST names a user. */
bool address_has_login(const struct address_list *list);

/* Fills in USER and PASSWORD wherever the URL has no user. Copies. */
void address_login(struct address_list *list, const char *user, const char *password);

/* Clears the passwords and frees the texts. */
void address_free(struct address_list *list);

#endif
