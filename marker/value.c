/* SPDX-License-Identifier: MIT */
/* Members of JSON objects, read and set. */
#include "marker/value.h"

#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "common/mem.h"

static struct json_object *
some(struct json_object *value)
{
	if (value == NULL)
		mem_exhausted();
	return value;
}

struct json_object *
value_new_object(void)
{
	return some(json_object_new_object());
}

struct json_object *
value_new_array(void)
{
	return some(json_object_new_array());
}

struct json_object *
value_new_text(const char *text)
{
	return text != NULL ? some(json_object_new_string(text)) : NULL;
}

struct json_object *
value_new_count(int64_t count)
{
	return some(json_object_new_int64(count));
}

struct json_object *
value_new_flag(bool flag)
{
	return some(json_object_new_boolean(flag));
}

struct json_object *
value_get(const struct json_object *object, const char *name)
{
	struct json_object *value = NULL;

	return json_object_object_get_ex(object, name, &value) ? value : NULL;
}

const char *
value_text(const struct json_object *object, const char *name)
{
	struct json_object *value = value_get(object, name);

	return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
}

bool
value_is(const struct json_object *object, const char *name, const char *text)
{
	const char *value = value_text(object, name);

	return value != NULL && strcmp(value, text) == 0;
}

int64_t
value_count(const struct json_object *object, const char *name)
{
	return json_object_get_int64(value_get(object, name));
}

int64_t
value_sum(int64_t a, int64_t b)
{
	return a > INT64_MAX - b ? INT64_MAX : a + b;
}

void
value_set(struct json_object *object, const char *name, struct json_object *value)
{
	if (json_object_object_add(object, name, value) != 0)
		mem_exhausted();
}

void
value_set_text(struct json_object *object, const char *name, const char *text)
{
	value_set(object, name, value_new_text(text));
}

void
value_set_count(struct json_object *object, const char *name, int64_t count)
{
	value_set(object, name, value_new_count(count));
}

void
value_set_flag(struct json_object *object, const char *name, bool flag)
{
	value_set(object, name, value_new_flag(flag));
}

void
value_set_now(struct json_object *object, const char *name)
{
	char text[CLOCK_TEXT_SIZE];

	value_set_text(object, name, clock_text(text, time(NULL)));
}

void
value_append(struct json_object *array, struct json_object *value)
{
	if (json_object_array_add(array, value) != 0)
		mem_exhausted();
}
