/* SPDX-License-Identifier: MIT */
/* Command lines from one table for each program. */
#include "common/options.h"

#include <assert.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/io.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/secret.h"

enum { LETTER_HELP = 'h', LETTER_VERSION = 0x7fff, LETTER_LOG_FORMAT = 0x7ffe };

/* What every program has. */
static const struct option_def own[] = {
    {LETTER_LOG_FORMAT, "log-format", "FORMAT", "DX_LOG_FORMAT",
	"messages as text (default), logfmt, json or journal", true},
    {LETTER_HELP, "help", NULL, NULL, "show this and exit", false},
    {LETTER_VERSION, "version", NULL, NULL, "show the version and exit", false},
};
#define OWN_COUNT (sizeof own / sizeof *own)

static void
print_option(const struct option_def *o)
{
	char names[64];
	char letter[8] = "    ";

	if (o->letter < OPTION_LONG)
		snprintf(letter, sizeof letter, "-%c, ", o->letter);
	snprintf(names, sizeof names, "%s--%s%s%s", letter, o->name, o->arg != NULL ? " " : "",
	    o->arg != NULL ? o->arg : "");
	printf("  %-29s %s", names, o->help);
	if (o->env != NULL)
		printf(" [%s]", o->env);
	putchar('\n');
}

static enum options_result
print_help(const struct option_program *p)
{
	printf("usage: %s [options]%s%s\n%s\n\n", p->name, *p->operands != '\0' ? " " : "",
	    p->operands, p->purpose);
	for (size_t i = 0; i < p->count; i++)
		print_option(&p->options[i]);
	for (size_t i = 0; i < OWN_COUNT; i++)
		print_option(&own[i]);
	if (p->more_help != NULL)
		p->more_help();
	printf("\nSee %s(1) for the whole manual.\n", p->name);
	return OPTIONS_DONE;
}

int
options_status(enum options_result result)
{
	if (result == OPTIONS_DONE)
		return EX_OK;
	return result == OPTIONS_FAILED ? EX_IOERR : EX_USAGE;
}

enum options_result
options_bad(const struct option_program *program, const char *message)
{
	log_error("%s (try %s --help)", message, program->name);
	return OPTIONS_BAD;
}

/* A copy of an argument for a message, without a password that may be in it: a slip of the pen is
 * no reason to show one. The caller frees. */
static char *
shown(const char *argument)
{
	char *copy = mem_strdup(argument);

	secret_mask(copy);
	return copy;
}

/* The program's options, and our own one with a value. */
static int
set_one(const struct option_def *o, const char *value, options_set *set, void *context)
{
	return o->letter == LETTER_LOG_FORMAT ? log_use_format(value)
					      : set(context, o->letter, value);
}

/* Hands VALUE on; says what is wrong with it if SET does not. */
static int
hand_on(const struct option_def *o, const char *source, const char *value, options_set *set,
    void *context)
{
	int result = set_one(o, value, set, context);
	if (result == -1) {
		char *copy = shown(value);
		log_error("invalid value for %s: %s (--help shows what it takes)", source, copy);
		free(copy);
	}
	return result;
}

/* GIVEN says of each option whether it is on the command line: its variable does not count then. */
static int
read_environment(const struct option_def *options, size_t count, const bool *given,
    options_set *set, void *context)
{
	for (size_t i = 0; i < count; i++) {
		const struct option_def *o = &options[i];
		const char *value = o->env != NULL && !given[i] ? getenv(o->env) : NULL;
		if (value != NULL && *value != '\0' && hand_on(o, o->env, value, set, context) != 0)
			return -1;
	}
	return 0;
}

static struct option
getopt_entry(const struct option_def *o)
{
	int has_arg = o->arg != NULL ? required_argument : no_argument;

	return (struct option){o->name, has_arg, NULL, o->letter};
}

/* The tables that getopt_long(3) wants; both are the caller's to free. */
static void
make_getopt_tables(const struct option_program *p, char **letters, struct option **longs)
{
	char *s = mem_zero(2 * p->count + 4, 1);
	struct option *l = mem_zero(p->count + OWN_COUNT + 1, sizeof *l);
	size_t used = 0;

	if (p->commands)
		s[used++] = '+';
	s[used++] = ':';
	s[used++] = LETTER_HELP;
	for (size_t i = 0; i < p->count; i++) {
		const struct option_def *o = &p->options[i];
		l[i] = getopt_entry(o);
		if (o->letter >= OPTION_LONG)
			continue;
		s[used++] = (char)o->letter;
		if (o->arg != NULL)
			s[used++] = ':';
	}
	for (size_t i = 0; i < OWN_COUNT; i++)
		l[p->count + i] = getopt_entry(&own[i]);
	*letters = s;
	*longs = l;
}

