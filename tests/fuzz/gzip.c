/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target for unpacking: the library that the build chose and zlib say the same
 * of every input, in however many pieces it comes; what zlib gives when it has the whole is what
 * both must give.
 *
 * Few random bytes have the right checksum. So the first byte, if it is odd, makes the rest
 * the deflate data of a member to which header and trailer are put, right ones if there are
 * any. The second byte chooses the pieces.
 */
#include "tests/fuzz/fuzz.h"

#include <zlib.h>

#include "common/buf.h"
#include "parse/gunzip.h"

/* The same sources once more, over zlib and under other names. */
#undef DX_PARSE_GUNZIP_H
#define gunzip		 zlib_gunzip
#define gunzip_new	 zlib_gunzip_new
#define gunzip_free	 zlib_gunzip_free
#define gunzip_run	 zlib_gunzip_run
#define gunzip_finish	 zlib_gunzip_finish
#define gunzip_reason	 zlib_gunzip_reason
#define gunzip_library	 zlib_gunzip_library
#define inflater	 zlib_inflater
#define inflater_new	 zlib_inflater_new
#define inflater_free	 zlib_inflater_free
#define inflater_reset	 zlib_inflater_reset
#define inflater_step	 zlib_inflater_step
#define inflater_reason	 zlib_inflater_reason
#define inflater_library zlib_inflater_library
#include "parse/gunzip.c"
#include "parse/inflater_zlib.c"
#undef gunzip
#undef gunzip_new
#undef gunzip_free
#undef gunzip_run
#undef gunzip_finish
#undef gunzip_reason

/* More is not unpacked: deflate makes a thousand bytes of one. Distances reach back 32 KiB. */
#define MADE_MAX (40u << 10)

/* The most pieces of a file. */
#define PIECES_MAX 32

/* What came of an input. */
struct outcome {
	struct buf out;
	int result;
	const char *reason;
};

/* Unpacks with NAME##_new and so on. Each piece is memory of its own; what comes out is written to
 * rooms of ROOM bytes, and as there is more of it to larger ones. */
#define UNPACK(name)                                                                               \
	static void unpack_##name(const char *data, size_t len, size_t piece, size_t room,         \
	    struct outcome *o)                                                                     \
	{                                                                                          \
		struct name *g = name##_new();                                                     \
                                                                                                   \
		o->result = 0;                                                                     \
		for (size_t at = 0; at < len && o->result == 0;) {                                 \
			size_t n = len - at < piece ? len - at : piece, left = n;                  \
			char *copy = (char *)mem_alloc(n);                                         \
			const char *in = copy;                                                     \
			size_t before;                                                             \
			memcpy(copy, data + at, n);                                                \
			do {                                                                       \
				char *out = buf_reserve(&o->out, room);                            \
				size_t out_left = room;                                            \
				before = left;                                                     \
				o->result = name##_run(g, &in, &left, &out, &out_left);            \
				o->out.len += room - out_left;                                     \
				before = before != left || out_left != room;                       \
				room += out_left == 0 ? room / 2 + 1 : 0;                          \
			} while (o->result == 0 && before != 0 && o->out.len < MADE_MAX);          \
			at += n;                                                                   \
			free(copy);                                                                \
			if (o->out.len >= MADE_MAX)                                                \
				break;                                                             \
			REQUIRE(o->result != 0 || left == 0);                                      \
		}                                                                                  \
		if (o->result == 0 && o->out.len < MADE_MAX)                                       \
			o->result = name##_finish(g);                                              \
		o->reason = o->result != 0 ? name##_reason(g) : "";                                \
		REQUIRE(o->result == 0 || (o->reason != NULL && *o->reason != '\0'));              \
		name##_free(g);                                                                    \
	}

UNPACK(gunzip)
UNPACK(zlib_gunzip)

/* Adds a member whose deflate data is DATA, with the trailer that belongs to it if zlib can unpack
 * it. */
