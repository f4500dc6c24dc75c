/* SPDX-License-Identifier: MIT */
/* Why a connection could not be had or was lost. */
#include "publish/failure.h"

#include <stdarg.h>
#include <stdio.h>

int
failure_set(struct failure *f, int status, const char *format, ...)
{
	va_list ap;

	f->status = status;
	f->code = 0;
	va_start(ap, format);
	vsnprintf(f->text, sizeof f->text, format, ap);
	va_end(ap);
	return -1;
}
