/* SPDX-License-Identifier: MIT */
/* Passwords, hidden and overwritten. */
#include "common/secret.h"

#include <sys/prctl.h>

#include <stdlib.h>
#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* What ends a URL in a sentence. */
static bool
ends_word(char c)
{
	return (unsigned char)c <= ' ' || c == '"' || c == '\'';
}

/* Whether the comma at P ends a URL of a list. */
static bool
ends_item(const char *p)
{
	size_t letters = strspn(p + 1, LETTERS);

	return letters > 0 && strncmp(p + 1 + letters, "://", 3) == 0;
}

/* Whether a port stands at P, and a path behind it that may hold an @ of its own. */
static bool
is_port(const char *p)
{
	size_t digits = strspn(p, "0123456789");

	return digits > 0 && digits <= 5 && (p[digits] == '/' || p[digits] == '?');
}

bool
secret_find(char *p, bool word, char **password, size_t *len)
{
	char *at = NULL, *colon = p + strcspn(p, ":/?#");

	if (*colon != ':' || is_port(colon + 1))
		return false;
	for (char *q = p; *q != '\0' && !(word && ends_word(*q)); q++) {
		if (*q == ',' && ends_item(q))
			break;
		if (*q == '@')
			at = q;
	}
	if (at == NULL || at < colon)
		return false;
	*password = colon + 1;
	*len = (size_t)(at - colon - 1);
	return true;
}

void
secret_mask(char *text)
{
	char *p = text, *password;
	size_t len;

	if (strstr(text, "://") == NULL) {
		/* Somebody forgot the scheme; a name of a file is none. */
		if (strncmp(text, "file:", 5) != 0 && secret_find(text, false, &password, &len))
			memset(password, '*', len);
		return;
	}
	while ((p = strstr(p, "://")) != NULL) {
		p += 3;
		if (!secret_find(p, false, &password, &len))
			continue;
		memset(password, '*', len);
		p = password + len;
	}
}

void
secret_free(char *text)
{
	if (text != NULL)
		explicit_bzero(text, strlen(text));
	free(text);
}

void
secret_known(void)
{
	/* A limit on the size of cores would not do: one that is piped to a program has none. It
	 * cannot fail. */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
