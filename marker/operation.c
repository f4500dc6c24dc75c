/* SPDX-License-Identifier: MIT */
/* From words to a call of an operation. */
#include "marker/operation.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/digest.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/numbers.h"
#include "marker/text.h"

enum value_kind {
	VALUE_NONE,
	VALUE_SHA256,
	VALUE_SHAPE,
	VALUE_LINE,
	VALUE_PATH,
	VALUE_COUNT,
	VALUE_MAYBE_COUNT, /* a count that may be left out */
	VALUE_TIME
};

/* The bits of OPERATION_OPTION with their names and the member of struct call for the value. */
static const struct option_value {
	unsigned bit;
	const char *name;
	enum value_kind kind;
	size_t member;
} options[] = {
    {WITH_SHA256, "--sha256", VALUE_SHA256, offsetof(struct call, sha256)},
    {WITH_SHAPE, "--shape", VALUE_SHAPE, offsetof(struct call, shape)},
    {WITH_RECORDS, "--records", VALUE_COUNT, offsetof(struct call, records)},
    {WITH_MESSAGES, "--messages", VALUE_COUNT, offsetof(struct call, messages)},
    {WITH_BATCHES, "--batches", VALUE_COUNT, offsetof(struct call, batches)},
    {WITH_POSITION, "--position", VALUE_COUNT, offsetof(struct call, position)},
    {WITH_RESUME, "--resume", VALUE_NONE, 0},
    {WITH_OPTIONS, "--options", VALUE_LINE, offsetof(struct call, options)},
    {WITH_NOW, "--now", VALUE_TIME, offsetof(struct call, now)},
    {WITH_WATCH, "--watch", VALUE_MAYBE_COUNT, offsetof(struct call, watch)},
    {WITH_OUTPUT, "--output", VALUE_PATH, offsetof(struct call, output)},
    {WITH_STALLED, "--stalled", VALUE_COUNT, offsetof(struct call, stalled)},
    {WITH_OVERDUE, "--overdue", VALUE_COUNT, offsetof(struct call, overdue)},
    {WITH_STATUS, "--status", VALUE_COUNT, offsetof(struct call, status)},
    {WITH_STARTED, "--started", VALUE_TIME, offsetof(struct call, started)},
    {WITH_JSON, "--json", VALUE_NONE, 0},
};

const struct operation *
operation_find(const struct operation *table, const char *name)
{
	for (; table->name != NULL; table++)
		if (strcmp(table->name, name) == 0)
			return table;
	return NULL;
}

time_t
operation_now(const struct call *call)
{
	return (call->given & WITH_NOW) != 0 ? (time_t)call->now : time(NULL);
}

bool
operation_alone(const struct call *call)
{
	if (call->line == 0)
		return true;
	operation_complain(call, "not in a batch");
	return false;
}

void
operation_complain(const struct call *call, const char *format, ...)
{
	char text[512], place[40] = "";
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	if (call->line > 0)
		snprintf(place, sizeof place, "line %zu: ", call->line);
	log_error("%s%s: %s", place, call->operation->name, text);
}

/* Says what is wrong with WORD ("" for none), and how it should be. Returns -1. */
static int
wrong(const struct call *call, const char *complaint, const char *word)
{
	const struct operation *op = call->operation;
	bool space = *op->usage != '\0';

	operation_complain(call, "%s%s%.200s (usage: %s%s%s)", complaint, *word != '\0' ? ": " : "",
	    word, op->name, space ? " " : "", op->usage);
	return -1;
}

static int
take_number(const struct call *call, const char *word, int64_t *out)
{
	uint64_t number;

	if (number_parse(word, 0, INT64_MAX, &number) != 0)
		return wrong(call, "not a count", word);
	*out = (int64_t)number;
	return 0;
}

static int
take_time(const struct call *call, const char *word, int64_t *out)
{
	time_t when;

	if (text_time(word, &when) != 0)
		return wrong(call, "not a time such as 2026-08-03T12:00:00Z", word);
	*out = (int64_t)when;
	return 0;
}

static bool
is_path(const char *text)
{
	return *text != '\0';
}

/* Takes VALUE into the member at OUT if it is VALID, else says that it is NOT. */
static int
take_text(const struct call *call, const char *value, bool (*valid)(const char *), const char * not,
    const char **out)
{
	*out = value;
	return valid(value) ? 0 : wrong(call, not, value);
}

