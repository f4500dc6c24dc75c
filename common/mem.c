/* SPDX-License-Identifier: MIT */
/* Allocation that cannot fail. */
#include "common/mem.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/log.h"

_Noreturn void
mem_exhausted(void)
{
	log_error("out of memory");
	/* Not exit: other threads may be in the libraries whose handlers that would run. */
	_exit(EX_OSERR);
}

static atomic_bool work_done;

void
mem_work_done(void)
{
	atomic_store(&work_done, true);
}

void
mem_missing(void)
{
	if (!atomic_load(&work_done))
		mem_exhausted();
}

void *
mem_resize(void *p, size_t n, size_t size)
{
	if (size != 0 && n > SIZE_MAX / size)
		mem_exhausted();
	void *q = realloc(p, n * size > 0 ? n * size : 1);
	if (q == NULL)
		mem_exhausted();
	return q;
}

void *
mem_alloc(size_t size)
{
	return mem_resize(NULL, size, 1);
}

void *
mem_zero(size_t n, size_t size)
{
	void *p = calloc(n > 0 ? n : 1, size > 0 ? size : 1);
	if (p == NULL)
		mem_exhausted();
	return p;
}

char *
mem_strndup(const char *s, size_t len)
{
	char *copy = mem_resize(NULL, len + 1, 1);
	memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

char *
mem_strdup(const char *s)
{
	return mem_strndup(s, strlen(s));
}

char *
mem_printf(const char *format, ...)
{
	va_list ap, again;
	va_start(ap, format);
	va_copy(again, ap);
	int len = vsnprintf(NULL, 0, format, ap);
	va_end(ap);
	if (len < 0)
		mem_exhausted();
	char *text = mem_alloc((size_t)len + 1);
	vsnprintf(text, (size_t)len + 1, format, again);
	va_end(again);
	return text;
}
