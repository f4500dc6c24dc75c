/* SPDX-License-Identifier: MIT */
/* The work of dx-publish: standard input to the sink, line by line (dx-stream(5)). */
#ifndef DX_PUBLISH_RUN_H
#define DX_PUBLISH_RUN_H

#include "publish/settings.h"

/* Reads FD to its end and publishes what it says. Returns the exit status; messages were written.
 */
int run_stream(const struct settings *settings, int fd);

#endif
