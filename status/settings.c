/* SPDX-License-Identifier: MIT */
/* What dx-status is told. */
#include "status/settings.h"

#include <sys/stat.h>

#include <stdlib.h>
#include <sysexits.h>

#include "common/log.h"
#include "common/mem.h"
#include "common/numbers.h"
#include "status/limits.h"

#define TRIGGER_COMMAND "systemctl --no-block start dx.target"

/* What the token is called among the credentials of a unit (systemd.exec(5)). */
#define CREDENTIAL "status-token"

enum { OPT_TOKEN_FILE = OPTION_LONG, OPT_TRIGGER_COMMAND, OPT_TIMEOUT };

static const struct option_def options[] = {
    {'d', "data-dir", "DIR", "DX_DATA_DIR", "folder of the files and the markers", false},
    {'l', "listen", "ADDRESS:PORT", "DX_STATUS_LISTEN",
	"serve there instead of what is handed over; no address: 127.0.0.1", false},
    {OPT_TOKEN_FILE, "token-file", "FILE", "DX_STATUS_TOKEN_FILE",
	"whoever knows the token in it may POST /trigger", false},
    {OPT_TRIGGER_COMMAND, "trigger-command", "COMMAND", "DX_STATUS_TRIGGER_COMMAND",
	"what that does, default " TRIGGER_COMMAND, false},
    {OPT_TIMEOUT, "timeout", "TIME", "DX_STATUS_TIMEOUT",
	"end a connection after that long, default 60s", false},
    {'q', "quiet", NULL, NULL, "no warnings", true},
    {'v', "verbose", NULL, NULL, "say where it listens; twice: and each request", true},
};

static const struct option_program program = {
    .name = "dx-status",
    .operands = "",
    .purpose = "Answer over HTTP how the month is doing, and start a run.",
    .options = options,
    .count = sizeof options / sizeof *options,
};

static int
set_text(const char **to, const char *value)
{
	*to = value;
	return *value != '\0' ? 0 : -1;
}

static int
set_option(void *context, int letter, const char *value)
{
	struct settings *s = context;

	switch (letter) {
	case 'd':
		return set_text(&s->folder, value);
	case 'l':
		return set_text(&s->listen, value);
	case OPT_TOKEN_FILE:
		return set_text(&s->token_file, value);
	case OPT_TRIGGER_COMMAND:
		return set_text(&s->trigger_command, value);
	case OPT_TIMEOUT:
		return number_parse_duration(value, STATUS_LIFE_MIN_MS, STATUS_LIFE_MAX_MS,
		    &s->life_ms);
	case 'q':
		log_quiet();
		return 0;
	default: /* 'v' */
		log_more();
		return 0;
	}
}

/* The token that was named has to be there. That of the unit is an empty line if there is none: a
 * unit cannot say that a credential may be missing, only what it is then. */
static int
read_token(struct settings *s)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	struct stat st;
	int status = EX_OK;

	if (s->token_file != NULL)
		return token_read(&s->token, s->token_file);
	if (folder == NULL)
		return EX_OK;
	char *file = mem_printf("%s/" CREDENTIAL, folder);
	if (stat(file, &st) == 0 && st.st_size > 1)
		status = token_read(&s->token, file);
	free(file);
	return status;
}

enum options_result
settings_read(struct settings *s, int argc, char **argv, int *status)
{
	int operand;

	*s = (struct settings){.trigger_command = TRIGGER_COMMAND, .life_ms = STATUS_LIFE_MS};
	enum options_result result = options_parse(&program, argc, argv, set_option, s, &operand);
	if (result == OPTIONS_RUN && operand < argc)
		result = options_bad(&program, "takes no operands");
	if (result == OPTIONS_RUN && s->folder == NULL)
		result = options_bad(&program, "needs a data folder: -d DIR or DX_DATA_DIR");
	*status = result == OPTIONS_RUN ? read_token(s) : options_status(result);
	return *status == EX_OK ? result : OPTIONS_FAILED;
}
