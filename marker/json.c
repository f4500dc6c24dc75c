/* SPDX-License-Identifier: MIT */
/* The text of a marker, to and from json-c. */
#include "marker/json.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "common/json_tokens.h"
#include "common/mem.h"

/* The part of TEXT that json-c should see: without the space at the end, which it takes for more.
 */
static size_t
without_space(const char *text, size_t len)
{
	while (len > 0 && text[len - 1] != '\0' && strchr(" \t\r\n", text[len - 1]) != NULL)
		len--;
	return len;
}

struct json_object *
json_read(const char *text, size_t len, char **why)
{
	size_t stop;

	*why = NULL;
	len = without_space(text, len);
	if (len == 0 || len > INT_MAX) {
		*why = mem_strdup(len == 0 ? "is empty" : "is too large");
		return NULL;
	}
	struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH_MAX);
	if (tokener == NULL)
		mem_exhausted();
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	struct json_object *root = json_tokener_parse_ex(tokener, text, (int)len);
	enum json_tokener_error error = json_tokener_get_error(tokener);
	size_t end = json_tokener_get_parse_end(tokener);
	json_tokener_free(tokener);

	if (error == json_tokener_continue && end == len)
		*why = mem_strdup("is not JSON: it ends too early");
	else if (error != json_tokener_success || end != len)
		*why = mem_printf("is not JSON at byte %zu", end);
	else if (!json_object_is_type(root, json_type_object))
		*why = mem_strdup("is no JSON object");
	else if (strlen(text) < len || !json_tokens_only(text, len, &stop))
		*why = mem_printf("is not JSON at byte %zu",
		    strlen(text) < len ? strlen(text) : stop);
	if (*why == NULL)
		return root;
	json_object_put(root);
	return NULL;
}

/* The text of VALUE, which owns it. */
static const char *
to_text(struct json_object *value, int flags)
{
	const char *text = json_object_to_json_string_ext(value,
	    flags | JSON_C_TO_STRING_NOSLASHESCAPE);

	if (text == NULL)
		mem_exhausted();
	return text;
}

void
json_print(struct json_object *value, struct buf *out)
{
	const char *text = to_text(value, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED);

	/* json-c 0.16 puts the two brackets of nothing on two lines. A line feed is always its
	 * own: those of strings are escaped. */
	for (const char *p = text; *p != '\0'; p++) {
		buf_add_char(out, *p);
		if ((*p != '{' && *p != '[') || p[1] != '\n')
			continue;
		const char *next = p + 1 + strspn(p + 1, "\n ");
		if (*next == (*p == '{' ? '}' : ']'))
			p = next - 1;
	}
	buf_add_char(out, '\n');
}

void
json_print_line(struct json_object *value, struct buf *out)
{
	buf_add_str(out, to_text(value, JSON_C_TO_STRING_PLAIN));
	buf_add_char(out, '\n');
}
