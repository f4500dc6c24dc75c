/* SPDX-License-Identifier: MIT */
/*
 * The bytes of a record to its tree, fast: a scanner for what dumps really hold.
 * It accepts a part of what libxml2 accepts, and gives the same tree for that:
 * elements and attributes with ASCII names, the five entities, character references,
 * valid UTF-8. Whatever else it meets, it declines, and xml.h decides.
 */
#ifndef DX_PARSE_SCAN_H
#define DX_PARSE_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "parse/tree.h"

/* Scans the LEN bytes at DATA, which must outlive the tree and have BYTES_PADDING behind them, into
 * T. False if it declines; T is then of no use. */
bool scan_record(const char *data, size_t len, struct tree *t);

#endif
