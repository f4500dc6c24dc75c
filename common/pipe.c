/* SPDX-License-Identifier: MIT */
/* The size of pipes between the stages. */
#define _GNU_SOURCE /* F_SETPIPE_SZ */
#include "common/pipe.h"

#include <errno.h>
#include <fcntl.h>

#define PIPE_SIZE (1 << 20)

void
pipe_enlarge(int fd)
{
#ifdef F_SETPIPE_SZ
	int saved = errno;

	/* Fails for what is no pipe, and where the user has too many large ones: all the same. */
	(void)fcntl(fd, F_SETPIPE_SZ, PIPE_SIZE);
	errno = saved;
#else
	(void)fd;
#endif
}
