/* SPDX-License-Identifier: MIT */
/* One working connection to one of several servers. */
#include "publish/broker.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/stop.h"
#include "publish/limits.h"
#include "publish/login.h"
#include "publish/topology.h"

/* Tries one server. */
static struct link *
try_server(const struct settings *s, const bool types[DUMP_TYPES], const struct address *a,
    struct failure *f)
{
	const struct transport_tls tls = {s->cacert, s->cert, s->key};
	int64_t deadline_ms = clock_ms() + PUBLISH_CONNECT_MS;
	struct failure cause;

	struct link *l = link_open(a, &tls, deadline_ms, &cause);
	if (l != NULL && login_run(l, a, (unsigned)s->heartbeat_s, deadline_ms, &cause) == 0 &&
	    topology_run(l, s, types, deadline_ms, &cause) == 0)
		return l;
	link_close(l);
	failure_set(f, cause.status, "%.100s: %.380s", a->shown, cause.text);
	return NULL;
}

struct link *
broker_connect(const struct settings *s, const bool types[DUMP_TYPES], size_t *server,
    struct failure *f)
{
	for (size_t i = 0; i < s->destinations.count; i++) {
		*server = (*server + 1) % s->destinations.count;
		const struct address *a = &s->destinations.servers[*server];
		struct link *l = try_server(s, types, a, f);
		if (l != NULL) {
			log_debug("%s: connected", a->shown);
			return l;
		}
		log_debug("%s", f->text);
		if (f->status != 0 || stop_requested())
			break;
	}
	return NULL;
}
