/* SPDX-License-Identifier: MIT */
/* One request with all its tries. */
#include "fetch/job.h"

#include <stdarg.h>
#include <stdio.h>
#include <sysexits.h>
#include <time.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/stop.h"

/* The longest pause between two tries. */
#define DELAY_MAX_MS 60000

/* A resumed try that brought so much was no failure: tries are counted from it anew. */
#define GAIN_BYTES (UINT64_C(16) << 20)

int
job_fail(struct job *job, int failure)
{
	job->failure = failure;
	return -1;
}

void
job_complain(bool optional, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (optional)
		log_info("%s", text);
	else
		log_error("%s", text);
}

/* Remembers what the server wants and says it. */
static int
told_to_wait(struct transfer *t, const struct job *job)
{
	time_t now = time(NULL);
	time_t until = throttle_parse(job->head.retry_after, now);
	char text[CLOCK_TEXT_SIZE];

	if (until == 0)
		until = now + THROTTLE_DEFAULT_S;
	if (until <= now)
		until = now + THROTTLE_LEAST_S;
	throttle_remember(t->throttle, now, until);
	job_complain(t->optional, "%s: answers HTTP %ld: wait until %s (%lld s)", t->server,
	    job->head.status, clock_text(text, until), (long long)(until - now));
	return EX_TEMPFAIL;
}

int
transfer_may_ask(struct transfer *t)
{
	time_t now = time(NULL);
	time_t until = throttle_until(t->throttle, now);
	char text[CLOCK_TEXT_SIZE];

	if (until == 0)
		return 0;
	job_complain(t->optional, "%s: asked us to wait until %s (%lld s): not asked again before",
	    t->server, clock_text(text, until), (long long)(until - now));
	return EX_TEMPFAIL;
}

static int
judge_status(struct transfer *t, struct job *job)
{
	long status = job->head.status;

	snprintf(job->problem, sizeof job->problem, "HTTP %ld", status);
	if (status == 200 || status == 206)
		return job->finish(job);
	if (status == 404 || status == 410)
		return EX_NOINPUT;
	if (status == 429 ||
	    (status == 503 && throttle_parse(job->head.retry_after, time(NULL)) > time(NULL)))
		return told_to_wait(t, job);
	if (status == 401 || status == 403 || status == 407) {
		job_complain(t->optional, "%s: not allowed: HTTP %ld from %s%s", job->what, status,
		    t->server, status == 403 ? " (it may refuse this network's addresses)" : "");
		return EX_NOPERM;
	}
	if (status == 416 && job->request.offset > 0) {
		job->whole = true;
		return JOB_AGAIN;
	}
	if (status == 408 || status >= 500)
		return JOB_AGAIN;
	job_complain(t->optional, "%s: HTTP %ld from %s", job->what, status, t->server);
	return EX_UNAVAILABLE;
}

static int
judge(struct transfer *t, struct job *job, enum http_end end)
{
	switch (end) {
	case HTTP_ANSWERED:
		return judge_status(t, job);
	case HTTP_STOPPED:
		return STOP_STATUS;
	case HTTP_REJECTED:
		return job->failure;
	case HTTP_BROKEN:
		snprintf(job->problem, sizeof job->problem, "%s", http_problem(t->http));
		return JOB_AGAIN;
	case HTTP_REFUSED:
		break;
	}
	job_complain(t->optional, "%s: %s", job->what, http_problem(t->http));
	return EX_UNAVAILABLE;
}

/* Whether the next try is a new start that the server's answer asks for: the first one is no
 * failure. */
static bool
starts_over(struct job *job)
{
	if (!job->whole || job->restarted)
		return false;
	job->restarted = true;
	log_info("%s: %s; starting over", job->what, job->problem);
	return true;
}

int
job_run(struct transfer *t, struct job *job)
{
	job->optional = t->optional;
	for (unsigned tries = 0;;) {
		int status = transfer_may_ask(t);
		if (status != 0)
			return status;
		if (job->prepare(job) != 0)
			return job->failure;
		status = judge(t, job, http_get(t->http, &job->request, &job->head));
		progress_finish(job->progress);
		job->progress = NULL;
		if (status != JOB_AGAIN)
			return status;
		if (starts_over(job))
			continue;
		if (job->gained >= GAIN_BYTES)
			tries = 0;
		if (tries >= t->retries) {
			job_complain(t->optional, "%s: %s; given up after %u %s", job->what,
			    job->problem, tries + 1, tries == 0 ? "try" : "tries");
			return EX_UNAVAILABLE;
		}
		int64_t pause = clock_backoff_ms(tries++, t->delay_ms, DELAY_MAX_MS);
		log_info("%s: %s; trying again in %.1f s", job->what, job->problem,
		    (double)pause / 1000);
		if (clock_sleep_ms(pause) != 0)
			return STOP_STATUS;
	}
}
