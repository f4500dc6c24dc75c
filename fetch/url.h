/* SPDX-License-Identifier: MIT */
/* Addresses of the dump server, made and judged; credentials are kept out of them. */
#ifndef DX_FETCH_URL_H
#define DX_FETCH_URL_H

#include <stdbool.h>

/* A base URL taken apart. Strings are owned; url_free frees them. */
struct base_url {
	char *text; /* without credentials: may be shown */
	char *origin; /* scheme://host:port */
	char *user; /* NULL if none was given */
	char *password;
};

/*
 * Reads an http or https URL without query and fragment. -1 after a message, which
 * does not show the URL: it may hold a password.
 */
int url_parse_base(const char *text, struct base_url *out);
void url_free(struct base_url *base);

/* The page that lists YEAR, and the file NAME of the month VERSION. The caller frees. */
char *url_of_year(const struct base_url *base, unsigned year);
char *url_of_file(const struct base_url *base, const char *version, const char *name);

/*
 * Whether a redirect to TARGET may be followed: the same scheme, host and port, or the
 * same host from http to https. Elsewhere nobody vouches for what comes, and the
 * credentials are none of their business.
 */
bool url_may_follow(const struct base_url *base, const char *target);

#endif
