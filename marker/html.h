/* SPDX-License-Identifier: MIT */
/*
 * report: the month as a page for a browser. One file that needs nothing else: no script, no
 * network (its own policy forbids both), light or dark as the reader has it, as good on a phone.
 */
#ifndef DX_MARKER_HTML_H
#define DX_MARKER_HTML_H

#include "common/buf.h"
#include "marker/operation.h"

/* The page loads itself again after so many seconds. */
#define HTML_REFRESH_SECONDS 60

/* Appends TEXT so that it is nothing but text, in an attribute too. Control characters become
 * U+FFFD. */
void html_text(struct buf *out, const char *text);

/* A status for people: "in progress". */
const char *html_status(const char *status);

operation_run html_report;

#endif
