/* SPDX-License-Identifier: MIT */
/* Finding a member of the marker by its path. */
#include "marker/lookup.h"

#include <stdint.h>
#include <string.h>

#include "common/numbers.h"

/* Whether NAME is the start of PATH, up to a dot or its end. */
static bool
leads(const char *name, const char *path)
{
	size_t len = strlen(name);

	return strncmp(name, path, len) == 0 && (path[len] == '.' || path[len] == '\0');
}

/* Steps into the member of OBJECT that starts PATH; returns how many bytes its name has, 0 if none.
 */
static size_t
step_by_name(struct json_object *object, const char *path, struct json_object **value)
{
	size_t best = 0;

	json_object_object_foreach(object, name, member) {
		if (strlen(name) <= best || !leads(name, path))
			continue;
		best = strlen(name);
		*value = member;
	}
	return best;
}

static size_t
step_by_index(struct json_object *array, const char *path, struct json_object **value)
{
	size_t len = strcspn(path, ".");
	char digits[8];
	uint64_t index;

	if (len >= sizeof digits)
		return 0;
	memcpy(digits, path, len);
	digits[len] = '\0';
	size_t length = json_object_array_length(array);
	if (length == 0 || number_parse(digits, 0, length - 1, &index) != 0)
		return 0;
	*value = json_object_array_get_idx(array, (size_t)index);
	return len;
}

static bool
by_dots(struct json_object *root, const char *path, struct json_object **found)
{
	struct json_object *value = root;

	path += *path == '.';
	while (*path != '\0') {
		size_t len = 0;
		if (json_object_is_type(value, json_type_object))
			len = step_by_name(value, path, &value);
		else if (json_object_is_type(value, json_type_array))
			len = step_by_index(value, path, &value);
		if (len == 0)
			return false;
		path += len;
		/* A dot promises a further name. */
		if (*path == '.' && *++path == '\0')
			return false;
	}
	*found = value;
	return true;
}

bool
lookup(struct json_object *root, const char *path, struct json_object **found)
{
	if (*path == '/')
		return json_pointer_get(root, path, found) == 0;
	return *path != '\0' && by_dots(root, path, found);
}
