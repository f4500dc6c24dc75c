/* SPDX-License-Identifier: MIT */
/* The rejects file: messages that the broker will not take, one a line, with the reason. */
#ifndef DX_PUBLISH_REJECTS_H
#define DX_PUBLISH_REJECTS_H

#include "publish/message.h"

struct rejects;

/* Opens PATH to append; NULL if it cannot be, reported. */
struct rejects *rejects_open(const char *path);

/* Appends {"line":N,"bytes":N,"reason":"...","record":BODY} for M and makes it durable, since what
 * is rejected counts as done. 0, or -1: reported. */
int rejects_add(struct rejects *r, const struct message *m, const char *reason);

/* NULL is allowed. */
void rejects_close(struct rejects *r);

#endif
