/* SPDX-License-Identifier: MIT */
/* dx-parse: turns Discogs dumps into lines of JSON. Arguments and wiring; dx-parse(1) is the
 * manual. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/io.h"
#include "common/log.h"
#include "common/notify.h"
#include "common/numbers.h"
#include "common/options.h"
#include "common/pipe.h"
#include "common/stop.h"
#include "common/usr1.h"
#include "parse/session.h"
#include "parse/stage.h"
#include "parse/xml.h"

/* More workers than this only wait for the unpacking. */
#define WORKERS_MAX 64

enum {
	OPT_SKIP = OPTION_LONG,
	OPT_LIMIT,
	OPT_REJECTS,
	OPT_MAX_REJECTS,
	OPT_STRICT,
	OPT_CONTROL,
	OPT_BLOCK,
	OPT_XML
};

static const struct option_def options[] = {
    {'t', "type", "TYPE", NULL, "artists, labels, masters or releases; else the root element tells",
	false},
    {'s', "shape", "SHAPE", "DX_SHAPE", "discogsography (default) or xmltodict", false},
    {'j', "jobs", "N", "DX_JOBS", "worker threads (default: the processors)", false},
    {OPT_SKIP, "skip", "N", NULL, "leave out the first N records", false},
    {OPT_LIMIT, "limit", "N", NULL, "stop after N records", false},
    {OPT_REJECTS, "rejects", "FILE", "DX_REJECTS", "append rejected and repaired records to FILE",
	false},
    {OPT_MAX_REJECTS, "max-rejects", "N", "DX_MAX_REJECTS",
	"give a file up after N rejects (default 100)", false},
    {OPT_STRICT, "strict", NULL, NULL, "repair nothing, and end at the first reject", false},
    {OPT_CONTROL, "control", NULL, NULL, "write control lines for files given by hand too", false},
    {OPT_BLOCK, "block", "BYTES", NULL, "XML handled at once (default 262144)", false},
    {OPT_XML, "xml", "SCANNER", NULL, "fast (default), libxml2, or both to compare them", false},
    {'q', "quiet", NULL, NULL, "no warnings and no progress", false},
    {'v', "verbose", NULL, NULL, "say what was done; twice: more", true},
};

static const struct option_program program = {
    .name = "dx-parse",
    .operands = "[FILE ...]",
    .purpose = "Turn Discogs dumps, XML or gzip, into one line of JSON for each record.",
    .options = options,
    .count = sizeof options / sizeof *options,
};

struct arguments {
	struct session_options session;
	enum dump_type type;
	uint64_t skip;
	uint64_t limit;
	const char *rejects;
	bool control;
};

static int
set_scanner(const char *value, enum record_scanner *out)
{
	static const char *const names[] = {
	    [SCANNER_FAST] = "fast",
	    [SCANNER_LIBXML2] = "libxml2",
	    [SCANNER_BOTH] = "both",
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (strcmp(value, names[i]) != 0)
			continue;
		*out = (enum record_scanner)i;
		return 0;
	}
	return -1;
}

static int
set_option(void *context, int letter, const char *value)
{
	struct arguments *a = context;
	uint64_t n = 0;
	int result = 0;

	switch (letter) {
	case 't':
		return dump_type_parse(value, &a->type);
	case 's':
		a->session.shape = shape_find(value);
		return a->session.shape != NULL ? 0 : -1;
	case 'j':
		result = number_parse(value, 1, WORKERS_MAX, &n);
		a->session.workers = (unsigned)n;
		return result;
	case OPT_SKIP:
		return number_parse(value, 0, UINT64_MAX, &a->skip);
	case OPT_LIMIT:
		return number_parse(value, 0, UINT64_MAX, &a->limit);
	case OPT_REJECTS:
		a->rejects = value;
		return *value != '\0' ? 0 : -1;
	case OPT_MAX_REJECTS:
		return number_parse(value, 0, UINT64_MAX, &a->session.max_rejects);
	case OPT_STRICT:
		a->session.strict = true;
		break;
	case OPT_CONTROL:
		a->control = true;
		break;
	case OPT_BLOCK:
		result = number_parse(value, 1, 64u << 20, &n);
		a->session.block_size = (size_t)n;
		return result;
	case OPT_XML:
		return set_scanner(value, &a->session.scanner);
	case 'q':
		log_quiet();
		break;
	case 'v':
		log_more();
		break;
	default:
		return -1;
	}
	return 0;
}

static unsigned
processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > WORKERS_MAX ? WORKERS_MAX : (unsigned)n;
}

/* What a control line calls the file: its name without folders, shortened if need be. */
static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	size_t room = sizeof((struct stream_control *)0)->file - 1;

	return strlen(name) > room ? name + strlen(name) - room : name;
}

/* The control lines around a file by hand: no month, no marker, no checksum of it. */
static int
write_control(const struct arguments *a, enum stream_kind kind, const char *name,
    const struct session_counts *counts)
{
	struct stream_control c = {.kind = kind, .data_type = counts->type, .skipped = a->skip};

	if (!a->control)
		return EX_OK;
	enum dump_type type;
	if (dump_file_parse(base_name(name), c.version, &type) != 0)
		c.version[0] = '\0';
	strncpy(c.file, base_name(name), sizeof c.file - 1);
	strncpy(c.shape, shape_name(a->session.shape), sizeof c.shape - 1);
	strncpy(c.options, stage_options(&a->session), sizeof c.options - 1);
	c.records = counts->records;
	c.rejected = counts->rejected;
	c.repaired = counts->repaired;
	return stage_write(&c);
}

