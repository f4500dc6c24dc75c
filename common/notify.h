/* SPDX-License-Identifier: MIT */
/*
 * Word to the service manager, if one started us and listens: sd_notify(3), without its library.
 * Where $NOTIFY_SOCKET is not set nothing here does anything. Thread-safe, but for notify_ready.
 *
 * A watchdog ($WATCHDOG_USEC) wants to hear at least so often that we live. Work says so where it
 * comes by; waiting for another stage, which may take hours and is no fault, has to say so too.
 */
#ifndef DX_COMMON_NOTIFY_H
#define DX_COMMON_NOTIFY_H

#include <stdbool.h>

/* To be called once the options are known to be good: work begins. Says READY=1. */
void notify_ready(void);

/* Whether somebody listens. */
bool notify_listens(void);

/* What is being done, one line for people; an empty one for nothing in particular. */
void notify_status(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* We live. Cheap: call it as often as you like. */
void notify_alive(void);

/*
 * Waits for EVENTS of FD (poll(2)) for a moment, and tells the watchdog that we live. Returns 1 if
 * FD is ready, 0 if not yet: look whether a stop is asked for and call again. Without a watchdog it
 * returns -1 and waits for nothing.
 */
int notify_wait(int fd, short events);

/*
 * With a watchdog, lets a write to FD, if that is a pipe, return when it is full (EAGAIN), since
 * write(2) cannot tell it that we live. FD must be nobody else's, as what systemd opens for us.
 */
void notify_unblock(int fd);

#endif
