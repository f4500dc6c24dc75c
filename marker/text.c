/* SPDX-License-Identifier: MIT */
/* What texts from outside may be before they get into the marker. */
#include "marker/text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* The longest name that Linux file systems take. */
#define NAME_BYTES_MAX	255
#define SHAPE_BYTES_MAX 31

/* Length of the UTF-8 sequence (RFC 3629) at P, which a NUL ends; 0 if there is none. *CODE is its
 * character. */
static size_t
utf8_length(const unsigned char *p, unsigned *code)
{
	static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t len = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

	if (len == 0 || p[0] > 0xf4)
		return 0;
	*code = len == 1 ? p[0] : p[0] & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (p[i] & 0x3f);
	}
	bool surrogate = *code >= 0xd800 && *code <= 0xdfff;
	return *code < least[len] || *code > 0x10ffff || surrogate ? 0 : len;
}

bool
text_is_file_name(const char *name)
{
	const unsigned char *p = (const unsigned char *)name;
	size_t len = strlen(name);

	if (len == 0 || len > NAME_BYTES_MAX || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return false;
	while (*p != '\0') {
		unsigned code = 0;
		size_t n = utf8_length(p, &code);
		if (n == 0 || code < 0x20 || code == '/' || (code >= 0x7f && code < 0xa0))
			return false;
		p += n;
	}
	return true;
}

bool
text_is_shape(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len <= SHAPE_BYTES_MAX &&
	    strspn(name,
		"abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == len;
}

char *
text_message(char *out, const char *message)
{
	static const char replacement[] = "\xef\xbf\xbd";
	const unsigned char *p = (const unsigned char *)message;
	size_t used = 0;

	while (*p != '\0') {
		unsigned code;
		size_t n = utf8_length(p, &code);
		const void *from = n > 0 ? (const void *)p : replacement;
		size_t len = n > 0 ? n : sizeof replacement - 1;
		if (used + len >= TEXT_MESSAGE_SIZE)
			break;
		memcpy(out + used, from, len);
		used += len;
		p += n > 0 ? n : 1;
	}
	out[used] = '\0';
	return out;
}

/* Whether TEXT starts as PATTERN is, in which 'd' stands for a digit. */
static bool
looks_like(const char *text, const char *pattern)
{
	for (; *pattern != '\0'; text++, pattern++) {
		bool same = *pattern == 'd' ? isdigit((unsigned char)*text) : *text == *pattern;
		if (!same)
			return false;
	}
	return true;
}

/* Reads Z or +HH:MM, to the end of TEXT, as seconds east of Greenwich. */
static int
read_offset(const char *text, int *seconds)
{
	int hours, minutes;

	*seconds = 0;
	if (strcmp(text, "Z") == 0)
		return 0;
	if ((!looks_like(text, "+dd:dd") && !looks_like(text, "-dd:dd")) || text[6] != '\0')
		return -1;
	if (sscanf(text + 1, "%2d:%2d", &hours, &minutes) != 2)
		return -1;
	*seconds = (hours * 60 + minutes) * (text[0] == '-' ? -60 : 60);
	return 0;
}

int
text_time(const char *text, time_t *out)
{
	struct tm tm = {0};
	int offset;

	if (text == NULL || !looks_like(text, "dddd-dd-ddTdd:dd:dd") ||
	    sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
		&tm.tm_hour, &tm.tm_min, &tm.tm_sec) != 6)
		return -1;
	text += strlen("dddd-dd-ddTdd:dd:dd");
	if (looks_like(text, ".d"))
		text += 1 + strspn(text + 1, "0123456789");
	if (read_offset(text, &offset) != 0)
		return -1;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	*out = timegm(&tm) - offset;
	return 0;
}
