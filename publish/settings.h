/* SPDX-License-Identifier: MIT */
/* What the command line and the environment say. */
#ifndef DX_PUBLISH_SETTINGS_H
#define DX_PUBLISH_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/dump.h"
#include "common/options.h"
#include "publish/address.h"
#include "publish/layout.h"

/* Texts live as long as the program; the list of destinations is freed by settings_free. */
struct settings {
	struct address_list destinations;
	bool from_environment; /* the destinations are DX_AMQP_URL's; -u replaces them */
	const char
	    *bad_url; /* what is wrong with DX_AMQP_URL; counts only if -u does not replace it */
	struct layout layout; /* with the parts that were given alone */
	const char *queue_type; /* NULL: the broker's default */
	size_t queue_count;
	enum dump_type type; /* DUMP_TYPES if not given */
	uint64_t batch; /* messages */
	uint64_t window; /* messages */
	uint64_t connections; /* to the broker */
	uint64_t state_interval; /* messages */
	uint64_t rate; /* messages a second at most; 0: as many as there are */
	uint64_t route_timeout_ms;
	uint64_t retry_for_ms;
	uint64_t heartbeat_s;
	const char *cacert; /* NULL: the system's */
	const char *cert; /* NULL: none */
	const char *key; /* NULL: in the file of cert */
	const char *credentials; /* NULL: in the URL, or guest */
	const char *rejects; /* NULL: rejected messages are only counted */
	bool strict;
};

/*
 * Reads the options. Passwords in argv and the environment are overwritten at
 * once, so that neither ps(1) nor a child shows them. As options_parse, and *STATUS
 * is the exit status unless it returns OPTIONS_RUN.
 */
enum options_result settings_read(struct settings *s, int argc, char **argv, int *status);

void settings_free(struct settings *s);

#endif
