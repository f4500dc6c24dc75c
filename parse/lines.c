/* SPDX-License-Identifier: MIT */
/* Counting lines. */
#include "parse/lines.h"

#include <string.h>

/* Sixteen bytes at a time: each lane counts its own, which overflows after 255 rounds. */
typedef unsigned char lanes __attribute__((vector_size(16)));

static uint64_t
count_lanes(const char *data, size_t rounds)
{
	lanes counts = {0};
	uint64_t sum = 0;

	for (size_t i = 0; i < rounds; i++) {
		lanes bytes;
		memcpy(&bytes, data + i * sizeof bytes, sizeof bytes);
		counts -= (lanes)(bytes == '\n');
	}
	for (size_t i = 0; i < sizeof counts; i++)
		sum += counts[i];
	return sum;
}

uint64_t
lines_count(const char *data, size_t len)
{
	uint64_t sum = 0;

	while (len >= sizeof(lanes)) {
		size_t rounds = len / sizeof(lanes) < 255 ? len / sizeof(lanes) : 255;
		sum += count_lanes(data, rounds);
		data += rounds * sizeof(lanes);
		len -= rounds * sizeof(lanes);
	}
	for (size_t i = 0; i < len; i++)
		sum += data[i] == '\n';
	return sum;
}
