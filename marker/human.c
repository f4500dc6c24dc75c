/* SPDX-License-Identifier: MIT */
/* Counts, sizes and times as people read them. */
#include "marker/human.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/dump.h"

int64_t
human_whole(double amount)
{
	if (!(amount > 0))
		return 0;
	/* 2^63, the double next to INT64_MAX, does not fit any more. */
	return amount + 0.5 < (double)INT64_MAX ? (int64_t)(amount + 0.5) : INT64_MAX;
}

char *
human_count(char *out, int64_t count)
{
	char digits[HUMAN_SIZE];
	int len = snprintf(digits, sizeof digits, "%" PRId64, count);
	char *to = out;

	/* Three times as many digits as there are commas: all of INT64_MAX fits. */
	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0 && digits[i - 1] != '-')
			*to++ = ',';
		*to++ = digits[i];
	}
	*to = '\0';
	return out;
}

char *
human_bytes(char *out, int64_t bytes)
{
	static const char *const units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
	double amount = (double)bytes / 1000;
	size_t unit = 0;

	if (bytes < 1000) {
		snprintf(out, HUMAN_SIZE, "%" PRId64 " B", bytes);
		return out;
	}
	/* What would be rounded to 1000.0 takes the next unit. */
	while (amount >= 999.95 && unit + 1 < sizeof units / sizeof *units) {
		amount /= 1000;
		unit++;
	}
	snprintf(out, HUMAN_SIZE, "%.1f %s", amount, units[unit]);
	return out;
}

char *
human_duration(char *out, int64_t seconds)
{
	snprintf(out, HUMAN_SIZE, "%" PRId64 ":%02d:%02d", seconds / 3600, (int)(seconds / 60 % 60),
	    (int)(seconds % 60));
	return out;
}

char *
human_span(char *out, int64_t seconds)
{
	static const struct {
		int64_t seconds;
		const char *name;
	} units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}};

	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		/* Two of a unit at least: "90 min" says more than "1 h". */
		if (seconds >= 2 * units[i].seconds) {
			snprintf(out, HUMAN_SIZE, "%" PRId64 " %s", seconds / units[i].seconds,
			    units[i].name);
			return out;
		}
	}
	snprintf(out, HUMAN_SIZE, "%" PRId64 " s", seconds);
	return out;
}

char *
human_time(char *out, time_t when)
{
	struct tm tm;

	if (when == 0 || gmtime_r(&when, &tm) == NULL ||
	    strftime(out, HUMAN_SIZE, "%Y-%m-%d %H:%M UTC", &tm) == 0)
		snprintf(out, HUMAN_SIZE, "-");
	return out;
}

char *
human_month(char *out, const char *version)
{
	if (dump_version_valid(version))
		snprintf(out, HUMAN_SIZE, "%.4s-%.2s-%.2s", version, version + 4, version + 6);
	else
		snprintf(out, HUMAN_SIZE, "%s", version);
	return out;
}
