/* SPDX-License-Identifier: MIT */
/*
 * The sink of amqp:// and amqps://: publisher confirms through a bounded window,
 * and everything that is done when the broker does not simply say yes (dx-publish(1)).
 */
#ifndef DX_PUBLISH_AMQP_H
#define DX_PUBLISH_AMQP_H

#include "publish/sink.h"

/* Connects to one of the servers, trying for --retry-for. As sink_open. */
struct sink *amqp_open(const struct sink_setup *setup, int *status);

#endif
