/* SPDX-License-Identifier: MIT */
/* The addresses there are and what stands behind them. */
#include "status/routes.h"

#include <sys/stat.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <microhttpd.h>

#include "common/child.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/marker.h"
#include "common/numbers.h"
#include "status/limits.h"
#include "status/trigger.h"

#define ASK_WORDS_MAX 3

/* The exit status of a question that is answered with no (dx-marker(1)). */
#define ASK_NO 1

typedef void route_run(const struct settings *s, struct answer *a);

/*
 * Asks dx-marker WORDS, an operation with its options up to a NULL, of the data folder. What it
 * prints becomes the body of A; returns its exit status or CHILD_FAILED. Its warnings would come
 * with every poll: it is quiet.
 */
static int
ask(const struct settings *s, const char *const words[], struct answer *a)
{
	const char *argv[ASK_WORDS_MAX + 5] = {"dx-marker", "-q", "-d", s->folder};
	struct child_limits limits = {STATUS_ASK_MS, STATUS_ASK_MAX};
	char *program = marker_program();

	for (size_t i = 0; i < ASK_WORDS_MAX && words[i] != NULL; i++)
		argv[i + 4] = words[i];
	int status = child_run(program, argv, &limits, &a->body);
	free(program);
	if (status > ASK_NO)
		log_error("dx-marker %s: ended with status %d", words[0], status);
	return status;
}

/* Hands on what dx-marker has to say; 503 if that is nothing. */
static void
hand_on(const struct settings *s, const char *operation, const char *type, struct answer *a)
{
	const char *const words[] = {operation, NULL};

	if (ask(s, words, a) != 0) {
		answer_word(a, MHD_HTTP_SERVICE_UNAVAILABLE, "unavailable");
		return;
	}
	a->status = MHD_HTTP_OK;
	a->type = type;
}

static void
answer_report(const struct settings *s, struct answer *a)
{
	hand_on(s, "report", ANSWER_HTML, a);
}

static void
answer_metrics(const struct settings *s, struct answer *a)
{
	hand_on(s, "metrics", ANSWER_PROMETHEUS, a);
}

/* The same members as dx-marker's, for when it cannot be asked: who reads them need not know. */
static void
nothing_known(struct buf *out)
{
	char now[CLOCK_TEXT_SIZE];

	out->len = 0;
	buf_printf(out,
	    "{\"status\": \"unhealthy\", \"service\": \"dx\", \"current_task\": null, "
	    "\"progress\": null, \"extraction_progress\": {\"artists\": 0, \"labels\": 0, "
	    "\"masters\": 0, \"releases\": 0, \"total\": 0}, \"last_extraction_time\": "
	    "{\"artists\": null, \"labels\": null, \"masters\": null, \"releases\": null}, "
	    "\"active_connections\": 0, \"error_count\": 0, \"extraction_status\": \"unknown\", "
	    "\"timestamp\": \"%s\"}\n",
	    clock_text(now, time(NULL)));
}

static void
answer_health(const struct settings *s, struct answer *a)
{
	static const char *const words[] = {"health", "--json", NULL};
	int status = ask(s, words, a);

	a->type = ANSWER_JSON;
	a->status = status == 0 ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE;
	if ((status != 0 && status != ASK_NO) || a->body.len == 0) {
		a->status = MHD_HTTP_SERVICE_UNAVAILABLE;
		nothing_known(&a->body);
	}
}

/* Whether there is a data folder to tell of; one without a month is one. */
static void
answer_ready(const struct settings *s, struct answer *a)
{
	struct stat st;

	if (stat(s->folder, &st) == 0 && S_ISDIR(st.st_mode) && access(s->folder, R_OK | X_OK) == 0)
		answer_word(a, MHD_HTTP_OK, "ready");
	else
		answer_word(a, MHD_HTTP_SERVICE_UNAVAILABLE, "not ready");
}

static void
answer_trigger(const struct settings *s, struct answer *a)
{
	static const struct {
		unsigned status;
		const char *word;
	} results[] = {
	    [TRIGGER_STARTED] = {MHD_HTTP_ACCEPTED, "started"},
	    [TRIGGER_RECORDED] = {MHD_HTTP_ACCEPTED, "recorded"},
	    [TRIGGER_FAILED] = {MHD_HTTP_SERVICE_UNAVAILABLE, "failed"},
	};
	enum trigger_result result = trigger_pull(s->trigger_command, s->folder);

	log_info("trigger: %s", results[result].word);
	answer_word(a, results[result].status, results[result].word);
}

static const struct route {
	const char *path;
	const char *allow; /* the methods, as in the header */
	bool guarded; /* only with the token */
	route_run *run;
} routes[] = {
    {"/", "GET, HEAD", false, answer_report},
    {"/health", "GET, HEAD", false, answer_health},
    {"/ready", "GET, HEAD", false, answer_ready},
    {"/metrics", "GET, HEAD", false, answer_metrics},
    {"/trigger", "POST", true, answer_trigger},
};

static const struct route *
find(const char *path)
{
	for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
		if (strcmp(routes[i].path, path) == 0)
			return &routes[i];
	return NULL;
}

/* Whether METHOD is in the list ALLOW. Methods are words, so that a part of one is not found. */
static bool
allows(const char *allow, const char *method)
{
	size_t len = strlen(method);

	for (const char *p = allow; *p != '\0'; p += strcspn(p, " "), p += strspn(p, " ")) {
		size_t word = strcspn(p, ", ");
		if (word == len && memcmp(p, method, len) == 0)
			return true;
	}
	return false;
}

static bool
refuse(struct answer *a, unsigned status, const char *word)
{
	answer_word(a, status, word);
	return false;
}

/* Whether the body of R is of a size known beforehand, and small. */
static bool
admit_body(const struct request *r, struct answer *a)
{
	uint64_t len;

	if (r->encoding != NULL)
		return refuse(a, MHD_HTTP_LENGTH_REQUIRED, "length required");
	if (r->length != NULL && number_parse(r->length, 0, STATUS_BODY_MAX, &len) != 0)
		return refuse(a, MHD_HTTP_CONTENT_TOO_LARGE, "too large");
	return true;
}

bool
routes_admit(const struct settings *s, const struct request *r, struct answer *a)
{
	const struct route *route = find(r->path);

	if (route == NULL)
		return refuse(a, MHD_HTTP_NOT_FOUND, "not found");
	if (!allows(route->allow, r->method)) {
		a->allow = route->allow;
		return refuse(a, MHD_HTTP_METHOD_NOT_ALLOWED, "method not allowed");
	}
	if (route->guarded && !s->token.known)
		return refuse(a, MHD_HTTP_FORBIDDEN, "forbidden");
	if (route->guarded && !token_matches(&s->token, r->authorization)) {
		log_warn("%s: a request without the right token", r->path);
		return refuse(a, MHD_HTTP_UNAUTHORIZED, "unauthorized");
	}
	return admit_body(r, a);
}

void
routes_answer(const struct settings *s, const struct request *r, struct answer *a)
{
	const struct route *route = find(r->path);

	if (route != NULL)
		route->run(s, a);
}
