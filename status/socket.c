/* SPDX-License-Identifier: MIT */
/* Where connections come from. */
#include "status/socket.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/log.h"
#include "common/mem.h"
#include "common/numbers.h"

#define DEFAULT_HOST "127.0.0.1"

/* sd_listen_fds(3). */
#define FIRST_HANDED 3

int
socket_split(const char *text, char **host, char **port)
{
	const char *colon = strrchr(text, ':');
	const char *number = colon != NULL ? colon + 1 : text;
	size_t len = colon != NULL ? (size_t)(colon - text) : 0;
	uint64_t n;

	*host = *port = NULL;
	if (number_parse(number, 0, UINT16_MAX, &n) != 0)
		return -1;
	if (len > 0 && text[0] == '[') {
		if (len < 3 || text[len - 1] != ']')
			return -1;
		text++;
		len -= 2;
	} else if (len > 0 && memchr(text, ':', len) != NULL) {
		return -1; /* of an address with colons nobody knows where it ends */
	}
	*host = len > 0 ? mem_strndup(text, len) : mem_strdup(DEFAULT_HOST);
	*port = mem_strdup(number);
	return 0;
}

/* Says where FD listens. */
static void
say_where(int fd)
{
	struct sockaddr_storage address;
	socklen_t len = sizeof address;
	char host[NI_MAXHOST], port[NI_MAXSERV];

	if (getsockname(fd, (struct sockaddr *)&address, &len) != 0 ||
	    getnameinfo((struct sockaddr *)&address, len, host, sizeof host, port, sizeof port,
		NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return;
	log_info(address.ss_family == AF_INET6 ? "listening on [%s]:%s" : "listening on %s:%s",
	    host, port);
}

/* -1 with errno. */
static int
open_at(const struct addrinfo *a)
{
	int on = 1;
	int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, SOMAXCONN) == 0)
		return fd;
	int saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

int
socket_listen(const char *text, int *status)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC,
	    .ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_NUMERICSERV | AI_PASSIVE};
	struct addrinfo *found = NULL;
	char *host, *port;
	int fd = -1;

	if (socket_split(text, &host, &port) != 0) {
		log_error("--listen: %s is not ADDRESS:PORT", text);
		*status = EX_USAGE;
		return -1;
	}
	int error = getaddrinfo(host, port, &hints, &found);
	if (error != 0) {
		log_error("--listen: %s: %s", text, gai_strerror(error));
		*status = EX_USAGE;
	} else if ((fd = open_at(found)) < 0) {
		log_error("cannot listen on %s: %s", text, strerror(errno));
		*status = errno == EACCES || errno == EPERM ? EX_NOPERM : EX_UNAVAILABLE;
	} else {
		say_where(fd);
	}
	if (found != NULL)
		freeaddrinfo(found);
	free(host);
	free(port);
	return fd;
}

static bool
is_socket(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode);
}

/* Whether LISTEN_FDS is there and meant for this process. The variables are not for those we start.
 */
static bool
is_handed(void)
{
	const char *fds = getenv("LISTEN_FDS"), *pid = getenv("LISTEN_PID");
	uint64_t count, owner;
	bool handed = fds != NULL && pid != NULL && number_parse(fds, 1, 1, &count) == 0 &&
	    number_parse(pid, 1, INT32_MAX, &owner) == 0 && owner == (uint64_t)getpid();

	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDNAMES");
	return handed;
}

/* Makes those of the standard descriptors that are the socket FD lead nowhere. */
static void
leave_standard(int fd)
{
	struct stat ours, st;

	if (fstat(fd, &ours) != 0)
		return;
	for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++) {
		if (fstat(i, &st) != 0 || st.st_ino != ours.st_ino || st.st_dev != ours.st_dev)
			continue;
		int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
		if (nowhere < 0)
			continue;
		dup2(nowhere, i);
		close(nowhere);
	}
}

int
socket_inherited(void)
{
	int fd = is_handed() ? FIRST_HANDED : STDIN_FILENO;

	if (!is_socket(fd))
		return -1;
	if (fd == FIRST_HANDED)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	else
		fd = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_HANDED);
	if (fd >= 0)
		leave_standard(fd);
	return fd;
}

bool
socket_listens(int fd)
{
	int listens = 0;
	socklen_t len = sizeof listens;

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len) == 0 && listens != 0;
}
