/* SPDX-License-Identifier: MIT */
/* Counts, sizes and times as people read them. */
#ifndef DX_MARKER_HUMAN_H
#define DX_MARKER_HUMAN_H

#include <stdint.h>
#include <time.h>

/* Room for any of the texts below, with its end. */
#define HUMAN_SIZE 48

/* The whole number nearest to AMOUNT, from 0 to INT64_MAX. */
int64_t human_whole(double amount);

/* Each writes to OUT (HUMAN_SIZE bytes) and returns it. */

/* 1234567 as "1,234,567". */
char *human_count(char *out, int64_t count);

/* 12052065551 as "12.1 GB"; powers of 1000. */
char *human_bytes(char *out, int64_t bytes);

/* 3723 as "1:02:03"; hours are not turned into days. */
char *human_duration(char *out, int64_t seconds);

/* How long SECONDS are, roughly: "12 s", "5 min", "3 h", "9 d". */
char *human_span(char *out, int64_t seconds);

/* WHEN as "2026-08-03 12:00 UTC"; "-" for 0. */
char *human_time(char *out, time_t when);

/* A month's version 20260801 as "2026-08-01"; anything else as it is. */
char *human_month(char *out, const char *version);

#endif
