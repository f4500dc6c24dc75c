/* SPDX-License-Identifier: MIT */
/* Starting a run of dx because somebody asked for it. */
#include "status/trigger.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/child.h"
#include "common/io.h"
#include "common/log.h"
#include "common/mem.h"
#include "status/limits.h"

static bool
run(const char *command)
{
	const char *const argv[] = {"sh", "-c", command, NULL};
	struct child_limits limits = {STATUS_TRIGGER_MS, STATUS_TRIGGER_MAX};
	struct buf out = {0};
	int status = child_run("/bin/sh", argv, &limits, &out);

	buf_free(&out);
	if (status > 0)
		log_warn("trigger: the command ended with status %d: %s", status, command);
	return status == 0;
}

/* Whoever asks twice before a run has seen it wants no more than one. */
static bool
record(const char *folder)
{
	char *path = mem_printf("%s/" TRIGGER_FILE, folder);
	int fd = io_open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0644);
	bool done = fd >= 0 && io_sync(fd) == 0;

	if (fd >= 0 && io_close_synced(fd) != 0)
		done = false;
	if (done && io_sync_parent(path) != 0)
		done = false;
	if (!done)
		log_error("%s: %s", path, strerror(errno));
	free(path);
	return done;
}

enum trigger_result
trigger_pull(const char *command, const char *folder)
{
	if (run(command))
		return TRIGGER_STARTED;
	return record(folder) ? TRIGGER_RECORDED : TRIGGER_FAILED;
}
