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

/* The bits of OPERATION_OPTION with their names. All but --resume have a value. */
static const struct {
	unsigned bit;
	const char *name;
} options[] = {
    {WITH_SHA256, "--sha256"},
    {WITH_SHAPE, "--shape"},
    {WITH_RECORDS, "--records"},
    {WITH_MESSAGES, "--messages"},
    {WITH_BATCHES, "--batches"},
    {WITH_POSITION, "--position"},
    {WITH_RESUME, "--resume"},
    {WITH_OPTIONS, "--options"},
};

const struct operation *
operation_find(const struct operation *table, const char *name)
{
	for (; table->name != NULL; table++)
		if (strcmp(table->name, name) == 0)
			return table;
	return NULL;
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
take_option(struct call *call, unsigned bit, const char *value)
{
	switch (bit) {
	case WITH_SHA256:
		call->sha256 = value;
		return digest_valid(value)
		    ? 0
		    : wrong(call, "not a SHA-256 of 64 lower-case hex digits", value);
	case WITH_SHAPE:
		call->shape = value;
		return text_is_shape(value) ? 0 : wrong(call, "not the name of a shape", value);
	case WITH_OPTIONS:
		call->options = value;
		return text_is_options(value) ? 0 : wrong(call, "not a line of text", value);
	case WITH_RECORDS:
		return take_number(call, value, &call->records);
	case WITH_MESSAGES:
		return take_number(call, value, &call->messages);
	case WITH_BATCHES:
		return take_number(call, value, &call->batches);
	case WITH_POSITION:
		return take_number(call, value, &call->position);
	default:
		return 0;
	}
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

	for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
		unsigned bit = options[i].bit;
		if ((call->operation->options & bit) == 0 || strlen(options[i].name) != len ||
		    strncmp(word, options[i].name, len) != 0)
			continue;
		bool flag = bit == WITH_RESUME;
		if (flag && value != NULL)
			return wrong(call, "takes no value", word);
		if (!flag && value == NULL && next == NULL)
			return wrong(call, "needs a value", word);
		if ((call->given & bit) != 0)
			return wrong(call, "given twice", options[i].name);
		call->given |= bit;
		if (take_option(call, bit, value != NULL ? value : next) != 0)
			return -1;
		return flag || value != NULL ? 1 : 2;
	}
	return wrong(call, "unknown option", word);
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
