/* SPDX-License-Identifier: MIT */
/* Addresses of the dump server, made and judged. */
#include "fetch/url.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/log.h"
#include "common/mem.h"
#include "common/secret.h"

/* A part of U as a string of ours, NULL if it has none. */
static char *
part(CURLU *u, CURLUPart which, unsigned flags)
{
	char *text = NULL, *copy = NULL;

	if (curl_url_get(u, which, &text, flags) == CURLUE_OK && text != NULL)
		copy = mem_strdup(text);
	curl_free(text);
	return copy;
}

static CURLU *
parse(const char *text)
{
	CURLU *u = curl_url();

	if (u == NULL)
		mem_exhausted();
	if (curl_url_set(u, CURLUPART_URL, text, 0) == CURLUE_OK)
		return u;
	curl_url_cleanup(u);
	return NULL;
}

/* scheme://host:port of U, for the caller to free. */
static char *
origin_of(CURLU *u)
{
	char *scheme = part(u, CURLUPART_SCHEME, 0);
	char *host = part(u, CURLUPART_HOST, 0);
	char *port = part(u, CURLUPART_PORT, CURLU_DEFAULT_PORT);
	char *origin = mem_printf("%s://%s:%s", scheme != NULL ? scheme : "",
	    host != NULL ? host : "", port != NULL ? port : "");

	for (char *p = origin; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	free(scheme);
	free(host);
	free(port);
	return origin;
}

static bool
is_web(const char *origin)
{
	return strncmp(origin, "http://", 7) == 0 || strncmp(origin, "https://", 8) == 0;
}

/* Whether U has the part WHICH. */
static bool
has(CURLU *u, CURLUPart which)
{
	char *text = part(u, which, 0);
	bool found = text != NULL;

	free(text);
	return found;
}

int
url_parse_base(const char *text, struct base_url *out)
{
	CURLU *u = parse(text);

	*out = (struct base_url){0};
	if (u == NULL) {
		log_error("the base URL cannot be read; it looks like https://host/");
		return -1;
	}
	out->origin = origin_of(u);
	bool usable = is_web(out->origin) && !has(u, CURLUPART_QUERY) &&
	    !has(u, CURLUPART_FRAGMENT);
	out->user = part(u, CURLUPART_USER, CURLU_URLDECODE);
	out->password = part(u, CURLUPART_PASSWORD, CURLU_URLDECODE);
	curl_url_set(u, CURLUPART_USER, NULL, 0);
	curl_url_set(u, CURLUPART_PASSWORD, NULL, 0);
	out->text = part(u, CURLUPART_URL, 0);
	curl_url_cleanup(u);
	if (out->user != NULL || out->password != NULL)
		secret_known();
	if (usable && out->text != NULL)
		return 0;
	log_error("the base URL must be http:// or https://, without query and fragment");
	url_free(out);
	return -1;
}

void
url_free(struct base_url *base)
{
	free(base->text);
	free(base->origin);
	secret_free(base->user);
	secret_free(base->password);
	*base = (struct base_url){0};
}

char *
url_of_year(const struct base_url *base, unsigned year)
{
	return mem_printf("%s?prefix=data%%2F%04u%%2F", base->text, year);
}

char *
url_of_file(const struct base_url *base, const char *version, const char *name)
{
	return mem_printf("%s?download=data%%2F%.4s%%2F%s", base->text, version, name);
}

/* The host in an origin, up to the colon of the port; *LEN is its length. */
static const char *
host_in(const char *origin, size_t *len)
{
	const char *host = strstr(origin, "://") + 3;

	*len = (size_t)(strrchr(host, ':') - host);
	return host;
}

bool
url_may_follow(const struct base_url *base, const char *target)
{
	CURLU *u = parse(target);

	if (u == NULL)
		return false;
	char *origin = origin_of(u);
	curl_url_cleanup(u);
	size_t from_len, to_len;
	const char *from = host_in(base->origin, &from_len);
	const char *to = host_in(origin, &to_len);
	bool same_host = from_len == to_len && memcmp(from, to, to_len) == 0;
	bool same = strcmp(base->origin, origin) == 0;
	bool upgrade = same_host && strncmp(base->origin, "http://", 7) == 0 &&
	    strncmp(origin, "https://", 8) == 0;
	free(origin);
	return same || upgrade;
}
