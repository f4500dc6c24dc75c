/* SPDX-License-Identifier: MIT */
/* Numbers from outside, read whole and range-checked. */
#include "common/numbers.h"

#include <string.h>

/* Reads the digits at *TEXT and moves it behind them; -1 if there are none or they overflow. */
static int
digits(const char **text, uint64_t *out)
{
	const char *p = *text;
	uint64_t n = 0;

	for (; *p >= '0' && *p <= '9'; p++) {
		uint64_t d = (uint64_t)(*p - '0');
		if (n > (UINT64_MAX - d) / 10)
			return -1;
		n = n * 10 + d;
	}
	if (p == *text)
		return -1;
	*text = p;
	*out = n;
	return 0;
}

int
number_parse(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
	uint64_t n;

	if (digits(&text, &n) != 0 || *text != '\0' || n < min || n > max)
		return -1;
	*out = n;
	return 0;
}

int
number_parse_duration(const char *text, uint64_t min_ms, uint64_t max_ms, uint64_t *out_ms)
{
	static const struct {
		const char *name;
		uint64_t ms;
	} units[] = {{"ms", 1}, {"", 1000}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};
	uint64_t n;

	if (digits(&text, &n) != 0)
		return -1;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		if (strcmp(text, units[i].name) != 0)
			continue;
		if (n > UINT64_MAX / units[i].ms || n * units[i].ms < min_ms ||
		    n * units[i].ms > max_ms)
			return -1;
		*out_ms = n * units[i].ms;
		return 0;
	}
	return -1;
}
