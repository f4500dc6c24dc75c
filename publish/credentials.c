/* SPDX-License-Identifier: MIT */
/* User and password from a file. */
#include "publish/credentials.h"

#include <sys/stat.h>

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/io.h"
#include "common/log.h"
#include "common/secret.h"
#include "common/stop.h"

#define CREDENTIALS_MAX 4096

/* Whether the line TEXT was USER:PASSWORD; then they are in LIST. Cuts TEXT up. */
static bool
take_line(struct address_list *list, char *text)
{
	text[strcspn(text, "\r\n")] = '\0';
	char *colon = strchr(text, ':');
	if (colon == NULL || colon == text)
		return false;
	*colon = '\0';
	if (colon - text > ADDRESS_LOGIN_MAX || strlen(colon + 1) > ADDRESS_LOGIN_MAX)
		return false;
	address_login(list, text, colon + 1);
	return true;
}

int
credentials_read(struct address_list *list, const char *file)
{
	struct stat st;
	char *text;
	size_t len;

	if (file == NULL) {
		address_login(list, "guest", "guest");
		return EX_OK;
	}
	secret_known();
	if (io_read_file(file, CREDENTIALS_MAX, &text, &len) != 0) {
		if (stop_requested())
			return STOP_STATUS;
		/* What is no name of a file may be what should stand in it. */
		log_error("%s: %s", strchr(file, ':') == NULL ? file : "--credentials",
		    strerror(errno));
		return EX_NOINPUT;
	}
	if (stat(file, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & S_IROTH) != 0)
		log_warn("%s: holds a password and everybody can read it (chmod 600)", file);
	bool taken = take_line(list, text);
	explicit_bzero(text, len);
	free(text);
	if (taken)
		return EX_OK;
	log_error("%s: the first line is not USER:PASSWORD", file);
	return EX_CONFIG;
}