static int
take_option(struct call *call, const struct option_value *o, const char *value)
{
	void *member = (char *)call + o->member;

	switch (o->kind) {
	case VALUE_NONE:
		return 0;
	case VALUE_SHA256:
		return take_text(call, value, digest_valid,
		    "not a SHA-256 of 64 lower-case hex digits", member);
	case VALUE_SHAPE:
		return take_text(call, value, text_is_shape, "not the name of a shape", member);
	case VALUE_LINE:
		return take_text(call, value, text_is_options, "not a line of text", member);
	case VALUE_PATH:
		return take_text(call, value, is_path, "not the name of a file", member);
	case VALUE_COUNT:
		return take_number(call, value, member);
	case VALUE_MAYBE_COUNT:
		return value == NULL ? 0 : take_number(call, value, member);
	case VALUE_TIME:
		return take_time(call, value, member);
	}
	return -1;
}

/* The option that WORD names, up to LEN, and CALL's operation has; NULL if there is none. */
static const struct option_value *
find_option(const struct call *call, const char *word, size_t len)
{
	for (size_t i = 0; i < sizeof options / sizeof *options; i++)
		if ((call->operation->options & options[i].bit) != 0 &&
		    strlen(options[i].name) == len && strncmp(word, options[i].name, len) == 0)
			return &options[i];
	return NULL;
}

/*
 * Takes the option WORD, with its value behind '=' or in NEXT (NULL: nothing follows).
 * Returns how many words that were, or -1.
 */
static int
take_option_word(struct call *call, const char *word, const char *next)
{
	size_t len = strcspn(word, "=");
	const char *value = word[len] == '=' ? word + len + 1 : NULL;
	const struct option_value *o = find_option(call, word, len);

	if (o == NULL)
		return wrong(call, "unknown option", word);
	bool flag = o->kind == VALUE_NONE;
	bool maybe = o->kind == VALUE_MAYBE_COUNT;
	if (flag && value != NULL)
		return wrong(call, "takes no value", word);
	if (!flag && !maybe && value == NULL && next == NULL)
		return wrong(call, "needs a value", word);
	if ((call->given & o->bit) != 0)
		return wrong(call, "given twice", o->name);
	call->given |= o->bit;
	if (flag || value != NULL)
		return take_option(call, o, value) == 0 ? 1 : -1;
	if (maybe && (next == NULL || *next == '-'))
		return 1;
	return take_option(call, o, next) == 0 ? 2 : -1;
}

/* Takes WORD as operand number INDEX. */
static int
take_operand(struct call *call, size_t index, char *const *word)
{
	const char *kinds = call->operation->operands;
	size_t count = strcspn(kinds, "+");
	char kind = index < count ? kinds[index] : kinds[count] == '+' ? kinds[count - 1] : '\0';

	switch (kind) {
	case 'F':
		if (!text_is_file_name(*word))
			return wrong(call, "not a file name without folder", *word);
		if (call->file_count++ == 0) {
			call->file = *word;
			call->files = word;
		}
		return 0;
	case 'N':
		return take_number(call, *word, &call->numbers[call->number_count++]);
	case 'T':
		call->text = *word;
		return 0;
	default:
		return wrong(call, "too many operands", *word);
	}
}

/* Operations without options take every word as it is, so that a message may look like an option.
 */
static bool
is_option(const struct call *call, const char *word)
{
	return call->operation->options != 0 && word[0] == '-' && word[1] == '-';
}

static int
take_words(struct call *call, char *const *words, size_t count)
{
	size_t operands = 0;
	bool options_end = false;

	for (size_t i = 1; i < count;) {
		int used = 1;
		bool option = !options_end && is_option(call, words[i]);
		if (option && strcmp(words[i], "--") == 0)
			options_end = true;
		else if (option)
			used = take_option_word(call, words[i],
			    i + 1 < count ? words[i + 1] : NULL);
		else if (take_operand(call, operands++, &words[i]) != 0)
			used = -1;
		if (used < 0)
			return -1;
		i += (size_t)used;
	}
	if (operands < call->operation->required)
		return wrong(call, "too few operands", "");
	unsigned missing = call->operation->required_options & ~call->given;
	for (size_t i = 0; i < sizeof options / sizeof *options; i++)
		if ((missing & options[i].bit) != 0)
			return wrong(call, "needs", options[i].name);
	return call->operation->check == NULL || call->operation->check(call) ? 0 : -1;
}

int
operation_parse(const struct operation *table, char *const *words, size_t count, size_t line,
    struct call *call)
{
	const struct operation *op = operation_find(table, words[0]);
	char place[40] = "";

	*call = (struct call){.operation = op, .line = line};
	if (op != NULL)
		return take_words(call, words, count);
	if (line > 0)
		snprintf(place, sizeof place, "line %zu: ", line);
	log_error("%s%.200s: no such operation (dx-marker --help lists them)", place, words[0]);
	return -1;
}
