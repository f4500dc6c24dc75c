/* SPDX-License-Identifier: MIT */
/* What dx-status is told: the data folder, who may start a run, where it listens. */
#ifndef DX_STATUS_SETTINGS_H
#define DX_STATUS_SETTINGS_H

#include <stdint.h>

#include "common/options.h"
#include "status/token.h"

struct settings {
	const char *folder;
	const char *listen; /* NULL: the connection, or the socket that listens, is handed to us */
	const char *token_file; /* NULL: none */
	const char *trigger_command;
	uint64_t life_ms; /* of a connection */
	struct token token;
};

/* Reads arguments, environment and the token into S. If the result is not OPTIONS_RUN, *STATUS is
 * the exit status; a message was written where one is due. */
enum options_result settings_read(struct settings *s, int argc, char **argv, int *status);

#endif