static const struct option_def *
find(const struct option_program *p, int letter)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->options[i].letter == letter)
			return &p->options[i];
	return letter == LETTER_LOG_FORMAT ? &own[0] : NULL;
}

/* SEEN holds the value each option had so far, NULL if it was not given. */
static int
take(const struct option_program *p, int letter, const char **seen, options_set *set, void *context)
{
	const struct option_def *o = find(p, letter);
	assert(o != NULL);
	const char *value = o->arg != NULL ? optarg : NULL;
	/* Ours may repeat, so it needs no place there. */
	const char **before = o == &own[0] ? &value : &seen[o - p->options];
	char source[64];

	snprintf(source, sizeof source, "--%s", o->name);
	if (!o->repeat && value != NULL && *before != NULL && strcmp(*before, value) != 0) {
		char *first = shown(*before), *second = shown(value);
		log_error("%s given twice: %s and %s", source, first, second);
		free(first);
		free(second);
		return -1;
	}
	*before = value;
	return hand_on(o, source, value, set, context);
}

/* Finds out which options the command line has; returns LETTER_HELP or LETTER_VERSION if one of
 * them is there before anything wrong, which is said later, else 0. */
static int
look(const struct option_program *p, int argc, char **argv, const char *letters,
    const struct option *longs, bool *given)
{
	/* getopt_long(3) moves operands to the end, and what lacks its argument would get one. */
	char **copy = mem_zero((size_t)argc + 1, sizeof *copy);
	int letter, asked = 0;
	bool wrong = false;

	memcpy(copy, argv, (size_t)argc * sizeof *copy);
	optind = 0;
	while ((letter = getopt_long(argc, copy, letters, longs, NULL)) != -1) {
		const struct option_def *o = find(p, letter);
		if (o != NULL && o != &own[0])
			given[o - p->options] = true;
		wrong = wrong || letter == '?' || letter == ':';
		if (!wrong && asked == 0 && (letter == LETTER_HELP || letter == LETTER_VERSION))
			asked = letter;
	}
	free(copy);
	return asked;
}

static enum options_result
print_version(const struct option_program *p)
{
	printf("%s %s\n", p->name, DX_VERSION);
	return OPTIONS_DONE;
}

static enum options_result
parse(const struct option_program *p, int argc, char **argv, const char *letters,
    const struct option *longs, const char **seen, options_set *set, void *context)
{
	int letter;
	char *copy;

	optind = 0;
	while ((letter = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		switch (letter) {
		case LETTER_HELP:
			return print_help(p);
		case LETTER_VERSION:
			return print_version(p);
		case ':':
			log_error("%s needs an argument (try %s --help)", argv[optind - 1],
			    p->name);
			return OPTIONS_BAD;
		case '?':
			copy = shown(argv[optind - 1]);
			log_error("unknown option %s (try %s --help)", copy, p->name);
			free(copy);
			return OPTIONS_BAD;
		default:
			if (take(p, letter, seen, set, context) != 0)
				return OPTIONS_BAD;
		}
	}
	return OPTIONS_RUN;
}

enum options_result
options_parse(const struct option_program *p, int argc, char **argv, options_set *set,
    void *context, int *operand)
{
	char *letters;
	struct option *longs;
	const char **seen = mem_zero(p->count + 1, sizeof *seen);
	bool *given = mem_zero(p->count + 1, sizeof *given);
	const bool none[OWN_COUNT] = {false};

	make_getopt_tables(p, &letters, &longs);
	enum options_result result = OPTIONS_BAD;
	int asked = look(p, argc, argv, letters, longs, given);
	/* Whoever asks for help may have a wrong variable. */
	if (asked != 0)
		result = asked == LETTER_HELP ? print_help(p) : print_version(p);
	else if (read_environment(own, OWN_COUNT, none, set, context) == 0 &&
	    read_environment(p->options, p->count, given, set, context) == 0)
		result = parse(p, argc, argv, letters, longs, seen, set, context);
	if (result == OPTIONS_DONE && io_finish_stdout() != 0)
		result = OPTIONS_FAILED;
	*operand = optind;
	free(seen);
	free(given);
	free(letters);
	free(longs);
	return result;
}
