/* SPDX-License-Identifier: MIT */
/* The size of pipes between the stages. */
#ifndef DX_COMMON_PIPE_H
#define DX_COMMON_PIPE_H

/*
 * Asks the kernel to let FD, if it is a pipe, hold 1 MiB instead of 64 KiB, so that two stages wait
 * less often for each other. The kernel may refuse (pipe(7), /proc/sys/fs/pipe-max-size); nothing
 * depends on it.
 */
void pipe_enlarge(int fd);

#endif
