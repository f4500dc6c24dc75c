/* SPDX-License-Identifier: MIT */
/* What every fuzz target needs. Each is one source file and includes this once. */
#ifndef DX_TESTS_FUZZ_H
#define DX_TESTS_FUZZ_H

#include <sys/time.h>

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/mem.h"

/* What a target is: its own function for one input. */
static void fuzz_one(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Inputs so far, and how many there were when the half second of CPU time before ended. */
static volatile unsigned long fuzz_inputs, fuzz_inputs_before;
static volatile sig_atomic_t fuzz_inside;

/* An input that takes a second is a finding. In CPU time: a machine that has other things to do is
 * none. */
static void
fuzz_tick(int signal)
{
	static const char text[] = "an input takes too long\n";

	(void)signal;
	if (fuzz_inside && fuzz_inputs == fuzz_inputs_before) {
		ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
		(void)ignored;
		abort();
	}
	fuzz_inputs_before = fuzz_inputs;
}

static inline void
fuzz_watch(void)
{
	const struct itimerval half_second = {{0, 500000}, {0, 500000}};
	const struct sigaction action = {.sa_handler = fuzz_tick, .sa_flags = SA_RESTART};

	sigaction(SIGPROF, &action, NULL);
	setitimer(ITIMER_PROF, &half_second, NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (fuzz_inputs++ == 0)
		fuzz_watch();
	fuzz_inside = true;
	fuzz_one(data, size);
	fuzz_inside = false;
	return 0;
}

/* What has to hold whatever the input is; where it does not, the fuzzer keeps the input. */
#define REQUIRE(condition)                                                                         \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__,          \
			    #condition);                                                           \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* A terminated copy of LEN bytes in memory that ends there, so that a sanitizer sees a byte too
 * far. The caller frees. */
static inline char *
fuzz_text(const uint8_t *data, size_t len)
{
	char *text = mem_alloc(len + 1);

	memcpy(text, data, len);
	text[len] = '\0';
	return text;
}

#endif
