/* SPDX-License-Identifier: MIT */
/* What a marker means for what is to be done next. */
#include "marker/decide.h"

#include "marker/schema.h"
#include "marker/value.h"

static bool
any_file_begun(const struct state *s)
{
	json_object_object_foreach(value_get(s->processing, "progress_by_file"), name, entry) {
		(void)name;
		if (!value_is(entry, "status", STATUS_PENDING))
			return true;
	}
	return false;
}

const char *
decide_run(const struct state *s)
{
	if (value_is(s->download, "status", STATUS_FAILED))
		return any_file_begun(s) ? "continue" : "reprocess";
	if (value_is(s->processing, "status", STATUS_FAILED) ||
	    value_is(s->processing, "status", STATUS_IN_PROGRESS))
		return "continue";
	if (value_is(s->summary, "overall_status", STATUS_COMPLETED))
		return "skip";
	return "continue";
}

bool
decide_pending(const struct state *s, const char *file)
{
	return !value_is(state_find_progress(s, file), "status", STATUS_COMPLETED);
}

enum decide_change
decide_change(const struct json_object *entry, const char *sha256, const char *shape,
    const char *options)
{
	if (!value_is(entry, "source_checksum", sha256))
		return DECIDE_BYTES;
	if (!value_is(entry, "shape", shape))
		return DECIDE_SHAPE;
	if (options != NULL && value_text(entry, "options") != NULL &&
	    !value_is(entry, "options", options))
		return DECIDE_OPTIONS;
	return DECIDE_SAME;
}

bool
decide_unsent(const struct json_object *entry)
{
	return value_is(entry, "status", STATUS_COMPLETED) &&
	    !json_object_get_boolean(value_get(entry, "completion_sent"));
}
