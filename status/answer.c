/* SPDX-License-Identifier: MIT */
/* What a request is answered with. */
#include "status/answer.h"

void
answer_word(struct answer *a, unsigned status, const char *word)
{
	a->status = status;
	a->type = ANSWER_JSON;
	a->body.len = 0;
	buf_printf(&a->body, "{\"status\": \"%s\"}\n", word);
}
