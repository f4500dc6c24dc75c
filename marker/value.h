/* SPDX-License-Identifier: MIT */
/*
 * Members of JSON objects, read and set without a word about json-c's references
 * or its ways to fail: out of memory ends the program (common/mem.h). The marker's
 * shape was checked when it was read (schema.h), so reading never fails either:
 * what is not there counts as nothing.
 */
#ifndef DX_MARKER_VALUE_H
#define DX_MARKER_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include <json-c/json.h>

/* New values, the caller's. value_new_text(NULL) is JSON's null, which json-c writes as NULL. */
struct json_object *value_new_object(void);
struct json_object *value_new_array(void);
struct json_object *value_new_text(const char *text);
struct json_object *value_new_count(int64_t count);
struct json_object *value_new_flag(bool flag);

/* The member NAME, lent; NULL if there is none or it is null. */
struct json_object *value_get(const struct json_object *object, const char *name);

/* The text in member NAME, lent; NULL if it is no string. */
const char *value_text(const struct json_object *object, const char *name);

/* Whether member NAME is the string TEXT. */
bool value_is(const struct json_object *object, const char *name, const char *text);

/* The count in member NAME, 0 if there is none. */
int64_t value_count(const struct json_object *object, const char *name);

/* A + B, or INT64_MAX if that is more. Counts are not negative. */
int64_t value_sum(int64_t a, int64_t b);

/* Sets member NAME to VALUE, which it takes; its place among the members stays. */
void value_set(struct json_object *object, const char *name, struct json_object *value);
void value_set_text(struct json_object *object, const char *name, const char *text);
void value_set_count(struct json_object *object, const char *name, int64_t count);
void value_set_flag(struct json_object *object, const char *name, bool flag);

/* Sets member NAME to the time of day. */
void value_set_now(struct json_object *object, const char *name);

/* Adds VALUE, which it takes, to the end of ARRAY. */
void value_append(struct json_object *array, struct json_object *value);

#endif
