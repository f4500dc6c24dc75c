/* SPDX-License-Identifier: MIT */
/* What of the options decides which message bodies go where. */
#include "publish/target.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/mem.h"
#include "common/utf8.h"

/* Stands between the options of dx-parse and ours. */
#define BETWEEN "; "

static int
compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Appends the COUNT TEXTS, whose order is nobody's business, with SEPARATOR between them. */
static void
add_sorted(struct buf *out, const char *texts[], size_t count, const char *separator)
{
	qsort(texts, count, sizeof *texts, compare);
	for (size_t i = 0; i < count; i++) {
		buf_add_str(out, i > 0 ? separator : "");
		buf_add_str(out, texts[i]);
	}
}

/* FOLDER as it is whatever the working directory and however it is named. If it is not there yet,
 * or no more, the working directory has to do. */
static void
add_path(struct buf *out, const char *folder)
{
	char path[PATH_MAX];

	if (realpath(folder, path) != NULL) {
		buf_add_str(out, path);
		return;
	}
	if (errno == ENOMEM)
		mem_exhausted();
	if (*folder != '/' && getcwd(path, sizeof path) != NULL)
		buf_printf(out, "%s/", path);
	buf_add_str(out, folder);
}

static void
add_servers(struct buf *out, const struct address_list *list)
{
	const char *shown[ADDRESSES_MAX] = {NULL};

	for (size_t i = 0; i < list->count; i++)
		shown[i] = list->servers[i].shown;
	add_sorted(out, shown, list->count, ",");
}

static void
add_layout(struct buf *out, const struct settings *s)
{
	const struct layout *l = &s->layout;
	const char *queues[LAYOUT_QUEUES_MAX];
	size_t count = 0;

	for (; l->queues[count] != NULL; count++)
		queues[count] = l->queues[count];
	buf_printf(out, ", %s %s", l->kind, *l->exchange != '\0' ? l->exchange : "\"\"");
	if (*l->routing_key != '\0')
		buf_printf(out, ", key %s", l->routing_key);
	if (count == 0)
		return;
	buf_add_str(out, ", queues ");
	add_sorted(out, queues, count, " ");
	if (s->queue_type != NULL)
		buf_printf(out, " %s", s->queue_type);
}

/* Takes TEXT and returns it as the marker takes it: what cannot stand in a line of UTF-8 is \xNN.
 */
static char *
make_line(struct buf *text)
{
	struct buf out = {0};
	size_t n;

	for (size_t i = 0; i < text->len; i += n) {
		const char *p = text->data + i;
		n = utf8_length(p, text->len - i);
		if (n > 0 && !utf8_control(p, n)) {
			buf_add(&out, p, n);
			continue;
		}
		n = 1;
		buf_printf(&out, "\\x%02x", (unsigned char)*p);
	}
	buf_add_char(&out, '\0');
	buf_free(text);
	return out.data;
}

static void
add_target(struct buf *out, const struct settings *s)
{
	if (s->destinations.folder != NULL) {
		buf_add_str(out, "file:");
		add_path(out, s->destinations.folder);
	} else {
		add_servers(out, &s->destinations);
		add_layout(out, s);
	}
}

char *
target_text(const struct settings *s)
{
	return target_of_file(s, "");
}

char *
target_of_file(const struct settings *s, const char *options)
{
	struct buf text = {0};

	buf_add_str(&text, options);
	buf_add_str(&text, *options != '\0' ? BETWEEN : "");
	add_target(&text, s);
	return make_line(&text);
}

const char *
target_find(const char *text)
{
	const char *between = strstr(text, BETWEEN);
	bool bare = strncmp(text, "file:", 5) == 0 || strncmp(text, "amqp", 4) == 0;

	return bare || between == NULL ? text : between + strlen(BETWEEN);
}
