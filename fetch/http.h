/* SPDX-License-Identifier: MIT */
/*
 * One HTTP GET over libcurl: what came back, or how it broke. Tries again, waits and
 * remembers nothing: that is transfer.h. Redirects are followed within the server only
 * (url.h); TLS certificates are verified; proxies are taken from the environment as
 * curl(1) does.
 */
#ifndef DX_FETCH_HTTP_H
#define DX_FETCH_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fetch/url.h"

/* Size of a validator (an ETag or a date) with its end; a longer one is not used. */
#define HTTP_VALIDATOR_SIZE 256

/* What the head of an answer says. Texts are empty where the header is missing. */
struct http_head {
	long status;
	bool length_known;
	uint64_t length; /* Content-Length, bytes */
	bool html; /* Content-Type is a page for people */
	char retry_after[64];
	/* What If-Range may carry (RFC 9110, 13.1.5): the ETag if it is strong, else Last-Modified.
	 */
	char validator[HTTP_VALIDATOR_SIZE];
	char etag[HTTP_VALIDATOR_SIZE]; /* as it came, weak or strong */
	char modified[HTTP_VALIDATOR_SIZE]; /* Last-Modified */
	bool range_valid; /* Content-Range is there and can be read */
	uint64_t range_first, range_last;
	uint64_t range_total; /* 0 if given as unknown */
};

enum http_end {
	HTTP_ANSWERED, /* a whole answer, or an error whose page was cut: look at its status */
	HTTP_BROKEN, /* no connection, a reset, a stall, a cut body: may pass */
	HTTP_REFUSED, /* will be the same next time: certificate, redirect elsewhere */
	HTTP_REJECTED, /* a callback returned -1 */
	HTTP_STOPPED /* a stop was asked for (stop.h) */
};

struct http_request {
	const char *url;
	uint64_t offset; /* ask for the bytes from here on, if not 0 */
	const char *if_range; /* validator, with an offset */
	/* Called for an answer of 200 or 206 only: once before the body, then with its parts.
	 * 0, or -1 to end the transfer. */
	int (*on_head)(void *context, const struct http_head *head);
	int (*on_body)(void *context, const void *data, size_t len);
	void *context;
};

struct http;

/* A client of the server BASE, which must outlive it. STALL_MS: how long less than 1000 bytes a
 * second may come. */
struct http *http_open(const struct base_url *base, int64_t stall_ms);
void http_close(struct http *h);

/* Does one request; *HEAD is what came, zeros if nothing did. */
enum http_end http_get(struct http *h, const struct http_request *request, struct http_head *head);

/* What the last request broke on, for a message: lower case, no URL. */
const char *http_problem(const struct http *h);

/* Reads Content-Range (RFC 9110, 14.4), "bytes FIRST-LAST/TOTAL" (TOTAL may be an asterisk), into
 * HEAD. */
void http_read_range(const char *text, struct http_head *head);

#endif
