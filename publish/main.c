/* SPDX-License-Identifier: MIT */
/* dx-publish: hands lines of JSON to a broker or to files, and counts what was confirmed.
 * dx-publish(1) is the manual. */
#include <signal.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/io.h"
#include "common/log.h"
#include "common/notify.h"
#include "common/stop.h"
#include "common/usr1.h"
#include "publish/run.h"
#include "publish/settings.h"

int
main(int argc, char **argv)
{
	struct settings settings;
	int status;

	log_init("dx-publish");
	if (settings_read(&settings, argc, argv, &status) == OPTIONS_RUN) {
		/* Nothing goes to a pipe but messages; a broken connection is no reason to die. */
		signal(SIGPIPE, SIG_IGN);
		stop_install();
		usr1_answer();
		notify_ready();
		status = run_stream(&settings, STDIN_FILENO);
		if (io_finish_stdout() != 0 && status == EX_OK)
			status = EX_IOERR;
	}
	settings_free(&settings);
	return status;
}
