/* SPDX-License-Identifier: MIT */
/* Unpacking gzip in pieces of every size, and every kind of damage; for whichever library is built
 * in. */
#include "parse/gunzip.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/io.h"
#include "common/mem.h"
#include "tests/unit/unit.h"

/* Bytes of a header and of a trailer without options (RFC 1952). */
#define HEADER	10
#define TRAILER 8

static char *folder;

struct outcome {
	struct buf out;
	int result; /* 0, or -1 from gunzip_run or gunzip_finish */
	char reason[100];
};

/* Unpacks TEXT in pieces of IN_SIZE bytes to rooms of OUT_SIZE. */
static void
unpack(const char *text, size_t len, size_t in_size, size_t out_size, struct outcome *o)
{
	struct gunzip *g = gunzip_new();
	size_t given = 0;

	memset(o, 0, sizeof *o);
	while (given < len && o->result == 0) {
		size_t n = len - given < in_size ? len - given : in_size;
		/* Memory of its own, so that a sanitizer sees a byte too far. */
		char *piece = mem_alloc(n);
		memcpy(piece, text + given, n);
		const char *in = piece;
		size_t in_left = n;
		while (in_left > 0 && o->result == 0) {
			char *room = mem_alloc(out_size), *out = room;
			size_t out_left = out_size;
			o->result = gunzip_run(g, &in, &in_left, &out, &out_left);
			if ((size_t)(out - room) != out_size - out_left ||
			    (size_t)(in - piece) != n - in_left)
				ck_abort_msg("counts and places differ");
			if (o->result == 0 && in_left > 0 && out_left > 0)
				ck_abort_msg("stopped with both input and room left");
			buf_add(&o->out, room, (size_t)(out - room));
			free(room);
		}
		given += n;
		free(piece);
	}
	if (o->result == 0)
		o->result = gunzip_finish(g);
	if (o->result != 0)
		snprintf(o->reason, sizeof o->reason, "%s", gunzip_reason(g));
	gunzip_free(g);
}

