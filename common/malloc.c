/* SPDX-License-Identifier: MIT */
/*
 * The allocation functions of the C library, for the libraries too: where there is no memory, the
 * program ends as mem.h says. Not every library can be trusted to report it. json-c 0.16 drops a
 * member of an object, cuts a string, or crashes on a key when it reads; it leaves pieces out when
 * it writes; and what it makes of the rest looks like damaged input. A marker would be moved aside,
 * or written back without what it knew.
 *
 * A definition in the program goes before those of all libraries, libc's own calls included. It
 * passes each call on to the next one there is, which may be a sanitizer's or a test's.
 */
#define _GNU_SOURCE /* RTLD_NEXT */
#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>

#include "common/mem.h"

/* clang puts AddressSanitizer into the program itself: nothing comes next there. ThreadSanitizer is
 * in each function of ours, and these are called before it is ready. */
#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) ||                         \
    __has_feature(thread_sanitizer)
#define ALLOCATOR_IS_OURS
#endif
#endif
#ifdef __SANITIZE_THREAD__
#define ALLOCATOR_IS_OURS
#endif

#ifndef ALLOCATOR_IS_OURS

/* The function NAME that comes after ours. The first call is made before there is any thread. */
#define NEXT(function, name)                                                                       \
	do {                                                                                       \
		if ((function) == NULL)                                                            \
			*(void **)&(function) = dlsym(RTLD_NEXT, name);                            \
	} while (0)

void *
malloc(size_t size)
{
	static void *(*next)(size_t);

	NEXT(next, "malloc");
	void *p = next(size);
	if (p == NULL)
		mem_missing();
	return p;
}

void *
calloc(size_t n, size_t size)
{
	static void *(*next)(size_t, size_t);

	NEXT(next, "calloc");
	void *p = next(n, size);
	if (p == NULL)
		mem_missing();
	return p;
}

void *
realloc(void *p, size_t size)
{
	static void *(*next)(void *, size_t);

	NEXT(next, "realloc");
	void *q = next(p, size);
	/* To resize to nothing is to free. */
	if (q == NULL && size != 0)
		mem_missing();
	return q;
}

#endif
