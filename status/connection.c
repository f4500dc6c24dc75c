/* SPDX-License-Identifier: MIT */
/*
 * One connection. libmicrohttpd calls us twice for a request, and more often if it has a body: when
 * its headers are there, and when it is there as a whole. What is refused is refused the first
 * time, before a byte of a body is taken; what is done is done the last time.
 */
#include "status/connection.h"

#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <microhttpd.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/stop.h"
#include "status/answer.h"
#include "status/limits.h"
#include "status/routes.h"

/* A stop is seen that much later at most. */
#define STEP_MS 500

struct connection {
	const struct settings *settings;
	int64_t deadline; /* clock_ms */
	bool closed;
	bool busy; /* a request has begun and is not answered */
};

/* Nothing is to be guessed, framed, fetched from elsewhere or kept. The report brings its styles
 * with it. */
static const struct {
	const char *name, *value;
} headers[] = {
    {MHD_HTTP_HEADER_CACHE_CONTROL, "no-store"},
    {"Content-Security-Policy",
	"default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
	"form-action 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
};

static const char *
header(struct MHD_Connection *c, const char *name)
{
	return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

/* Sends A, the body of which is copied. */
static enum MHD_Result
send_answer(const struct connection *state, struct MHD_Connection *c, struct answer *a)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(a->body.len, a->body.data,
	    MHD_RESPMEM_MUST_COPY);

	if (r == NULL)
		return MHD_NO;
	MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, a->type);
	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
		MHD_add_response_header(r, headers[i].name, headers[i].value);
	if (a->allow != NULL)
		MHD_add_response_header(r, MHD_HTTP_HEADER_ALLOW, a->allow);
	if (a->status == MHD_HTTP_UNAUTHORIZED)
		MHD_add_response_header(r, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer realm=\"dx\"");
	if (stop_requested() ||
	    state->deadline - clock_ms() < (int64_t)state->settings->life_ms / 2)
		MHD_add_response_header(r, MHD_HTTP_HEADER_CONNECTION, "close");
	enum MHD_Result result = MHD_queue_response(c, a->status, r);
	MHD_destroy_response(r);
	return result;
}

static enum MHD_Result
on_request(void *context, struct MHD_Connection *c, const char *url, const char *method,
    const char *version, const char *data, size_t *size, void **seen)
{
	struct connection *state = context;
	struct request r = {
	    .method = method,
	    .path = url,
	    .authorization = header(c, MHD_HTTP_HEADER_AUTHORIZATION),
	    .length = header(c, MHD_HTTP_HEADER_CONTENT_LENGTH),
	    .encoding = header(c, MHD_HTTP_HEADER_TRANSFER_ENCODING),
	};
	struct answer a = {0};
	enum MHD_Result result = MHD_YES;

	(void)version;
	(void)data;
	if (*seen == NULL) {
		*seen = state;
		state->busy = true;
		if (!routes_admit(state->settings, &r, &a))
			result = send_answer(state, c, &a);
	} else if (*size > 0) {
		*size = 0; /* a body says nothing to us */
	} else {
		routes_answer(state->settings, &r, &a);
		result = send_answer(state, c, &a);
	}
	if (a.status != 0)
		log_debug("%s %s: %u", method, url, a.status);
	buf_free(&a.body);
	return result;
}

static void
on_answered(void *context, struct MHD_Connection *c, void **seen,
    enum MHD_RequestTerminationCode code)
{
	struct connection *state = context;

	(void)c;
	(void)code;
	*seen = NULL;
	state->busy = false;
}

static void
on_connection(void *context, struct MHD_Connection *c, void **own,
    enum MHD_ConnectionNotificationCode code)
{
	struct connection *state = context;

	(void)c;
	(void)own;
	if (code == MHD_CONNECTION_NOTIFY_CLOSED)
		state->closed = true;
}

static void say(void *context, const char *format, va_list ap)
    __attribute__((format(printf, 2, 0)));

/* What libmicrohttpd has to say is about clients, mostly. */
static void
say(void *context, const char *format, va_list ap)
{
	char text[256];

	(void)context;
	vsnprintf(text, sizeof text, format, ap);
	text[strcspn(text, "\r\n")] = '\0';
	log_debug("%s", text);
}

static void
run(struct connection *state, struct MHD_Daemon *daemon)
{
	int64_t left;

	while (!state->closed && (left = state->deadline - clock_ms()) > 0) {
		if (stop_requested() && !state->busy)
			break;
		if (MHD_run_wait(daemon, left < STEP_MS ? (int)left : STEP_MS) != MHD_YES)
			break;
	}
}

/* Lets the client read the last answer before the socket is closed for good: if there are bytes
 * that nobody has read, the kernel resets the connection. */
static void
linger(int fd)
{
	int64_t deadline = clock_ms() + STATUS_LINGER_MS, left;
	struct pollfd wanted = {.fd = fd, .events = POLLIN};
	char bytes[16384];
	size_t total = 0;

	shutdown(fd, SHUT_WR);
	while (total < STATUS_LINGER_MAX && (left = deadline - clock_ms()) > 0 &&
	    poll(&wanted, 1, (int)left) > 0) {
		ssize_t n = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
		if (n <= 0)
			break;
		total += (size_t)n;
	}
}

static struct MHD_Daemon *
start(struct connection *state)
{
	uint64_t life_ms = state->settings->life_ms;
	unsigned idle_s = (unsigned)(life_ms < STATUS_IDLE_MS ? life_ms : STATUS_IDLE_MS) / 1000;

	return MHD_start_daemon(MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG, 0, NULL, NULL,
	    on_request, state, MHD_OPTION_EXTERNAL_LOGGER, say, NULL,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)STATUS_HEADER_MAX,
	    MHD_OPTION_CONNECTION_LIMIT, 1u, MHD_OPTION_CONNECTION_TIMEOUT, idle_s,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_COMPLETED, on_answered, state,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, state, MHD_OPTION_END);
}

int
connection_serve(const struct settings *s, int fd)
{
	struct connection state = {.settings = s, .deadline = clock_ms() + (int64_t)s->life_ms};
	struct sockaddr_storage peer = {0};
	socklen_t len = sizeof peer;
	int kept = fcntl(fd, F_DUPFD_CLOEXEC, 3), status = EX_OK;
	struct MHD_Daemon *daemon = start(&state);

	/* A client that is gone already is no mistake of ours. */
	if (kept >= 0 && getpeername(fd, (struct sockaddr *)&peer, &len) != 0) {
		close(fd);
	} else if (kept < 0 || daemon == NULL) {
		log_error("a connection cannot be served: %s", strerror(errno));
		close(fd);
		status = EX_OSERR;
	} else if (MHD_add_connection(daemon, fd, (struct sockaddr *)&peer, len) == MHD_YES) {
		run(&state, daemon);
	}
	if (daemon != NULL)
		MHD_stop_daemon(daemon);
	if (kept >= 0) {
		linger(kept);
		close(kept);
	}
	return status;
}
