/* SPDX-License-Identifier: MIT */
/* The options of dx-publish. */
#include "publish/settings.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/log.h"
#include "common/numbers.h"
#include "common/secret.h"
#include "publish/credentials.h"
#include "publish/spread.h"

#define URL_VARIABLE "DX_AMQP_URL"

/* A day: nobody means more, and all of it fits where milliseconds are kept. */
#define DURATION_MAX_MS (24u * 3600 * 1000)

enum {
	OPT_LAYOUT = OPTION_LONG,
	OPT_EXCHANGE,
	OPT_EXCHANGE_TYPE,
	OPT_ROUTING_KEY,
	OPT_QUEUE,
	OPT_QUEUE_TYPE,
	OPT_BATCH,
	OPT_WINDOW,
	OPT_CONNECTIONS,
	OPT_STATE_INTERVAL,
	OPT_RATE,
	OPT_ROUTE_TIMEOUT,
	OPT_RETRY_FOR,
	OPT_HEARTBEAT,
	OPT_CREDENTIALS,
	OPT_CACERT,
	OPT_CERT,
	OPT_KEY,
	OPT_REJECTS,
	OPT_STRICT
};

static const struct option_def options[] = {
    {'u', "url", "URL", URL_VARIABLE, "amqp://, amqps:// (several: with commas) or file:DIR", true},
    {'t', "type", "TYPE", NULL, "what records by hand are: artists, labels, masters, releases",
	false},
    {OPT_LAYOUT, "layout", "NAME", "DX_LAYOUT", "fanout (default) or topic", false},
    {OPT_EXCHANGE, "exchange", "NAME", "DX_EXCHANGE", "exchange in place of the layout's", false},
    {OPT_EXCHANGE_TYPE, "exchange-type", "KIND", "DX_EXCHANGE_TYPE",
	"fanout, topic, direct or headers", false},
    {OPT_ROUTING_KEY, "routing-key", "KEY", "DX_ROUTING_KEY", "routing key; %t is the type", false},
    {OPT_QUEUE, "queue", "NAME", "DX_QUEUE", "declare and bind this queue too; %t is the type",
	true},
    {OPT_QUEUE_TYPE, "queue-type", "KIND", "DX_QUEUE_TYPE", "classic, quorum or stream", false},
    {OPT_BATCH, "batch", "N", "DX_BATCH", "messages counted as a batch (default 100)", false},
    {OPT_WINDOW, "window", "N", "DX_WINDOW", "unconfirmed messages at most (default 4096)", false},
    {OPT_CONNECTIONS, "connections", "N", "DX_CONNECTIONS",
	"share the messages out among N connections (default 1)", false},
    {OPT_STATE_INTERVAL, "state-interval", "N", "DX_STATE_INTERVAL",
	"record progress every N messages (default 5000)", false},
    {OPT_RATE, "rate", "N", "DX_RATE", "send N messages a second at most (default 0: no limit)",
	false},
    {OPT_ROUTE_TIMEOUT, "route-timeout", "TIME", "DX_ROUTE_TIMEOUT",
	"wait so long for a queue to be bound (default 60s)", false},
    {OPT_RETRY_FOR, "retry-for", "TIME", "DX_RETRY_FOR",
	"try so long to reach the broker (default 10m)", false},
    {OPT_HEARTBEAT, "heartbeat", "SECONDS", "DX_HEARTBEAT",
	"ask for heartbeats this far apart, 0 for none (default 60)", false},
    {OPT_CREDENTIALS, "credentials", "FILE", "DX_CREDENTIALS", "read USER:PASSWORD from FILE",
	false},
    {OPT_CACERT, "cacert", "FILE", "DX_CACERT", "trust these authorities, not the system's", false},
    {OPT_CERT, "cert", "FILE", "DX_CERT", "client certificate, PEM", false},
    {OPT_KEY, "key", "FILE", "DX_KEY", "its key, PEM (default: in the certificate's file)", false},
    {OPT_REJECTS, "rejects", "FILE", "DX_PUBLISH_REJECTS",
	"append messages that the broker will not take to FILE", false},
    {OPT_STRICT, "strict", NULL, NULL, "end at the first message that the broker will not take",
	false},
    {'q', "quiet", NULL, NULL, "no warnings and no progress", false},
    {'v', "verbose", NULL, NULL, "say what was done; twice: more", true},
};

static const struct option_program program = {
    .name = "dx-publish",
    .operands = "",
    .purpose = "Publish lines of JSON from standard input, and count what was confirmed.",
    .options = options,
    .count = sizeof options / sizeof *options,
};

/* The list from the environment or from -u, which may be repeated and replaces that from the
 * environment. Never shows VALUE: it may hold a password. */
static int
set_url(struct settings *s, const char *value)
{
	bool from_environment = value == getenv(URL_VARIABLE);

	if (s->from_environment && !from_environment)
		address_free(&s->destinations);
	s->from_environment = from_environment;
	const char *problem = address_parse(&s->destinations, value);
	/* The one place for both: options_parse hands out the text where ps(1) finds it. */
	secret_mask((char *)(size_t)value);
	if (address_has_login(&s->destinations))
		secret_known();
	if (problem != NULL && !from_environment)
		log_error("--url: %s", problem);
	s->bad_url = from_environment ? problem : NULL;
	return problem == NULL || from_environment ? 0 : -2;
}

static int
set_text(const char **out, const char *value)
{
	*out = value;
	return *value != '\0' ? 0 : -1;
}

static int
set_pattern(const char **out, const char *value)
{
	*out = value;
	return layout_pattern_valid(value) ? 0 : -1;
}

