/* SPDX-License-Identifier: MIT */
/*
 * A sink made of several connections to the broker (--connections): messages are dealt out to
 * them, and told as settled in the order in which they came, as if it were one. So
 * positions stay right; only the order in which messages lie in a queue is no longer theirs.
 */
#ifndef DX_PUBLISH_SPREAD_H
#define DX_PUBLISH_SPREAD_H

#include "publish/sink.h"

/* The most connections. */
#define SPREAD_MAX 16

/* Opens as many as the settings say, each with its part of the window. As sink_open. */
struct sink *spread_open(const struct sink_setup *setup, int *status);

#endif
