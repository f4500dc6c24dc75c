/* SPDX-License-Identifier: MIT */
/* dx-fetch: finds the newest month of the Discogs dumps, downloads, verifies and names its files.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/dump.h"
#include "common/io.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/notify.h"
#include "common/numbers.h"
#include "common/options.h"
#include "common/secret.h"
#include "common/stop.h"
#include "common/usr1.h"
#include "fetch/run.h"

#define BASE_URL	 "https://data.discogs.com/"
#define URL_VARIABLE	 "DX_BASE_URL"

#define RETRIES_DEFAULT	 5
#define DELAY_DEFAULT_MS 1000
#define STALL_DEFAULT_MS 60000

enum { OPT_FORCE = OPTION_LONG, OPT_LIST, OPT_NO_VERIFY, OPT_RETRIES, OPT_DELAY, OPT_STALL };

/* -b stands before -m so that DX_MIRROR wins over DX_BASE_URL: the last one set counts. */
static const struct option_def options[] = {
    {'d', "data-dir", "DIR", "DX_DATA_DIR", "folder for the files and the marker", false},
    {'b', "base-url", "URL", URL_VARIABLE, "dump server, default " BASE_URL, true},
    {'m', "mirror", "DIR", "DX_MIRROR", "take the files from this local folder, in place", true},
    {'V', "month", "YYYYMMDD", "DX_VERSION", "the month, default the newest complete one", false},
    {'t', "types", "TYPE,...", "DX_TYPES", "only artists, labels, masters, releases", true},
    {OPT_FORCE, "force", NULL, NULL, "forget what is done and do the month again", true},
    {OPT_LIST, "list", NULL, NULL, "print the months there are and exit", true},
    {OPT_NO_VERIFY, "no-verify", NULL, NULL, "do not compare with the published checksums", true},
    {OPT_RETRIES, "retries", "N", "DX_FETCH_RETRIES", "further tries of a request, default 5",
	false},
    {OPT_DELAY, "retry-delay", "TIME", "DX_FETCH_RETRY_DELAY",
	"pause before the first of them, default 1s", false},
    {OPT_STALL, "stall-timeout", "TIME", "DX_FETCH_STALL_TIMEOUT",
	"give a connection up that long without data, default 60s", false},
    {'q', "quiet", NULL, NULL, "no warnings, no progress", true},
    {'v', "verbose", NULL, NULL, "say what is done; twice: more", true},
};

static const struct option_program program = {
    .name = "dx-fetch",
    .operands = "",
    .purpose = "Find, download and verify a month of the Discogs dumps.",
    .options = options,
    .count = sizeof options / sizeof *options,
};

/* Adds the types in LIST, separated by commas; -1 if one is none. */
static int
add_types(struct fetch_args *args, const char *list)
{
	for (const char *p = list;; p++) {
		char name[16];
		enum dump_type type;
		size_t len = strcspn(p, ",");

		if (len >= sizeof name)
			return -1;
		memcpy(name, p, len);
		name[len] = '\0';
		if (dump_type_parse(name, &type) != 0)
			return -1;
		args->types[type] = true;
		p += len;
		if (*p == '\0')
			return 0;
	}
}

static int
set_server(struct fetch_args *args, const char *url)
{
	secret_free(args->own_url);
	args->base_url = args->own_url = mem_strdup(url);
	args->mirror = NULL;
	/* options_parse hands out the text where ps(1) finds it. */
	secret_mask((char *)(size_t)url);
	return *url != '\0' ? 0 : -1;
}

static int
set_option(void *context, int letter, const char *value)
{
	struct fetch_args *args = context;

	switch (letter) {
	case 'd':
		args->folder = value;
		return *value != '\0' ? 0 : -1;
	case 'b':
		return set_server(args, value);
	case 'm':
		args->mirror = value;
		return *value != '\0' ? 0 : -1;
	case 'V':
		args->version = value;
		return dump_version_valid(value) ? 0 : -1;
	case 't':
		return add_types(args, value);
	case OPT_FORCE:
		args->force = true;
		return 0;
	case OPT_LIST:
		args->list = true;
		return 0;
	case OPT_NO_VERIFY:
		args->verify = false;
		return 0;
	case OPT_RETRIES:
		return number_parse(value, 0, 1000, &args->retries);
	case OPT_DELAY:
		return number_parse_duration(value, 0, 3600000, &args->delay_ms);
	case OPT_STALL:
		return number_parse_duration(value, 1000, 3600000, &args->stall_ms);
	case 'q':
		log_quiet();
		return 0;
	default: /* 'v' */
		log_more();
		return 0;
	}
}

/* No -t means all types. */
static void
default_types(struct fetch_args *args)
{
	for (int i = 0; i < DUMP_TYPES; i++)
		if (args->types[i])
			return;
	for (int i = 0; i < DUMP_TYPES; i++)
		args->types[i] = true;
}

static enum options_result
read_arguments(int argc, char **argv, struct fetch_args *args)
{
	int operand;
	enum options_result result = options_parse(&program, argc, argv, set_option, args,
	    &operand);

	if (result != OPTIONS_RUN)
		return result;
	if (operand < argc)
		return options_bad(&program, "takes no operands");
	if (args->folder == NULL && !args->list)
		return options_bad(&program, "needs a data folder: -d DIR or DX_DATA_DIR");
	default_types(args);
	return OPTIONS_RUN;
}

int
main(int argc, char **argv)
{
	struct fetch_args args = {
	    .base_url = BASE_URL,
	    .verify = true,
	    .retries = RETRIES_DEFAULT,
	    .delay_ms = DELAY_DEFAULT_MS,
	    .stall_ms = STALL_DEFAULT_MS,
	};

	log_init(program.name);
	stop_install();
	usr1_answer();
	enum options_result result = read_arguments(argc, argv, &args);
	unsetenv(URL_VARIABLE);
	if (result == OPTIONS_RUN)
		notify_ready();
	int status = result == OPTIONS_RUN ? run_fetch(&args) : options_status(result);
	secret_free(args.own_url);
	if (result == OPTIONS_RUN && io_finish_stdout() != 0 && status == EX_OK)
		status = EX_IOERR;
	return status;
}