static int
set_layout(struct settings *s, const char *value)
{
	const struct layout *found = layout_find(value);

	/* Only the name yet: parts given alone may come before or after it. */
	if (found != NULL)
		s->layout.name = found->name;
	return found != NULL ? 0 : -1;
}

static int
set_queue(struct settings *s, const char *value)
{
	if (s->queue_count == LAYOUT_QUEUES_MAX / 2) {
		log_error("--queue: too many");
		return -2;
	}
	s->layout.queues[s->queue_count++] = value;
	return *value != '\0' && layout_pattern_valid(value) ? 0 : -1;
}

/* Options about where messages go within the broker. */
static int
set_routing(struct settings *s, int letter, const char *value)
{
	switch (letter) {
	case OPT_LAYOUT:
		return set_layout(s, value);
	case OPT_EXCHANGE:
		return set_pattern(&s->layout.exchange, value);
	case OPT_EXCHANGE_TYPE:
		s->layout.kind = value;
		return layout_kind_valid(value) ? 0 : -1;
	case OPT_ROUTING_KEY:
		return set_pattern(&s->layout.routing_key, value);
	case OPT_QUEUE:
		return set_queue(s, value);
	case OPT_QUEUE_TYPE:
		s->queue_type = value;
		return layout_queue_type_valid(value) ? 0 : -1;
	default:
		return -1;
	}
}

static int
set_option(void *context, int letter, const char *value)
{
	struct settings *s = context;

	switch (letter) {
	case 'u':
		return set_url(s, value);
	case 't':
		return dump_type_parse(value, &s->type);
	case OPT_BATCH:
		return number_parse(value, 1, 1000000000, &s->batch);
	case OPT_WINDOW:
		return number_parse(value, 1, 1000000, &s->window);
	case OPT_CONNECTIONS:
		return number_parse(value, 1, SPREAD_MAX, &s->connections);
	case OPT_STATE_INTERVAL:
		return number_parse(value, 1, 1000000000, &s->state_interval);
	case OPT_RATE:
		return number_parse(value, 0, 1000000000, &s->rate);
	case OPT_ROUTE_TIMEOUT:
		return number_parse_duration(value, 0, DURATION_MAX_MS, &s->route_timeout_ms);
	case OPT_RETRY_FOR:
		return number_parse_duration(value, 0, DURATION_MAX_MS, &s->retry_for_ms);
	case OPT_HEARTBEAT:
		return number_parse(value, 0, 3600, &s->heartbeat_s);
	case OPT_CREDENTIALS:
		return set_text(&s->credentials, value);
	case OPT_CACERT:
		return set_text(&s->cacert, value);
	case OPT_CERT:
		return set_text(&s->cert, value);
	case OPT_KEY:
		return set_text(&s->key, value);
	case OPT_REJECTS:
		return set_text(&s->rejects, value);
	case OPT_STRICT:
		s->strict = true;
		return 0;
	case 'q':
		log_quiet();
		return 0;
	case 'v':
		log_more();
		return 0;
	default:
		return set_routing(s, letter, value);
	}
}

/* Puts the layout's parts where none was given alone. */
static void
complete_layout(struct settings *s)
{
	const struct layout *base = layout_find(s->layout.name != NULL ? s->layout.name : "fanout");
	struct layout *l = &s->layout;

	l->name = base->name;
	l->month_complete = base->month_complete;
	if (l->exchange == NULL)
		l->exchange = base->exchange;
	if (l->kind == NULL)
		l->kind = base->kind;
	if (l->routing_key == NULL)
		l->routing_key = base->routing_key;
	for (size_t i = 0; base->queues[i] != NULL; i++)
		l->queues[s->queue_count++] = base->queues[i];
}

/* What only all options together show. Returns an exit status. */
static int
check_settings(struct settings *s)
{
	const char *problem = NULL;

	if (s->bad_url != NULL) {
		log_error(URL_VARIABLE ": %s", s->bad_url);
		return EX_USAGE;
	}
	if (s->destinations.count == 0 && s->destinations.folder == NULL)
		problem = "no destination: give -u URL or set " URL_VARIABLE;
	else if (s->key != NULL && s->cert == NULL)
		problem = "--key needs --cert";
	if (problem != NULL) {
		options_bad(&program, problem);
		return EX_USAGE;
	}
	return s->destinations.count > 0 ? credentials_read(&s->destinations, s->credentials)
					 : EX_OK;
}

enum options_result
settings_read(struct settings *s, int argc, char **argv, int *status)
{
	int operand;

	*s = (struct settings){.type = DUMP_TYPES,
	    .batch = 100,
	    .window = 4096,
	    .connections = 1,
	    .state_interval = 5000,
	    .route_timeout_ms = 60 * 1000,
	    .retry_for_ms = 10 * 60 * 1000,
	    .heartbeat_s = 60};
	enum options_result result = options_parse(&program, argc, argv, set_option, s, &operand);
	unsetenv(URL_VARIABLE);
	*status = result == OPTIONS_RUN ? EX_OK : options_status(result);
	if (result == OPTIONS_RUN && operand < argc) {
		result = options_bad(&program, "it reads standard input and takes no operands");
		*status = EX_USAGE;
	}
	if (result != OPTIONS_RUN)
		return result;
	complete_layout(s);
	*status = check_settings(s);
	return *status == EX_OK ? OPTIONS_RUN : OPTIONS_BAD;
}

void
settings_free(struct settings *s)
{
	address_free(&s->destinations);
}