/* XML by hand. */
static int
parse_xml(const struct arguments *a, struct input *in, const char *name, uint64_t size)
{
	struct session_counts counts = {.type = a->type};
	const struct session_file file = {.name = name,
	    .type = a->type,
	    .skip = a->skip,
	    .limit = a->limit,
	    .marks = a->control,
	    .size = size};

	if (a->control && a->type == DUMP_TYPES) {
		log_error("--control needs --type");
		return EX_USAGE;
	}
	/* file_end says that there is no more. */
	if (a->control && a->limit != UINT64_MAX) {
		log_error(
		    "--control and --limit: the end of a file that was not reached cannot be told");
		return EX_USAGE;
	}
	int status = write_control(a, STREAM_FILE_START, name, &counts);
	if (status == EX_OK)
		status = session_run(&a->session, &file, in, &counts);
	if (status == EX_OK)
		status = write_control(a, STREAM_FILE_END, name, &counts);
	log_info("%s: %llu records, %llu repaired, %llu rejected", name,
	    (unsigned long long)counts.records, (unsigned long long)counts.repaired,
	    (unsigned long long)counts.rejected);
	return status;
}

static bool
has_suffix(const char *name, const char *suffix)
{
	size_t n = strlen(name), s = strlen(suffix);

	return n >= s && strcmp(name + n - s, suffix) == 0;
}

/* An open file or standard input, whatever its first bytes say it is. *STREAM: control lines, which
 * bring their own end line. */
static int
parse_opened(const struct arguments *a, int fd, const char *name, bool *stream)
{
	struct stat st;
	struct input *in = input_open(fd);
	int status = EX_DATAERR;

	if (in == NULL && stop_requested())
		return STOP_STATUS;
	if (in == NULL) {
		log_error("%s: %s", name, strerror(errno));
		return errno == EISDIR ? EX_NOINPUT : EX_IOERR;
	}
	uint64_t size = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
	enum input_format format = input_format(in);
	if (format == INPUT_EMPTY) {
		log_error("%s: is empty", name);
	} else if (format != INPUT_GZIP && has_suffix(name, ".gz")) {
		log_error("%s: is not gzip, whatever its name says", name);
	} else if (format != INPUT_STREAM) {
		status = parse_xml(a, in, name, size);
	} else if (a->skip > 0 || a->limit != UINT64_MAX) {
		log_error(
		    "--skip and --limit are for files given by hand: the marker tells where to go on");
		status = EX_USAGE;
	} else {
		*stream = true;
		status = stage_run(&a->session, in, fd);
	}
	input_close(in);
	return status;
}

static int
parse_operand(const struct arguments *a, const char *path, bool *stream)
{
	if (strcmp(path, "-") == 0)
		return parse_opened(a, STDIN_FILENO, "standard input", stream);
	int fd = io_open(path, O_RDONLY, 0);
	if (fd < 0) {
		int saved = errno;
		if (stop_requested())
			return STOP_STATUS;
		log_error("%s: %s", path, strerror(saved));
		return io_open_status(saved);
	}
	int status = parse_opened(a, fd, path, stream);
	close(fd);
	return status;
}

/* All operands; the first that fails ends it, since what follows would hide that. */
static int
parse_all(const struct arguments *a, char *const *paths, int count)
{
	bool stream = false;
	int status = EX_OK;

	if (count == 0)
		status = parse_operand(a, "-", &stream);
	for (int i = 0; i < count && status == EX_OK; i++)
		status = parse_operand(a, paths[i], &stream);
	if (status == EX_OK && a->control && !stream)
		status = stage_write(
		    &(struct stream_control){.kind = STREAM_END, .stage = "parse"});
	return status;
}

static int
run(struct arguments *a, char *const *paths, int count)
{
	if (a->rejects != NULL && (a->session.rejects = rejects_open(a->rejects)) == NULL)
		return EX_IOERR;
	xml_init();
	int status = parse_all(a, paths, count);
	if (rejects_close(a->session.rejects) != 0 && status == EX_OK)
		status = EX_IOERR;
	return status;
}

/*
 * Buffers that grew for one large record go back to the system. Left to itself the C library
 * keeps them, for each thread anew, and what a run needs would be a matter of luck.
 */
static void
tune_memory(void)
{
#ifdef __GLIBC__
	mallopt(M_ARENA_MAX, 1);
	mallopt(M_MMAP_THRESHOLD, 256 << 10);
#endif
}

int
main(int argc, char **argv)
{
	struct arguments a = {.type = DUMP_TYPES, .limit = UINT64_MAX};
	int operand;

	log_init("dx-parse");
	a.session.shape = shape_find("discogsography");
	a.session.workers = processors();
	a.session.max_rejects = 100;
	a.session.block_size = 256u << 10;
	enum options_result parsed = options_parse(&program, argc, argv, set_option, &a, &operand);
	if (parsed != OPTIONS_RUN)
		return options_status(parsed);
	stop_install();
	usr1_answer();
	notify_ready();
	notify_unblock(STDOUT_FILENO);
	tune_memory();
	pipe_enlarge(STDIN_FILENO);
	pipe_enlarge(STDOUT_FILENO);
	int status = run(&a, argv + operand, argc - operand);
	if (io_finish_stdout() != 0 && status == EX_OK)
		status = EX_IOERR;
	return status;
}
