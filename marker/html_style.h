/* SPDX-License-Identifier: MIT */
/* How the page of report looks. */
#ifndef DX_MARKER_HTML_STYLE_H
#define DX_MARKER_HTML_STYLE_H

/* A style sheet, CSS. */
extern const char html_style[];

#endif
