/* SPDX-License-Identifier: MIT */
/* Ending on request. */
#include "common/stop.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>

/* The signal that came, 0: none. Lock-free, so a handler may write it, and threads may read it. */
static atomic_int stopping;

static void
on_signal(int number)
{
	atomic_store(&stopping, number);
}

void
stop_install(void)
{
	static const int signals[] = {SIGTERM, SIGINT, SIGHUP};
	struct sigaction action, old;

	memset(&action, 0, sizeof action);
	action.sa_handler = on_signal;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
		/* What the parent ignores (nohup, a background job) stays ignored. */
		if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
	}
}

bool
stop_requested(void)
{
	return atomic_load(&stopping) != 0;
}

int
stop_signal(void)
{
	return atomic_load(&stopping);
}
