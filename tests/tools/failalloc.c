/* SPDX-License-Identifier: MIT */
/*
 * A library to preload: one allocation of a process fails, the $FAILALLOC-th of malloc, calloc,
 * realloc, reallocarray, posix_memalign, aligned_alloc and memalign, and of pthread_create, which
 * maps a stack. What libraries allocate counts too, and what libc does in strdup, getline and the
 * like.
 *
 *   cc -D_GNU_SOURCE -shared -fPIC -o failalloc.so tests/tools/failalloc.c
 *   FAILALLOC=7 LD_PRELOAD=./failalloc.so dx-parse FILE
 *
 *   FAILALLOC_PROGRAM=NAME    only in processes of this name, not in those that they run
 *   FAILALLOC_COUNT=FILE      a process that ends by exit(3) adds a line to FILE: their number
 *   FAILALLOC_TRACE=1         where it fails goes to standard error
 *
 * With AddressSanitizer its allocator is called, and ASAN_OPTIONS must have
 * verify_asan_link_order=0.
 */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FRAMES 40

/* libc's own, and AddressSanitizer's where it is loaded. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void *__libc_memalign(size_t align, size_t size);
void *__interceptor_malloc(size_t size) __attribute__((weak));
void *__interceptor_calloc(size_t n, size_t size) __attribute__((weak));
void *__interceptor_realloc(void *p, size_t size) __attribute__((weak));
void *__interceptor_memalign(size_t align, size_t size) __attribute__((weak));

static atomic_ulong count;
static unsigned long wanted;
static bool begun;
static __thread bool inside __attribute__((tls_model("initial-exec")));

/* The first allocations are made before any thread, and perhaps before libc knows the environment.
 */
static void
begin(void)
{
	if (environ == NULL)
		return;
	const char *n = getenv("FAILALLOC"), *program = getenv("FAILALLOC_PROGRAM");

	begun = true;
	if (program != NULL && strcmp(program, program_invocation_short_name) != 0)
		atomic_store(&count, ULONG_MAX / 2);
	else if (n != NULL)
		wanted = strtoul(n, NULL, 10);
}

static void
trace(void)
{
	void *frames[FRAMES];

	inside = true;
	backtrace_symbols_fd(frames, backtrace(frames, FRAMES), STDERR_FILENO);
	inside = false;
}

/* Whether this one fails. */
static bool
fails(void)
{
	if (inside)
		return false;
	if (!begun)
		begin();
	if (atomic_fetch_add(&count, 1) + 1 != wanted)
		return false;
	if (getenv("FAILALLOC_TRACE") != NULL)
		trace();
	errno = ENOMEM;
	return true;
}

__attribute__((destructor)) static void
say_count(void)
{
	const char *path = getenv("FAILALLOC_COUNT");
	char line[32];

	if (path == NULL || atomic_load(&count) >= ULONG_MAX / 2)
		return;
	int len = snprintf(line, sizeof line, "%lu\n", atomic_load(&count));
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, line, (size_t)len) != len)
		abort();
	close(fd);
}

static void *
aligned(size_t align, size_t size)
{
	return __interceptor_memalign != NULL ? __interceptor_memalign(align, size)
					      : __libc_memalign(align, size);
}

void *
malloc(size_t size)
{
	if (fails())
		return NULL;
	return __interceptor_malloc != NULL ? __interceptor_malloc(size) : __libc_malloc(size);
}

void *
calloc(size_t n, size_t size)
{
	if (fails())
		return NULL;
	return __interceptor_calloc != NULL ? __interceptor_calloc(n, size)
					    : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t size)
{
	if (fails())
		return NULL;
	return __interceptor_realloc != NULL ? __interceptor_realloc(p, size)
					     : __libc_realloc(p, size);
}

void *
reallocarray(void *p, size_t n, size_t size)
{
	if (size != 0 && n > SIZE_MAX / size) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(p, n * size);
}

void *
memalign(size_t align, size_t size)
{
	return fails() ? NULL : aligned(align, size);
}

void *
aligned_alloc(size_t align, size_t size)
{
	return fails() ? NULL : aligned(align, size);
}

int
posix_memalign(void **out, size_t align, size_t size)
{
	if (fails())
		return ENOMEM;
	*out = aligned(align, size);
	return *out != NULL ? 0 : ENOMEM;
}

int
pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *),
    void *context)
{
	int (*next)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

	*(void **)&next = dlsym(RTLD_NEXT, "pthread_create");
	return fails() ? EAGAIN : next(thread, attributes, start, context);
}
