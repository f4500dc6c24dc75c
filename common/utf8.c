/* SPDX-License-Identifier: MIT */
/* UTF-8. */
#include "common/utf8.h"

#include <stdint.h>
#include <string.h>

size_t
utf8_length(const char *text, size_t left)
{
	const unsigned char *p = (const unsigned char *)text;
	unsigned char least = 0x80, most = 0xbf;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	size_t len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	/* The second byte tells what is overlong, a surrogate, or too large. */
	if (p[0] == 0xe0)
		least = 0xa0;
	else if (p[0] == 0xed)
		most = 0x9f;
	else if (p[0] == 0xf0)
		least = 0x90;
	else if (p[0] == 0xf4)
		most = 0x8f;
	if (left < len || p[1] < least || p[1] > most)
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

bool
utf8_control(const char *p, size_t len)
{
	const unsigned char *u = (const unsigned char *)p;

	return len == 1 ? u[0] < 0x20 || u[0] == 0x7f : len == 2 && u[0] == 0xc2 && u[1] < 0xa0;
}

size_t
utf8_stop(const char *data, size_t len)
{
	size_t i = 0;

	while (i < len) {
		uint64_t eight;
		if (len - i >= sizeof eight) {
			memcpy(&eight, data + i, sizeof eight);
			if ((eight & UINT64_C(0x8080808080808080)) == 0) {
				i += sizeof eight;
				continue;
			}
		}
		size_t n = utf8_length(data + i, len - i);
		if (n == 0)
			break;
		i += n;
	}
	return i;
}

bool
utf8_valid(const char *text)
{
	size_t len = strlen(text);

	return utf8_stop(text, len) == len;
}
