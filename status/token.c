/* SPDX-License-Identifier: MIT */
/* The token that lets a request start something. */
#include "status/token.h"

#include <sys/stat.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include <openssl/crypto.h>

#include "common/io.h"
#include "common/log.h"
#include "common/secret.h"
#include "status/limits.h"

/* RFC 6750. */
#define SCHEME "Bearer "

static void
hash(const char *text, size_t len, char out[DIGEST_TEXT_SIZE])
{
	struct digest *d = digest_new();

	digest_add(d, text, len);
	digest_finish(d, out);
	digest_free(d);
}

/* Whether the LEN bytes at TEXT can be a token and stand in a header. */
static bool
is_token(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] <= ' ' || text[i] >= 0x7f)
			return false;
	return len >= STATUS_TOKEN_MIN && len <= STATUS_TOKEN_MAX;
}

int
token_read(struct token *t, const char *file)
{
	struct stat st;
	char *text;
	size_t size;

	secret_known();
	/* Room for a line end behind the longest. */
	if (io_read_file(file, STATUS_TOKEN_MAX + 2, &text, &size) != 0) {
		log_error("%s: %s", file, strerror(errno));
		return EX_NOINPUT;
	}
	if (stat(file, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & S_IROTH) != 0)
		log_warn("%s: holds a token and everybody can read it (chmod 600)", file);
	size_t len = strcspn(text, "\r\n");
	t->known = is_token(text, len);
	if (t->known)
		hash(text, len, t->digest);
	explicit_bzero(text, size);
	free(text);
	if (t->known)
		return EX_OK;
	log_error("%s: the first line is no token: %d to %d characters without spaces", file,
	    STATUS_TOKEN_MIN, STATUS_TOKEN_MAX);
	return EX_CONFIG;
}

bool
token_matches(const struct token *t, const char *authorization)
{
	char digest[DIGEST_TEXT_SIZE];

	if (!t->known || authorization == NULL ||
	    strncasecmp(authorization, SCHEME, strlen(SCHEME)) != 0)
		return false;
	const char *text = authorization + strlen(SCHEME);
	text += strspn(text, " ");
	size_t len = strlen(text);
	/* White space behind a value is no part of it, and nobody has taken it away (RFC
	 * 9110, 5.5). */
	while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t'))
		len--;
	hash(text, len, digest);
	return CRYPTO_memcmp(digest, t->digest, sizeof digest) == 0;
}
