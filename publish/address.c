/* SPDX-License-Identifier: MIT */
/* Destinations read from URLs. */
#include "publish/address.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/mem.h"
#include "common/numbers.h"
#include "common/secret.h"

#define FILE_SCHEME "file:"

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Decodes the LEN bytes at TEXT (RFC 3986, 2.1); NULL for a wrong escape or a NUL. The caller
 * frees. */
static char *
decode(const char *text, size_t len)
{
	char *out = mem_alloc(len + 1);
	size_t used = 0;

	for (size_t i = 0; i < len; i++) {
		char c = text[i];
		if (c == '%') {
			int high = i + 2 < len ? hex_value(text[i + 1]) : -1;
			int low = i + 2 < len ? hex_value(text[i + 2]) : -1;
			c = high < 0 || low < 0 ? '\0' : (char)(high * 16 + low);
			i += 2;
		}
		if (c == '\0') {
			free(out);
			return NULL;
		}
		out[used++] = c;
	}
	out[used] = '\0';
	return out;
}

/* The end of the authority of a URL: what follows is the virtual host. */
static const char *
authority_end(const char *p, const char *end)
{
	while (p < end && *p != '/' && *p != '?' && *p != '#')
		p++;
	return p;
}

/* The last @ in P..END; NULL if there is none. A password may hold one as it is, a host cannot. */
static const char *
last_at(const char *p, const char *end)
{
	while (end > p)
		if (*--end == '@')
			return end;
	return NULL;
}

/* user[:password] */
static const char *
parse_login(struct address *a, const char *p, const char *end)
{
	const char *colon = memchr(p, ':', (size_t)(end - p));

	a->user = decode(p, (size_t)((colon != NULL ? colon : end) - p));
	a->password = colon != NULL ? decode(colon + 1, (size_t)(end - colon - 1)) : mem_strdup("");
	if (a->user == NULL || a->password == NULL)
		return "a wrong % in user or password";
	return strlen(a->user) > ADDRESS_LOGIN_MAX || strlen(a->password) > ADDRESS_LOGIN_MAX
	    ? "user or password too long"
	    : NULL;
}

/* host[:port], where a numeric IPv6 host stands in brackets */
static const char *
parse_host(struct address *a, const char *p, const char *end)
{
	const char *close = p < end && *p == '[' ? memchr(p, ']', (size_t)(end - p)) : NULL;
	const char *colon = memchr(close != NULL ? close : p, ':',
	    (size_t)(end - (close != NULL ? close : p)));
	const char *host_end = colon != NULL ? colon : end;
	uint64_t port;

	if (close != NULL) {
		if (close + 1 != host_end)
			return "no proper host";
		a->host = mem_strndup(p + 1, (size_t)(close - p - 1));
	} else {
		a->host = decode(p, (size_t)(host_end - p));
	}
	if (a->host == NULL)
		return "no proper host";
	if (*a->host == '\0') {
		free(a->host);
		a->host = mem_strdup("localhost");
	}
	a->port = colon != NULL ? mem_strndup(colon + 1, (size_t)(end - colon - 1))
				: mem_strdup(a->tls ? "5671" : "5672");
	return number_parse(a->port, 1, 65535, &port) == 0
	    ? NULL
	    : "no proper port (in a password / is written %2F, and @ %40)";
}

/* /vhost. Nothing and a slash alone both mean "/", as users of other clients expect. */
static const char *
parse_vhost(struct address *a, const char *p, const char *end)
{
	if (end - p > 1)
		a->vhost = *p == '/' ? decode(p + 1, (size_t)(end - p - 1)) : NULL;
	else
		a->vhost = mem_strdup("/");
	if (a->vhost == NULL || strlen(a->vhost) > 255)
		return "no proper virtual host (parameters after ? are not taken)";
	return strchr(a->vhost, '?') == NULL ? NULL : "parameters after ? are not taken";
}

static const char *
parse_server(struct address *a, const char *p, const char *end)
{
	if (end - p > 7 && strncasecmp(p, "amqp://", 7) == 0)
		p += 7;
	else if (end - p >= 8 && strncasecmp(p, "amqps://", 8) == 0)
		p += 8, a->tls = true;
	else if (strncmp(p, FILE_SCHEME, strlen(FILE_SCHEME)) == 0)
		return "file:DIR stands alone";
	else
		return "neither amqp://, amqps:// nor file:";
	const char *path = authority_end(p, end);
	const char *at = last_at(p, path);
	const char *problem = at != NULL ? parse_login(a, p, at) : NULL;
	if (problem == NULL)
		problem = parse_host(a, at != NULL ? at + 1 : p, path);
	if (problem == NULL)
		problem = parse_vhost(a, path, end);
	if (problem != NULL)
		return problem;
	bool bracket = strchr(a->host, ':') != NULL;
	a->shown = mem_printf("%s://%s%s%s:%s%s%s", a->tls ? "amqps" : "amqp", bracket ? "[" : "",
	    a->host, bracket ? "]" : "", a->port, *a->vhost != '/' ? "/" : "", a->vhost);
	return NULL;
}

const char *
address_parse(struct address_list *list, const char *text)
{
	if (strncmp(text, FILE_SCHEME, strlen(FILE_SCHEME)) == 0) {
		if (list->count > 0 || list->folder != NULL)
			return "file:DIR stands alone";
		list->folder = mem_strdup(text + strlen(FILE_SCHEME));
		return *list->folder != '\0' ? NULL : "file: without a folder";
	}
	if (list->folder != NULL)
		return "file:DIR stands alone";
	for (const char *p = text, *end;; p = end + 1) {
		end = p + strcspn(p, ",");
		if (list->count == ADDRESSES_MAX)
			return "too many servers";
		const char *problem = parse_server(&list->servers[list->count++], p, end);
		if (problem != NULL || *end == '\0')
			return problem;
	}
}

bool
address_has_login(const struct address_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->servers[i].user != NULL)
			return true;
	return false;
}

void
address_login(struct address_list *list, const char *user, const char *password)
{
	for (size_t i = 0; i < list->count; i++) {
		struct address *a = &list->servers[i];
		if (a->user != NULL)
			continue;
		a->user = mem_strdup(user);
		a->password = mem_strdup(password);
	}
}

void
address_free(struct address_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct address *a = &list->servers[i];
		secret_free(a->user);
		secret_free(a->password);
		free(a->host);
		free(a->port);
		free(a->vhost);
		free(a->shown);
	}
	free(list->folder);
	*list = (struct address_list){0};
}
