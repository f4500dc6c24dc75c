/* SPDX-License-Identifier: MIT */
/* User and password from a file, so that neither stands in a command line. */
#ifndef DX_PUBLISH_CREDENTIALS_H
#define DX_PUBLISH_CREDENTIALS_H

#include "publish/address.h"

/*
 * Reads the first line of FILE, USER:PASSWORD as they are (no % escapes), into
 * every server of LIST whose URL names no user; FILE may be NULL: then they get
 * RabbitMQ's default, guest and guest. A file that others may read is warned of. Returns
 * 0 or an exit status: EX_NOINPUT if it cannot be read, EX_CONFIG if it holds no such line.
 * Reports.
 */
int credentials_read(struct address_list *list, const char *file);

#endif
