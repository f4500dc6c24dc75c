/* SPDX-License-Identifier: MIT */
/* Word to the service manager. */
#include "common/notify.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/numbers.h"

/* The longest wait in poll(2): a signal that comes just before it must be seen soon. */
#define WAIT_MS	    250

#define STATUS_SIZE 256

static struct sockaddr_un manager;
static socklen_t manager_size; /* 0: nobody listens */
static int manager_fd = -1;
static int64_t alive_every_ms; /* 0: no watchdog */
static atomic_llong alive_ms; /* when it last heard of us */

/* Whether TEXT is the name of a socket; it is in `manager` then. */
static bool
take_address(const char *text)
{
	size_t len = text != NULL ? strlen(text) : 0;

	/* A name that begins with @ is one without a file: its first byte is 0 (unix(7)). */
	if (len < 2 || len >= sizeof manager.sun_path || (*text != '/' && *text != '@'))
		return false;
	manager.sun_family = AF_UNIX;
	memcpy(manager.sun_path, text, len + 1);
	if (*text == '@')
		manager.sun_path[0] = '\0';
	manager_size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (*text == '/'));
	return true;
}

/* How often the watchdog has to hear of this process, 0 if never. */
static int64_t
watchdog_ms(void)
{
	const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	uint64_t n;

	/* Of another: what started us is watched, not we. */
	if (pid != NULL && (number_parse(pid, 1, INT32_MAX, &n) != 0 || (pid_t)n != getpid()))
		return 0;
	if (usec == NULL || number_parse(usec, 1, INT64_MAX, &n) != 0)
		return 0;
	/* Twice in the time it allows, as sd_watchdog_enabled(3) recommends. */
	return n < 4000 ? 1 : (int64_t)(n / 2000);
}

/* Whatever becomes of it: our work does not depend on who listens. */
static void
tell(const char *text, int flags)
{
	int saved = errno;
	ssize_t sent;

	do
		sent = sendto(manager_fd, text, strlen(text), flags | MSG_NOSIGNAL,
		    (const struct sockaddr *)&manager, manager_size);
	while (sent < 0 && errno == EINTR);
	errno = saved;
}

void
notify_ready(void)
{
	manager_size = 0;
	alive_every_ms = 0;
	if (!take_address(getenv("NOTIFY_SOCKET")))
		return;
	if (manager_fd < 0)
		manager_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (manager_fd < 0) {
		log_warn("NOTIFY_SOCKET: %s", strerror(errno));
		manager_size = 0;
		return;
	}
	alive_every_ms = watchdog_ms();
	atomic_store(&alive_ms, clock_ms());
	tell("READY=1", 0);
}

bool
notify_listens(void)
{
	return manager_size > 0;
}

void
notify_status(const char *format, ...)
{
	char text[STATUS_SIZE] = "STATUS=";
	size_t used = strlen(text);
	va_list args;

	if (!notify_listens())
		return;
	va_start(args, format);
	vsnprintf(text + used, sizeof text - used, format, args);
	va_end(args);
	/* One line is one assignment: nothing in it may begin another. */
	for (char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p < ' ')
			*p = ' ';
	tell(text, MSG_DONTWAIT);
}

void
notify_alive(void)
{
	if (alive_every_ms == 0)
		return;
	int64_t now = clock_ms();
	if (now - atomic_load(&alive_ms) < alive_every_ms)
		return;
	atomic_store(&alive_ms, now);
	tell("WATCHDOG=1", 0);
}

int
notify_wait(int fd, short events)
{
	struct pollfd p = {.fd = fd, .events = events};

	if (alive_every_ms == 0)
		return -1;
	notify_alive();
	return poll(&p, 1, alive_every_ms < WAIT_MS ? (int)alive_every_ms : WAIT_MS) > 0;
}

void
notify_unblock(int fd)
{
	struct stat st;

	if (alive_every_ms == 0 || fstat(fd, &st) != 0 || !S_ISFIFO(st.st_mode))
		return;
	int flags = fcntl(fd, F_GETFL);
	if (flags >= 0)
		fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}