/* CRC-32 as RFC 1952, section 8, bit by bit. */
static uint32_t
crc32_of(const char *p, size_t len)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < len; i++) {
		crc ^= (unsigned char)p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

/* Appends a header with every field there is. */
static void
add_long_header(struct buf *b)
{
	static const char header[] = "\x1f\x8b\x08\x1f\1\2\3\4\0\3\5\0extralabels.xml\0a comment";
	uint32_t crc = crc32_of(header, sizeof header);

	buf_add(b, header, sizeof header);
	buf_add_char(b, (char)(crc & 0xff));
	buf_add_char(b, (char)(crc >> 8 & 0xff));
}

/* Appends a member that holds TEXT, with all header fields if LONG_HEADER. gzip(1) packs it. */
static void
add_member(struct buf *b, const char *text, size_t len, bool long_header)
{
	char *packed, command[200];
	size_t packed_len;

	snprintf(command, sizeof command, "gzip -nc >'%s/packed'", folder);
	FILE *gzip = popen(command, "w");
	ck_assert_ptr_nonnull(gzip);
	ck_assert_uint_eq(fwrite(text, 1, len, gzip), len);
	ck_assert_int_eq(pclose(gzip), 0);
	snprintf(command, sizeof command, "%s/packed", folder);
	ck_assert_int_eq(io_read_file(command, 100u << 20, &packed, &packed_len), 0);
	if (long_header)
		add_long_header(b);
	buf_add(b, packed + (long_header ? HEADER : 0), packed_len - (long_header ? HEADER : 0));
	free(packed);
}

/* Some text that packs in more than one way: repeats, and what has none. */
static void
make_text(struct buf *b, size_t len)
{
	unsigned state = 1;

	while (b->len < len) {
		state = state * 1103515245u + 12345u;
		if (state % 3 == 0)
			buf_printf(b, "<name>%u</name>\n", state);
		else
			buf_add_str(b, "<label><id>1</id></label>\n");
	}
}

static void
expect_good(const struct buf *packed, const struct buf *wanted, size_t in_size, size_t out_size)
{
	struct outcome o;

	unpack(packed->data, packed->len, in_size, out_size, &o);
	if (o.result != 0 || o.out.len != wanted->len ||
	    (wanted->len > 0 && memcmp(o.out.data, wanted->data, wanted->len) != 0))
		ck_abort_msg("pieces of %zu to rooms of %zu: %d (%s), %zu of %zu bytes", in_size,
		    out_size, o.result, o.reason, o.out.len, wanted->len);
	buf_free(&o.out);
}

/* Text in members of the sizes given, -1 at the end. */
static void
check_members(const int *sizes, bool fields)
{
	static const size_t pieces[] = {1, 2, 3, 7, 64, 65536};
	struct buf text = {0}, packed = {0};
	size_t at = 0;

	make_text(&text, 200000);
	for (; *sizes >= 0; sizes++) {
		add_member(&packed, text.data + at, (size_t)*sizes, fields);
		at += (size_t)*sizes;
	}
	text.len = at;
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
		for (size_t k = 0; k < sizeof pieces / sizeof *pieces; k++)
			expect_good(&packed, &text, pieces[i], pieces[k]);
	buf_free(&text);
	buf_free(&packed);
}

START_TEST(members)
{
	check_members((const int[]){0, -1}, false);
	check_members((const int[]){1, -1}, false);
	check_members((const int[]){50000, -1}, false);
	check_members((const int[]){50000, -1}, true);
	check_members((const int[]){10000, 10000, -1}, false);
	check_members((const int[]){0, 0, 5, 0, 1, 1000, 0, -1}, false);
	check_members((const int[]){1, 2, 3, 4, 5, -1}, true);
}
END_TEST

START_TEST(larger_than_any_window)
{
	struct buf text = {0}, packed = {0};

	make_text(&text, 5000000);
	add_member(&packed, text.data, text.len, false);
	expect_good(&packed, &text, 65536, 262144);
	expect_good(&packed, &text, 4096, 100000000);
	expect_good(&packed, &text, packed.len, 1000);
	buf_free(&text);
	buf_free(&packed);
}
END_TEST

/* What comes of PACKED is REASON, at LEAST bytes of text, all of them right. */
static void
expect_bad(const struct buf *packed, const struct buf *text, size_t least, const char *reason)
{
	static const size_t pieces[] = {1, 7, 65536};
	struct outcome o;

	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		unpack(packed->data, packed->len, pieces[i], pieces[i] + 1, &o);
		if (o.result != -1 || o.out.len < least || o.out.len > text->len ||
		    (o.out.len > 0 && memcmp(o.out.data, text->data, o.out.len) != 0) ||
		    (reason != NULL && strcmp(o.reason, reason) != 0) || o.reason[0] == '\0')
			ck_abort_msg(
			    "%zu bytes in pieces of %zu: %d (%s, not %s), %zu of %zu bytes",
			    packed->len, pieces[i], o.result, o.reason, reason, o.out.len,
			    text->len);
		buf_free(&o.out);
	}
}

START_TEST(cut_at_every_place)
{
	struct buf text = {0}, packed = {0};

	make_text(&text, 3000);
	add_member(&packed, text.data, 2000, true);
	size_t border = packed.len;
	add_member(&packed, text.data + 2000, text.len - 2000, false);
	for (size_t len = packed.len; len-- > 0;) {
		if (len == border)
			continue;
		packed.len = len;
		expect_bad(&packed, &text, len > border ? 2000 : 0,
		    len > 0 ? "gzip data is cut" : NULL);
	}
	buf_free(&text);
	buf_free(&packed);
}
END_TEST

