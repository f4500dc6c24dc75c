/* SPDX-License-Identifier: MIT */
/* One HTTP GET over libcurl. */
#include "fetch/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/mem.h"
#include "common/notify.h"
#include "common/numbers.h"
#include "common/options.h"
#include "common/stop.h"

#define REDIRECTS_MAX	  5
#define CONNECT_TIMEOUT_S 30
#define STALL_BYTES_PER_S 1000
#define RECEIVE_BUFFER	  (256L << 10)

/* How much of an error page is read so that the connection can be used again. */
#define ERROR_PAGE_MAX (64u << 10)

struct http {
	CURL *curl;
	const struct base_url *base;
	const struct http_request *request; /* while it runs */
	struct http_head *head;
	bool head_came; /* the last line of the answer's head is in */
	bool head_read;
	bool rejected;
	size_t discarded;
	char error[CURL_ERROR_SIZE];
	char problem[CURL_ERROR_SIZE + 64];
};

/* The value of a header, empty if there is none. Lives until the next request. */
static const char *
header(const struct http *h, const char *name)
{
	struct curl_header *found;

	if (curl_easy_header(h->curl, name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK)
		return "";
	return found->value;
}

/* Reads digits at *P and the character AFTER behind them; -1 if they are not there. */
static int
read_number(const char **p, char after, uint64_t *out)
{
	char digits[24];
	size_t len = strspn(*p, "0123456789");

	if (len >= sizeof digits || (*p)[len] != after)
		return -1;
	memcpy(digits, *p, len);
	digits[len] = '\0';
	*p += len + (after != '\0');
	return number_parse(digits, 0, INT64_MAX, out);
}

void
http_read_range(const char *text, struct http_head *head)
{
	head->range_valid = false;
	head->range_total = 0;
	if (strncasecmp(text, "bytes ", 6) != 0)
		return;
	const char *p = text + 6;
	if (read_number(&p, '-', &head->range_first) != 0 ||
	    read_number(&p, '/', &head->range_last) != 0)
		return;
	if (strcmp(p, "*") != 0 &&
	    (read_number(&p, '\0', &head->range_total) != 0 ||
		head->range_total <= head->range_last))
		return;
	head->range_valid = head->range_first <= head->range_last;
}

/* Copies a validator into the HTTP_VALIDATOR_SIZE bytes of KEPT; one that is too long counts as
 * none. */
static void
keep_header(char *kept, const char *value)
{
	if (strlen(value) < HTTP_VALIDATOR_SIZE)
		memcpy(kept, value, strlen(value) + 1);
}

static void
read_validator(const struct http *h, struct http_head *head)
{
	const char *etag = header(h, "ETag");
	const char *modified = header(h, "Last-Modified");

	keep_header(head->validator, *etag == '"' ? etag : modified);
	keep_header(head->etag, etag);
	keep_header(head->modified, modified);
}

static void
read_head(struct http *h)
{
	struct http_head *head = h->head;
	curl_off_t length = -1;

	curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &head->status);
	curl_easy_getinfo(h->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	head->length_known = length >= 0;
	head->length = length >= 0 ? (uint64_t)length : 0;
	head->html = strncasecmp(header(h, "Content-Type"), "text/html", 9) == 0;
	snprintf(head->retry_after, sizeof head->retry_after, "%s", header(h, "Retry-After"));
	read_validator(h, head);
	http_read_range(header(h, "Content-Range"), head);
	h->head_read = true;
}

static bool
has_content(const struct http_head *head)
{
	return head->status == 200 || head->status == 206;
}

/* Reads the head once; -1 if the caller does not want what comes after it. */
static int
take_head(struct http *h)
{
	if (h->head_read)
		return 0;
	read_head(h);
	if (has_content(h->head) && h->request->on_head(h->request->context, h->head) != 0)
		h->rejected = true;
	return h->rejected ? -1 : 0;
}

/* Any count but LEN ends the transfer. */
static size_t
on_data(char *data, size_t size, size_t count, void *context)
{
	struct http *h = context;
	size_t len = size * count;

	if (take_head(h) != 0)
		return 0;
	if (!has_content(h->head)) {
		h->discarded += len;
		return h->discarded <= ERROR_PAGE_MAX ? len : 0;
	}
	if (h->request->on_body(h->request->context, data, len) == 0)
		return len;
	h->rejected = true;
	return 0;
}

/* One line of a head: an empty one ends it. Heads of interim answers (1xx) do not count. */
static size_t
on_header(char *data, size_t size, size_t count, void *context)
{
	struct http *h = context;
	size_t len = size * count;
	long status = 0;

	if (len > 0 && (data[0] == '\r' || data[0] == '\n')) {
		curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &status);
		h->head_came = status >= 200;
	}
	return len;
}

static int
on_progress(void *context, curl_off_t dl_total, curl_off_t dl_now, curl_off_t ul_total,
    curl_off_t ul_now)
{
	(void)context;
	(void)dl_total;
	(void)dl_now;
	(void)ul_total;
	(void)ul_now;
	notify_alive();
	return stop_requested() ? 1 : 0;
}

/* What is the same for every request of the client. */
static void
configure(struct http *h, int64_t stall_ms)
{
	CURL *c = h->curl;

	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, h->error);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
	/* A name server that is silent does not keep us when we are told to end. */
	curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L);
