/* SPDX-License-Identifier: MIT */
/* dx-status: answers over HTTP how the month is doing, and starts a run. dx-status(1) is the
 * manual. */
#include <signal.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/log.h"
#include "common/stop.h"
#include "status/connection.h"
#include "status/server.h"
#include "status/settings.h"
#include "status/socket.h"

/* The socket to serve; -1 after a message, with the exit status. */
static int
find_socket(const struct settings *s, int *status)
{
	if (s->listen != NULL)
		return socket_listen(s->listen, status);
	int fd = socket_inherited();
	if (fd < 0) {
		log_error("needs a socket: --listen, or one handed over (try dx-status --help)");
		*status = EX_USAGE;
	}
	return fd;
}

int
main(int argc, char **argv)
{
	struct settings settings;
	int status;

	log_init("dx-status");
	if (settings_read(&settings, argc, argv, &status) != OPTIONS_RUN)
		return status;
	/* A client that is gone is no reason to die. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	stop_install();
	int fd = find_socket(&settings, &status);
	if (fd < 0)
		return status;
	return socket_listens(fd) ? server_run(&settings, fd) : connection_serve(&settings, fd);
}
