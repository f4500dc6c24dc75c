/* SPDX-License-Identifier: MIT */
/* Whether a text is UTF-8. */
#include "common/utf8.h"

size_t
utf8_length(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	unsigned char least = 0x80, most = 0xbf;
	size_t len;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	/* The second byte tells what is overlong, a surrogate, or too large. */
	if (p[0] == 0xe0)
		least = 0xa0;
	else if (p[0] == 0xf0)
		least = 0x90;
	if (p[0] == 0xed)
		most = 0x9f;
	else if (p[0] == 0xf4)
		most = 0x8f;
	if (p[1] < least || p[1] > most)
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

bool
utf8_valid(const char *text)
{
	while (*text != '\0') {
		size_t len = utf8_length(text);
		if (len == 0)
			return false;
		text += len;
	}
	return true;
}