static void
add_member(struct buf *file, const char *data, size_t len)
{
	static const char header[] = "\x1f\x8b\x08\0\0\0\0\0\0\3";
	static unsigned char out[MADE_MAX];
	z_stream z = {.next_in = (Bytef *)(size_t)data, .avail_in = (uInt)len};
	uLong size = 0, crc = 0;

	REQUIRE(inflateInit2(&z, -15) == Z_OK);
	z.next_out = out;
	z.avail_out = sizeof out;
	if (inflate(&z, Z_FINISH) == Z_STREAM_END) {
		len -= z.avail_in;
		size = z.total_out;
		crc = crc32(0, out, (uInt)size);
	}
	inflateEnd(&z);
	buf_add(file, header, sizeof header - 1);
	buf_add(file, data, len);
	for (int i = 0; i < 32; i += 8)
		buf_add_char(file, (char)(crc >> i & 0xff));
	for (int i = 0; i < 32; i += 8)
		buf_add_char(file, (char)(size >> i & 0xff));
}

/* Whether A begins as B does, as far as both go. */
static bool
begins_alike(const struct outcome *a, const struct outcome *b)
{
	size_t len = a->out.len < b->out.len ? a->out.len : b->out.len;

	return len == 0 || memcmp(a->out.data, b->out.data, len) == 0;
}

/* Whether zlib refuses for REASON what ISA-L reads: codes that leave some words of bits without a
 * meaning. RFC 1951 does not say that they may not, and the checksum is still looked at. */
static bool
is_matter_of_taste(const char *reason)
{
	static const char *const reasons[] = {"invalid code lengths set",
	    "invalid literal/lengths set", "invalid distances set",
	    "invalid code -- missing end-of-block"};

	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (strcmp(reason, reasons[i]) == 0)
			return true;
	return false;
}

/* GOT is what came of the input that zlib had whole for WANTED. */
static void
compare(const struct outcome *wanted, const struct outcome *got)
{
	REQUIRE(begins_alike(wanted, got));
	if (wanted->out.len >= MADE_MAX || got->out.len >= MADE_MAX)
		return;
	if (wanted->result != 0 && got->result == 0 && is_matter_of_taste(wanted->reason))
		return;
	if (wanted->result != got->result)
		fprintf(stderr, "zlib: %d %zu (%s), then: %d %zu (%s)\n", wanted->result,
		    wanted->out.len, wanted->reason, got->result, got->out.len, got->reason);
	REQUIRE(wanted->result == got->result);
	REQUIRE(wanted->result != 0 || wanted->out.len == got->out.len);
}

/* The member that is the whole file and was found good ends in the checksum and the size of what
 * came out. */
static void
check_trailer(const struct buf *file, const struct outcome *o)
{
	const unsigned char *end = (const unsigned char *)file->data + file->len;
	uLong crc = crc32(0, (const Bytef *)o->out.data, (uInt)o->out.len);

	REQUIRE(file->len >= 18);
	for (int i = 0; i < 4; i++) {
		REQUIRE(end[i - 8] == (crc >> 8 * i & 0xff));
		REQUIRE(end[i - 4] == (o->out.len >> 8 * i & 0xff));
	}
}

static void
fuzz_one(const uint8_t *data, size_t size)
{
	struct buf file = {0};
	struct outcome whole = {0}, cut = {0}, zlib_cut = {0};

	if (size < 2)
		return;
	const char *text = (const char *)data + 2;
	if (data[0] & 1)
		add_member(&file, text, size - 2);
	else
		buf_add(&file, text, size - 2);
	/* The same member twice is one stream too. */
	size_t once = file.len;
	if (data[0] & 2 && once > 0) {
		buf_reserve(&file, once);
		buf_add(&file, file.data, once);
	}
	size_t piece = (size_t)data[1] % 61 + 1, room = (size_t)data[1] + 1;
	if (piece < file.len / PIECES_MAX)
		piece = file.len / PIECES_MAX;
	unpack_zlib_gunzip(file.data, file.len, file.len, 4096, &whole);
	unpack_gunzip(file.data, file.len, piece, room, &cut);
	compare(&whole, &cut);
	if (cut.result == 0 && cut.out.len < MADE_MAX && (data[0] & 3) == 1)
		check_trailer(&file, &cut);
	if (data[0] & 4) {
		unpack_zlib_gunzip(file.data, file.len, piece, room, &zlib_cut);
		compare(&whole, &zlib_cut);
	}
	buf_free(&whole.out);
	buf_free(&cut.out);
	buf_free(&zlib_cut.out);
	buf_free(&file);
}
