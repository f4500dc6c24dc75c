/* SPDX-License-Identifier: MIT */
/* What texts from outside may be before they get into the marker, and times in all spellings. */
#ifndef DX_MARKER_TEXT_H
#define DX_MARKER_TEXT_H

#include <stdbool.h>
#include <time.h>

/* Size of the longest message that is kept, with its end; what is longer is cut. */
#define TEXT_MESSAGE_SIZE 4096

/* Whether NAME can be the name of a file without folder: 1 to 255 bytes of UTF-8 without slash and
 * control characters, and neither "." nor "..". */
bool text_is_file_name(const char *name);

/* Whether NAME can be that of a record shape: 1 to 31 letters, digits, '.', '_', '-'
 * (stream.h has room for no more). */
bool text_is_shape(const char *name);

/* Whether TEXT can stand for the options of a file: 1 to 65536 bytes of UTF-8 without control
 * characters. */
bool text_is_options(const char *text);

/* Copies MESSAGE to OUT (TEXT_MESSAGE_SIZE bytes), cut between characters if it is too long, with
 * U+FFFD for each byte that is not UTF-8. Returns OUT. */
char *text_message(char *out, const char *message);

/*
 * Reads a time as any of the programs that write markers spells it (RFC 3339, with
 * or without fraction, Z or an offset) into *OUT, whole seconds. -1 if TEXT is NULL or none.
 */
int text_time(const char *text, time_t *out);

#endif
