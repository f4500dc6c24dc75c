/* SPDX-License-Identifier: MIT */
/* White space as Python's str.strip has it, for the xmltodict shape. */
#ifndef DX_PARSE_STRIP_H
#define DX_PARSE_STRIP_H

#include "parse/tree.h"

/*
 * S without leading and trailing white space: what Unicode gives the property
 * White_Space, and U+001C to U+001F, which Python counts too. S is valid UTF-8.
 */
struct slice strip_unicode(struct slice s);

#endif
