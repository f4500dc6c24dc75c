/* SPDX-License-Identifier: MIT */
/* What a request is answered with, before it is HTTP. */
#ifndef DX_STATUS_ANSWER_H
#define DX_STATUS_ANSWER_H

#include "common/buf.h"

#define ANSWER_JSON	  "application/json"
#define ANSWER_TEXT	  "text/plain; charset=utf-8"
#define ANSWER_HTML	  "text/html; charset=utf-8"
#define ANSWER_PROMETHEUS "text/plain; version=0.0.4; charset=utf-8"

/* Start it as `struct answer a = {0};` the owner calls buf_free on its body. */
struct answer {
	unsigned status; /* of HTTP */
	const char *type; /* of the body; static */
	const char *allow; /* the methods there are, with 405; static, else NULL */
	struct buf body;
};

/* Makes A this status with a JSON object for body: {"status": WORD}. */
void answer_word(struct answer *a, unsigned status, const char *word);

#endif
