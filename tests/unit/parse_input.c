/* SPDX-License-Identifier: MIT */
/* Reading ahead: formats, blocks of every size, pipes that come in pieces, damage, and the end. */
#include "parse/input.h"

#include <sys/types.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/io.h"
#include "common/mem.h"
#include "parse/lines.h"
#include "tests/unit/unit.h"

static char *folder;

/* A pipe with what is written by a child in pieces of SIZE bytes; the read end. *CHILD is to be
 * waited for. */
static int
pipe_of(const char *data, size_t len, size_t size, pid_t *child)
{
	int fds[2];

	ck_assert_int_eq(pipe(fds), 0);
	*child = fork();
	ck_assert_int_ge(*child, 0);
	if (*child == 0) {
		close(fds[0]);
		for (size_t at = 0; at < len; at += size)
			if (io_write_all(fds[1], data + at, len - at < size ? len - at : size) != 0)
				_exit(1);
		_exit(0);
	}
	close(fds[1]);
	return fds[0];
}

/* A file with that in it, open for reading. */
static int
file_of(const char *data, size_t len)
{
	char *path = mem_printf("%s/input", folder);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(io_write_all(fd, data, len), 0);
	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	free(path);
	return fd;
}

/* Reads FD to its end in blocks of SIZE, leaving KEPT bytes of each for the next as the splitter
 * does. */
static enum input_result
read_all(int fd, size_t size, size_t kept, struct buf *out)
{
	struct input *in = input_open(fd);
	struct block *b = NULL, *old = NULL;
	enum input_result result;

	ck_assert_ptr_nonnull(in);
	input_start(in, size, 4);
	while ((result = input_next(in, &b)) == INPUT_BLOCK) {
		if (b->len > size || b->data < b->memory || b->data + b->len > b->memory + b->size)
			ck_abort_msg("a block is larger than its memory");
		if (old != NULL) {
			size_t n = old->len < kept ? old->len : kept;
			out->len -= n;
			block_prepend(b, old->data + old->len - n, n);
			input_release(in, old);
		}
		buf_add(out, b->data, b->len);
		old = b;
	}
	if (old != NULL)
		input_release(in, old);
	input_close(in);
	return result;
}

/* Text, and the same packed. */
static void
make_texts(struct buf *text, struct buf *packed, size_t len)
{
	char command[300], *data;
	size_t packed_len;

	for (unsigned i = 0; text->len < len; i++)
		buf_printf(text, "<label><id>%u</id></label>\n", i * 7919);
	close(file_of(text->data, text->len));
	snprintf(command, sizeof command, "gzip -nc '%s/input' >'%s/packed'", folder, folder);
	ck_assert_int_eq(system(command), 0);
	snprintf(command, sizeof command, "%s/packed", folder);
	ck_assert_int_eq(io_read_file(command, 1u << 30, &data, &packed_len), 0);
	buf_add(packed, data, packed_len);
	free(data);
}

static void
expect(const struct buf *got, const struct buf *wanted, enum input_result result, const char *what)
{
	ck_assert_msg(result == INPUT_END, "%s: ended with %d", what, result);
	ck_assert_msg(got->len == wanted->len && memcmp(got->data, wanted->data, got->len) == 0,
	    "%s: %zu bytes, not the %zu that were written", what, got->len, wanted->len);
}

START_TEST(files_and_pipes)
{
	static const size_t sizes[] = {1, 7, 4096, 262144};
	struct buf text = {0}, packed = {0};

	make_texts(&text, &packed, 30000);
	for (size_t i = 0; i < 64; i++) {
		const struct buf *source = i % 2 == 0 ? &text : &packed;
		size_t size = sizes[i / 2 % 4], piece = sizes[i / 8 % 4];
		size_t kept = i / 32 % 2 == 0 ? 0 : size / 2;
		struct buf got = {0};
		pid_t child;
		char what[100];
		snprintf(what, sizeof what, "blocks of %zu, pieces of %zu, packed %zu", size, piece,
		    i % 2);
		int fd = file_of(source->data, source->len);
		enum input_result result = read_all(fd, size, kept, &got);
		expect(&got, &text, result, what);
		close(fd);
		got.len = 0;
		fd = pipe_of(source->data, source->len, piece, &child);
		result = read_all(fd, size, kept, &got);
		expect(&got, &text, result, what);
		close(fd);
		waitpid(child, NULL, 0);
		buf_free(&got);
	}
	buf_free(&text);
	buf_free(&packed);
}
END_TEST

