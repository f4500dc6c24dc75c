/* SPDX-License-Identifier: MIT */
/* The rejects file. */
#include "parse/rejects.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/io.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/stop.h"
#include "common/utf8.h"
#include "parse/json.h"

struct rejects {
	char *path;
	int fd;
	struct buf line;
};

struct rejects *
rejects_open(const char *path)
{
	int fd = io_open_lines(path);

	if (fd < 0) {
		log_error("%s: %s", path, strerror(errno));
		return NULL;
	}
	struct rejects *x = mem_zero(1, sizeof *x);
	x->path = mem_strdup(path);
	x->fd = fd;
	return x;
}

static struct slice
text(const char *s)
{
	return (struct slice){s, strlen(s)};
}

/* "raw":"..." where that can hold the bytes, so that a person can read them. */
static void
add_raw(struct buf *out, struct slice raw)
{
	if (utf8_stop(raw.data, raw.len) == raw.len) {
		buf_add_str(out, ",\"raw\":");
		json_string(out, raw);
		return;
	}
	buf_add_str(out, ",\"raw_base64\":\"");
	char *to = buf_reserve(out, raw.len / 3 * 4 + 8);
	/* A record is far smaller than INT_MAX (SPLIT_RECORD_MAX). */
	int len = EVP_EncodeBlock((unsigned char *)to, (const unsigned char *)raw.data,
	    (int)raw.len);
	out->len += (size_t)len;
	buf_add_char(out, '"');
}

int
rejects_add(struct rejects *x, const char *file, const struct split_record *r, bool repaired,
    const char *reason)
{
	struct buf *out = &x->line;

	out->len = 0;
	buf_add_str(out, "{\"file\":");
	/* A file's name need not be UTF-8; the escaped form is. */
	char name[1024];
	struct slice raw_name = text(file);
	if (!utf8_valid(file))
		raw_name = text(log_escape(name, sizeof name, file, raw_name.len));
	json_string(out, raw_name);
	buf_printf(out,
	    ",\"result\":\"%s\",\"ordinal\":%llu,\"offset\":%llu,\"line\":%llu,\"reason\":",
	    repaired ? "repaired" : "rejected", (unsigned long long)r->ordinal,
	    (unsigned long long)r->offset, (unsigned long long)r->line);
	json_string(out, text(reason));
	add_raw(out, (struct slice){r->data, r->len});
	buf_add_str(out, "}\n");
	if (io_write_stoppable(x->fd, out->data, out->len) == 0)
		return 0;
	if (stop_requested())
		return -1;
	log_error("%s: %s", x->path, strerror(errno));
	return -1;
}

int
rejects_close(struct rejects *x)
{
	int result = 0;

	if (x == NULL)
		return 0;
	if (close(x->fd) != 0) {
		log_error("%s: %s", x->path, strerror(errno));
		result = -1;
	}
	buf_free(&x->line);
	free(x->path);
	free(x);
	return result;
}
