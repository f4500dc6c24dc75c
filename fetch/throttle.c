/* SPDX-License-Identifier: MIT */
/* When a server may be asked again. */
#include "fetch/throttle.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/io.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/numbers.h"

/* The most bytes of the file that are read: a line for each server that was ever asked. */
#define FILE_MAX_BYTES (64u << 10)

struct throttle {
	char *path; /* NULL: in memory only */
	char *origin;
	time_t until;
};

/* Reads a line `SECONDS ORIGIN`, which it cuts apart; -1 if it is none. */
static int
read_line(char *line, time_t *until, char **origin)
{
	char *space = strchr(line, ' ');
	uint64_t seconds;

	if (space == NULL)
		return -1;
	*space = '\0';
	*origin = space + 1;
	if (number_parse(line, 1, INT64_MAX, &seconds) != 0)
		return -1;
	*until = (time_t)seconds;
	return 0;
}

/*
 * Goes through the file: *MINE becomes the time kept for our origin, and lines of
 * other servers that still hold at NOW are added to OTHERS (if not NULL).
 */
static void
load(const struct throttle *t, time_t now, time_t *mine, struct buf *others)
{
	char *text, *save = NULL;
	size_t len;

	if (t->path == NULL)
		return;
	if (io_read_file(t->path, FILE_MAX_BYTES, &text, &len) != 0) {
		if (errno != ENOENT)
			log_warn("%s: %s", t->path, strerror(errno));
		return;
	}
	for (char *line = strtok_r(text, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		time_t until;
		char *origin;
		if (read_line(line, &until, &origin) != 0)
			continue;
		if (strcmp(origin, t->origin) == 0)
			*mine = until;
		else if (others != NULL && until > now)
			buf_printf(others, "%lld %s\n", (long long)until, origin);
	}
	free(text);
}

struct throttle *
throttle_open(const char *folder, const char *origin)
{
	struct throttle *t = mem_zero(1, sizeof *t);

	t->path = folder != NULL ? mem_printf("%s/%s", folder, THROTTLE_FILE) : NULL;
	t->origin = mem_strdup(origin);
	load(t, 0, &t->until, NULL);
	return t;
}

void
throttle_close(struct throttle *t)
{
	if (t == NULL)
		return;
	free(t->path);
	free(t->origin);
	free(t);
}

time_t
throttle_until(struct throttle *t, time_t now)
{
	/* A time too far ahead was written under a clock that has been set back since. */
	return t->until > now && t->until - now <= THROTTLE_MAX_S ? t->until : 0;
}

void
throttle_remember(struct throttle *t, time_t now, time_t until)
{
	struct buf text = {0};
	time_t old = 0;

	t->until = until;
	if (t->path == NULL)
		return;
	load(t, now, &old, &text);
	buf_printf(&text, "%lld %s\n", (long long)until, t->origin);
	io_replace_file(t->path, text.data, text.len, NULL);
	buf_free(&text);
}

time_t
throttle_parse(const char *text, time_t now)
{
	uint64_t seconds;
	time_t until;

	if (*text == '\0')
		return 0;
	if (strspn(text, "0123456789") == strlen(text)) {
		if (number_parse(text, 0, THROTTLE_MAX_S, &seconds) != 0)
			seconds = THROTTLE_MAX_S;
		until = now + (time_t)seconds;
	} else {
		until = curl_getdate(text, NULL);
	}
	if (until == -1)
		return 0;
	if (until <= now)
		return now;
	return until - now > THROTTLE_MAX_S ? now + THROTTLE_MAX_S : until;
}
