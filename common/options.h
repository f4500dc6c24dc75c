/* SPDX-License-Identifier: MIT */
/*
 * Command lines: one table for each program gives the parser, --help, the
 * environment defaults and whatever else describes options. --help (-h), --version
 * and --log-format are there for every program.
 */
#ifndef DX_COMMON_OPTIONS_H
#define DX_COMMON_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#define DX_VERSION "0.1.0"

/* Letters of options that have only a long name start here. */
#define OPTION_LONG 256

struct option_def {
	int letter; /* the short name, or a number from OPTION_LONG on */
	const char *name; /* the long name, without dashes */
	const char *arg; /* what --help calls the argument; NULL if it takes none */
	const char *env; /* environment variable that gives a default, or NULL */
	const char *help; /* one line, lower case, no full stop */
	bool repeat; /* may be given more than once */
};

struct option_program {
	const char *name; /* "dx-parse" */
	const char *operands; /* "[FILE ...]", or "" */
	const char *purpose; /* one line */
	const struct option_def *options;
	size_t count;
	bool commands; /* options end at the first operand: what follows is the command's own */
	void (*more_help)(void); /* prints what --help says below the options, or NULL */
};

enum options_result {
	OPTIONS_RUN, /* go on */
	OPTIONS_DONE, /* --help or --version was answered: exit 0 */
	OPTIONS_BAD, /* a message was written: exit 64 */
	OPTIONS_FAILED /* the answer could not be written, a message was: exit 74 */
};

/*
 * Takes one option; VALUE is NULL for those without argument and lives as long as
 * the program. Returns 0, or -1 for a value that cannot be: the parser then says
 * "invalid value for --NAME", unless the function said more itself and returns -2.
 */
typedef int options_set(void *context, int letter, const char *value);

/*
 * Reads the environment defaults, then argv, and gives each to SET. A variable counts only
 * where its option is not given. An option that may not
 * repeat is refused the second time, unless with the same value. *OPERAND
 * becomes the index of the first operand; operands may stand between options,
 * unless the program has commands.
 */
enum options_result options_parse(const struct option_program *program, int argc, char **argv,
    options_set *set, void *context, int *operand);

/* The exit status for a result that is not OPTIONS_RUN. */
int options_status(enum options_result result);

/* Says "try --help" after MESSAGE, for what only the program can see. Returns OPTIONS_BAD. */
enum options_result options_bad(const struct option_program *program, const char *message);

#endif