START_TEST(formats)
{
	static const struct {
		const char *text;
		size_t len;
		enum input_format format;
	} cases[] = {
	    {"", 0, INPUT_EMPTY},
	    {"\x1f\x8b", 2, INPUT_GZIP},
	    {"\x1f\x8b\x08 more", 8, INPUT_GZIP},
	    {"\x1f", 1, INPUT_TEXT},
	    {"{", 1, INPUT_STREAM},
	    {"{\"type\"", 7, INPUT_STREAM},
	    {" \n\t{}", 5, INPUT_STREAM},
	    {"<labels>", 8, INPUT_TEXT},
	    {"<", 1, INPUT_TEXT},
	    {" \n<a>", 5, INPUT_TEXT},
	    {"\xef\xbb\xbf<a>", 6, INPUT_TEXT},
	    {"\0{", 2, INPUT_TEXT},
	    {"hello", 5, INPUT_TEXT},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		/* Two bytes are waited for; white space in front of a line has to come with it. */
		for (size_t size = cases[i].text[0] == ' ' ? 9 : 1; size < 10; size += 8) {
			pid_t child;
			size_t len;
			int fd = pipe_of(cases[i].text, cases[i].len, size, &child);
			struct input *in = input_open(fd);
			ck_assert_ptr_nonnull(in);
			ck_assert_int_eq(input_format(in), cases[i].format);
			const char *peeked = input_peeked(in, &len);
			ck_assert(len <= cases[i].len && memcmp(peeked, cases[i].text, len) == 0);
			input_close(in);
			close(fd);
			waitpid(child, NULL, 0);
		}
	}
}
END_TEST

START_TEST(damage)
{
	struct buf text = {0}, packed = {0}, got = {0};

	make_texts(&text, &packed, 300000);
	int fd = file_of(packed.data, packed.len - 1);
	ck_assert_int_eq(read_all(fd, 4096, 0, &got), INPUT_DAMAGED);
	ck_assert_uint_eq(got.len, text.len);
	close(fd);
	got.len = 0;
	fd = file_of(packed.data, packed.len / 2);
	ck_assert_int_eq(read_all(fd, 4096, 10, &got), INPUT_DAMAGED);
	ck_assert(got.len > 0 && got.len < text.len && memcmp(got.data, text.data, got.len) == 0);
	close(fd);
	buf_free(&got);
	buf_free(&text);
	buf_free(&packed);
}
END_TEST

START_TEST(cannot_be_read)
{
	int fd = open(folder, O_RDONLY);

	ck_assert_ptr_null(input_open(fd));
	close(fd);
	ck_assert_ptr_null(input_open(-1));
	input_close(NULL);
}
END_TEST

/* Closing while the thread waits: for a block that nobody gives back, and for a pipe that is
 * silent.
 */
START_TEST(closed_early)
{
	struct buf text = {0}, packed = {0};
	struct block *b;
	int fds[2];

	make_texts(&text, &packed, 300000);
	for (int taken = 0; taken < 3; taken++) {
		int fd = file_of(text.data, text.len);
		struct input *in = input_open(fd);
		struct block *blocks[3];
		input_start(in, 1000, 4);
		for (int i = 0; i < taken; i++)
			ck_assert_int_eq(input_next(in, &blocks[i]), INPUT_BLOCK);
		for (int i = 0; i < taken; i++)
			input_release(in, blocks[i]);
		input_close(in);
		close(fd);
	}
	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(write(fds[1], "<labels>", 8), 8);
	struct input *in = input_open(fds[0]);
	input_start(in, 1000, 4);
	ck_assert_int_eq(input_next(in, &b), INPUT_BLOCK);
	ck_assert_uint_eq(b->len, 8);
	ck_assert_uint_eq(input_position(in) <= 8, 1);
	input_release(in, b);
	input_close(in);
	close(fds[0]);
	close(fds[1]);
	buf_free(&text);
	buf_free(&packed);
}
END_TEST

START_TEST(lines)
{
	char *text = mem_alloc(10000);
	uint64_t wanted = 0;

	for (size_t len = 0; len < 10000; len++) {
		if (len % 97 == 0 && lines_count(text, len) != wanted)
			ck_abort_msg("%zu bytes have %llu lines", len, (unsigned long long)wanted);
		text[len] = len % 3 == 0 || len > 5000 ? '\n' : (char)(len & 0xff);
		wanted += text[len] == '\n';
	}
	free(text);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("parse_input");
	TCase *tc = tcase_create("input");

	folder = unit_folder();
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, files_and_pipes);
	tcase_add_test(tc, formats);
	tcase_add_test(tc, damage);
	tcase_add_test(tc, cannot_be_read);
	tcase_add_test(tc, closed_early);
	tcase_add_test(tc, lines);
	suite_add_tcase(suite, tc);
	int status = unit_run(suite);
	free(folder);
	return status;
}
