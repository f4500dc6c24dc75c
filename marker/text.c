/* SPDX-License-Identifier: MIT */
/* What texts from outside may be before they get into the marker. */
#include "marker/text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "common/utf8.h"

/* The longest name that Linux file systems take. */
#define NAME_BYTES_MAX	255
#define SHAPE_BYTES_MAX 31

/* More than 16 servers, 32 queues and a path of 4096 bytes make. */
#define OPTIONS_BYTES_MAX 65536

/* Whether TEXT is 1 to MAX bytes of UTF-8 without control characters. */
static bool
is_line(const char *text, size_t max)
{
	const char *p = text;
	size_t len = strlen(text);

	while (*p != '\0') {
		size_t n = utf8_length(p, UTF8_TERMINATED);
		if (n == 0 || utf8_control(p, n))
			return false;
		p += n;
	}
	return len > 0 && len <= max;
}

bool
text_is_file_name(const char *name)
{
	return is_line(name, NAME_BYTES_MAX) && strchr(name, '/') == NULL &&
	    strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

bool
text_is_options(const char *text)
{
	return is_line(text, OPTIONS_BYTES_MAX);
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
	const char *p = message;
	size_t used = 0;

	while (*p != '\0') {
		size_t n = utf8_length(p, UTF8_TERMINATED);
		const char *from = n > 0 ? p : replacement;
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
