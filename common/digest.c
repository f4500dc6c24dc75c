/* SPDX-License-Identifier: MIT */
/* SHA-256 over libcrypto. */
#include "common/digest.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/log.h"
#include "common/mem.h"

struct digest {
	EVP_MD_CTX *context;
};

/* libcrypto fails here only for want of memory or of SHA-256 itself. */
static void
must(int ok)
{
	if (ok)
		return;
	log_error("SHA-256 is not available in libcrypto");
	exit(EX_OSERR);
}

struct digest *
digest_new(void)
{
	struct digest *d = mem_alloc(sizeof *d);

	d->context = EVP_MD_CTX_new();
	must(d->context != NULL && EVP_DigestInit_ex(d->context, EVP_sha256(), NULL));
	return d;
}

void
digest_free(struct digest *d)
{
	if (d == NULL)
		return;
	EVP_MD_CTX_free(d->context);
	free(d);
}

void
digest_add(struct digest *d, const void *data, size_t len)
{
	must(EVP_DigestUpdate(d->context, data, len));
}

void
digest_finish(struct digest *d, char *out)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char raw[EVP_MAX_MD_SIZE];
	unsigned len;

	must(EVP_DigestFinal_ex(d->context, raw, &len) && len == 32);
	/* No type given: the context keeps its algorithm, which saves looking it up again. */
	must(EVP_DigestInit_ex(d->context, NULL, NULL));
	for (unsigned i = 0; i < len; i++) {
		out[2 * i] = hex[raw[i] >> 4];
		out[2 * i + 1] = hex[raw[i] & 15];
	}
	out[2 * len] = '\0';
}

void
digest_peek(const struct digest *d, char *out)
{
	struct digest *copy = digest_new();

	must(EVP_MD_CTX_copy_ex(copy->context, d->context));
	digest_finish(copy, out);
	digest_free(copy);
}

bool
digest_valid(const char *text)
{
	return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}