START_TEST(wrong_trailer)
{
	struct buf text = {0}, packed = {0};

	make_text(&text, 3000);
	add_member(&packed, text.data, text.len, false);
	for (size_t i = packed.len - TRAILER; i < packed.len; i++) {
		packed.data[i] ^= 0x10;
		expect_bad(&packed, &text, text.len, NULL);
		packed.data[i] ^= 0x10;
	}
	/* A member that is bad also with a good one behind it. */
	packed.data[packed.len - 1] ^= 1;
	add_member(&packed, text.data, text.len, false);
	expect_bad(&packed, &text, text.len, NULL);
	buf_free(&text);
	buf_free(&packed);
}
END_TEST

/* A flag that RFC 1952 keeps for later must not be passed over. */
START_TEST(unknown_flags)
{
	const struct buf nothing = {0};
	struct buf packed = {0};

	add_member(&packed, "x", 1, false);
	for (int bit = 5; bit < 8; bit++) {
		packed.data[3] = (char)(1 << bit);
		expect_bad(&packed, &nothing, 0, "unknown header flags set");
	}
	buf_free(&packed);
}
END_TEST

/* No byte can be changed without being seen, but those of the header that say nothing. */
START_TEST(every_byte_counts)
{
	struct buf text = {0}, packed = {0};
	struct outcome o;

	make_text(&text, 2000);
	add_member(&packed, text.data, text.len, false);
	for (size_t i = 0; i < packed.len; i++) {
		if (i >= 4 && i < HEADER)
			continue;
		packed.data[i] ^= 0x55;
		unpack(packed.data, packed.len, 65536, 65536, &o);
		if (o.result == 0)
			ck_abort_msg("a wrong byte at %zu is not seen", i);
		buf_free(&o.out);
		packed.data[i] ^= 0x55;
	}
	buf_free(&text);
	buf_free(&packed);
}
END_TEST

START_TEST(bytes_behind)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *reason;
	} tails[] = {
	    /* Two bytes tell what is no member; one may be a cut one. */
	    {"\0", 1, NULL},
	    {"\0\0\0\0\0\0\0\0\0\0\0\0", 12, "bytes after the last gzip member"},
	    {"x", 1, NULL},
	    {"\r\n", 2, "bytes after the last gzip member"},
	    {"<labels>", 8, "bytes after the last gzip member"},
	    {"\x1f\x8c\x08", 3, "bytes after the last gzip member"},
	    {"\x1f", 1, NULL},
	    {"\x1f\x8b", 2, NULL},
	    {"\x1f\x8b\x08\0\0\0\0\0\0\3", 10, NULL},
	    {"\x1f\x8b\x07\0\0\0\0\0\0\3", 10, NULL},
	};
	struct buf text = {0}, packed = {0};

	make_text(&text, 3000);
	add_member(&packed, text.data, text.len, false);
	size_t len = packed.len;
	for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
		packed.len = len;
		buf_add(&packed, tails[i].bytes, tails[i].len);
		expect_bad(&packed, &text, text.len, tails[i].reason);
	}
	buf_free(&text);
	buf_free(&packed);
}
END_TEST

START_TEST(not_gzip)
{
	static const char *const texts[] = {"<labels/>", "\x1f\x8c", "PK\3\4", "x"};
	const struct buf nothing = {0};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct buf packed = {0};
		buf_add_str(&packed, texts[i]);
		expect_bad(&packed, &nothing, 0, NULL);
		buf_free(&packed);
	}
	ck_assert_str_ne(gunzip_library(), "");
	gunzip_free(NULL);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("parse_gunzip");
	TCase *tc = tcase_create("gunzip");

	folder = unit_folder();
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, members);
	tcase_add_test(tc, larger_than_any_window);
	tcase_add_test(tc, cut_at_every_place);
	tcase_add_test(tc, wrong_trailer);
	tcase_add_test(tc, unknown_flags);
	tcase_add_test(tc, every_byte_counts);
	tcase_add_test(tc, bytes_behind);
	tcase_add_test(tc, not_gzip);
	suite_add_tcase(suite, tc);
	int status = unit_run(suite);
	free(folder);
	return status;
}
