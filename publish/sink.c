/* SPDX-License-Identifier: MIT */
/* The kinds of sinks, and calls of the one that is open. */
#include "publish/sink.h"

#include "publish/amqp.h"
#include "publish/spool.h"
#include "publish/spread.h"

struct sink *
sink_open(const struct sink_setup *setup, int *status)
{
	if (setup->settings->destinations.folder != NULL)
		return spool_open(setup, status);
	if (setup->settings->connections > 1)
		return spread_open(setup, status);
	return amqp_open(setup, status);
}

int
sink_start_file(struct sink *sink, enum dump_type type, int64_t lines)
{
	return sink->ops->start_file(sink, type, lines);
}

int
sink_send(struct sink *sink, const struct message *message)
{
	return sink->ops->send(sink, message);
}

int
sink_broadcast(struct sink *sink, const struct message *message)
{
	return sink->ops->broadcast(sink, message);
}

bool
sink_ready(struct sink *sink)
{
	return sink->ops->ready(sink);
}

int
sink_wait(struct sink *sink, int fd, int limit_ms, bool *readable)
{
	return sink->ops->wait(sink, fd, limit_ms, readable);
}

int
sink_settle(struct sink *sink)
{
	return sink->ops->settle(sink);
}

int
sink_drain(struct sink *sink, int64_t limit_ms)
{
	return sink->ops->drain(sink, limit_ms);
}

void
sink_close(struct sink *sink)
{
	if (sink != NULL)
		sink->ops->close(sink);
}
