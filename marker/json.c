/* SPDX-License-Identifier: MIT */
/* The text of a marker, to and from json-c. */
#include "marker/json.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"

static const char *
skip_digits(const char *p)
{
	while (*p >= '0' && *p <= '9')
		p++;
	return p;
}

/* Whether the whole number at P fits into what json-c holds. */
static bool
fits(const char *p)
{
	errno = 0;
	if (*p == '-')
		strtoll(p, NULL, 10);
	else
		strtoull(p, NULL, 10);
	return errno == 0;
}

/* The end of the number at P; NULL if it is none that can be kept. */
static const char *
skip_number(const char *p)
{
	const char *start = p, *end;

	p += *p == '-';
	end = skip_digits(p);
	if (end == p)
		return NULL;
	bool whole = true;
	if (*end == '.') {
		whole = false;
		p = end + 1;
		end = skip_digits(p);
		if (end == p)
			return NULL;
	}
	if (*end == 'e' || *end == 'E') {
		whole = false;
		p = end + 1;
		p += *p == '+' || *p == '-';
		end = skip_digits(p);
		if (end == p)
			return NULL;
	}
	return !whole || fits(start) ? end : NULL;
}

/* The end of the string at P; NULL if a control character stands in it or it has no end. */
static const char *
skip_string(const char *p)
{
	for (p++; *p != '"'; p++) {
		if ((unsigned char)*p < 0x20)
			return NULL;
		if (*p == '\\' && *++p == '\0')
			return NULL;
	}
	return p + 1;
}

/* The end of the token or space at P; NULL if JSON has no such. */
static const char *
skip_token(const char *p)
{
	static const char *const words[] = {"true", "false", "null"};

	if (*p != '\0' && strchr("{}[]:, \t\r\n", *p) != NULL)
		return p + 1;
	if (*p == '"')
		return skip_string(p);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strncmp(p, words[i], strlen(words[i])) == 0)
			return p + strlen(words[i]);
	return skip_number(p);
}

/* Whether all of TEXT is made of JSON's tokens; their order is json-c's to check. *STOP is where it
 * is not. */
static bool
all_tokens(const char *text, size_t len, size_t *stop)
{
	const char *p = text;

	while (p < text + len) {
		const char *end = skip_token(p);
		if (end == NULL)
			break;
		p = end;
	}
	*stop = (size_t)(p - text);
	return *stop == len;
}

/* The part of TEXT that json-c should see: without the space at the end, which it takes for more.
 */
static size_t
without_space(const char *text, size_t len)
{
	while (
	    len > 0 && (text[len - 1] == ' ' || (text[len - 1] >= '\t' && text[len - 1] <= '\r')))
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
	else if (strlen(text) < len || !all_tokens(text, len, &stop))
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
