/* SPDX-License-Identifier: MIT */
/* status: the month for the eye of a person at a terminal. */
#ifndef DX_MARKER_STATUS_H
#define DX_MARKER_STATUS_H

#include "marker/operation.h"

/* The seconds between two pictures of --watch that says none, and the most there may be. */
#define STATUS_WATCH_SECONDS	 2
#define STATUS_WATCH_MAX_SECONDS 86400

operation_run status_show;

#endif