#endif
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "dx/" DX_VERSION " (dx-fetch)");
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_TIMEOUT_S);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, (long)STALL_BYTES_PER_S);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)((stall_ms + 999) / 1000));
	curl_easy_setopt(c, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(c, CURLOPT_BUFFERSIZE, RECEIVE_BUFFER);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_data);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, h);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, h);
	curl_easy_setopt(c, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
	if (h->base->user != NULL)
		curl_easy_setopt(c, CURLOPT_USERNAME, h->base->user);
	if (h->base->password != NULL)
		curl_easy_setopt(c, CURLOPT_PASSWORD, h->base->password);
}

struct http *
http_open(const struct base_url *base, int64_t stall_ms)
{
	struct http *h = mem_zero(1, sizeof *h);

	curl_global_init(CURL_GLOBAL_DEFAULT);
	h->base = base;
	h->curl = curl_easy_init();
	if (h->curl == NULL)
		mem_exhausted();
	configure(h, stall_ms);
	return h;
}

/*
 * With NOSIGNAL libcurl leaves SIGPIPE alone, and OpenSSL writes with write(2): a
 * server that hangs up would end us. For standard output the signal must stay fatal.
 */
static void
ignore_sigpipe(struct sigaction *old)
{
	struct sigaction ignore;

	memset(&ignore, 0, sizeof ignore);
	ignore.sa_handler = SIG_IGN;
	sigemptyset(&ignore.sa_mask);
	sigaction(SIGPIPE, &ignore, old);
}

void
http_close(struct http *h)
{
	struct sigaction old;

	if (h == NULL)
		return;
	ignore_sigpipe(&old);
	curl_easy_cleanup(h->curl);
	sigaction(SIGPIPE, &old, NULL);
	curl_global_cleanup();
	free(h);
}

/* The headers of REQUEST, for the caller to free. */
static struct curl_slist *
make_headers(const struct http_request *request)
{
	struct curl_slist *list = curl_slist_append(NULL, "Accept-Encoding: identity");

	if (request->offset > 0 && request->if_range != NULL && list != NULL) {
		char *line = mem_printf("If-Range: %s", request->if_range);
		list = curl_slist_append(list, line);
		free(line);
	}
	if (list == NULL)
		mem_exhausted();
	return list;
}

static CURLcode
perform(struct http *h, const char *url)
{
	struct sigaction old;

	h->head_came = h->head_read = h->rejected = false;
	h->discarded = 0;
	h->error[0] = '\0';
	*h->head = (struct http_head){0};
	curl_easy_setopt(h->curl, CURLOPT_URL, url);
	ignore_sigpipe(&old);
	CURLcode code = curl_easy_perform(h->curl);
	sigaction(SIGPIPE, &old, NULL);
	return code;
}

/* Whether the same request may succeed a little later. */
static bool
may_pass(CURLcode code)
{
	switch (code) {
	case CURLE_UNSUPPORTED_PROTOCOL: /* no HTTP: bytes left over from the answer before */
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
	case CURLE_PARTIAL_FILE:
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
		return true;
	default:
		return false;
	}
}

/*
 * Whether the head alone says what the answer is, however its page ended: cut, silent, or
 * ended by us. The target of a redirect is known only if all went well.
 */
static bool
says_enough(struct http *h)
{
	if (!h->head_came)
		return false;
	if (!h->head_read)
		read_head(h);
	return !has_content(h->head) &&
	    (h->head->status < 300 || h->head->status > 399 || h->discarded > ERROR_PAGE_MAX);
}

static enum http_end
judge(struct http *h, CURLcode code)
{
	snprintf(h->problem, sizeof h->problem, "%s",
	    h->error[0] != '\0' ? h->error : curl_easy_strerror(code));
	if (stop_requested())
		return HTTP_STOPPED;
	if (h->rejected)
		return HTTP_REJECTED;
	if (code != CURLE_OK && says_enough(h))
		return HTTP_ANSWERED;
	if (code == CURLE_OK)
		return take_head(h) == 0 ? HTTP_ANSWERED : HTTP_REJECTED;
	return may_pass(code) ? HTTP_BROKEN : HTTP_REFUSED;
}

/* Where the answer sends us, NULL if nowhere; libcurl's until the next request. */
static const char *
redirect_target(struct http *h)
{
	char *target = NULL;

	if (h->head->status < 300 || h->head->status > 399)
		return NULL;
	curl_easy_getinfo(h->curl, CURLINFO_REDIRECT_URL, &target);
	return target;
}

enum http_end
http_get(struct http *h, const struct http_request *request, struct http_head *head)
{
	struct curl_slist *headers = make_headers(request);
	char *range = request->offset > 0 ? mem_printf("%llu-", (unsigned long long)request->offset)
					  : NULL;
	char *url = mem_strdup(request->url);
	enum http_end end;

	h->request = request;
	h->head = head;
	curl_easy_setopt(h->curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(h->curl, CURLOPT_RANGE, range);
	for (unsigned hops = 0;; hops++) {
		end = judge(h, perform(h, url));
		const char *target = end == HTTP_ANSWERED ? redirect_target(h) : NULL;
		if (target == NULL)
			break;
		if (hops == REDIRECTS_MAX || !url_may_follow(h->base, target)) {
			snprintf(h->problem, sizeof h->problem, "%s",
			    hops == REDIRECTS_MAX ? "too many redirects"
						  : "redirected to another server");
			end = HTTP_REFUSED;
			break;
		}
		char *next = mem_strdup(target);
		free(url);
		url = next;
	}
	curl_easy_setopt(h->curl, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(headers);
	free(range);
	free(url);
	return end;
}

const char *
http_problem(const struct http *h)
{
	return h->problem;
}
