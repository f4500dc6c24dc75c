/* SPDX-License-Identifier: MIT */
/*
 * The floor for dx-publish: the plain loop over rabbitmq-c that its manual shows, with confirms
 * and a window, and nothing else. Lines of standard input are read before the clock starts.
 *
 *     bare HOST PORT QUEUE KIND WINDOW <lines
 *
 * declares QUEUE, durable and of KIND, publishes each line to it, and prints as JSON: messages,
 * wall and CPU seconds from the first publish to the last confirm, and how long confirms took.
 */
#include <sys/resource.h>
#include <sys/time.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <amqp.h>
#include <amqp_tcp_socket.h>

#define CHANNEL	    1
#define FRAME_MAX   131072
#define QUEUE_KINDS "classic, quorum or stream"

struct bare {
	amqp_connection_state_t connection;
	const char *queue;
	uint64_t window;
	char **lines;
	size_t count;
	double *sent; /* when each left, in seconds */
	double *took; /* how long its confirm took */
	uint64_t confirmed;
	uint64_t low; /* all tags up to this one are */
};

static void
die(const char *what)
{
	fprintf(stderr, "bare: %s\n", what);
	exit(69);
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double
cpu(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e-6;
}

static void
must(amqp_rpc_reply_t reply, const char *what)
{
	if (reply.reply_type != AMQP_RESPONSE_NORMAL)
		die(what);
}

static void
open_channel(struct bare *b, const char *host, int port, const char *kind)
{
	amqp_table_entry_t type = {.key = amqp_cstring_bytes("x-queue-type"),
	    .value = {.kind = AMQP_FIELD_KIND_UTF8, .value.bytes = amqp_cstring_bytes(kind)}};
	amqp_table_t arguments = {1, &type};

	b->connection = amqp_new_connection();
	amqp_socket_t *socket = amqp_tcp_socket_new(b->connection);
	if (socket == NULL || amqp_socket_open(socket, host, port) != 0)
		die("cannot connect");
	must(amqp_login(b->connection, "/", 0, FRAME_MAX, 0, AMQP_SASL_METHOD_PLAIN, "guest",
		 "guest"),
	    "login");
	amqp_channel_open(b->connection, CHANNEL);
	must(amqp_get_rpc_reply(b->connection), "channel.open");
	amqp_confirm_select(b->connection, CHANNEL);
	must(amqp_get_rpc_reply(b->connection), "confirm.select");
	amqp_queue_declare(b->connection, CHANNEL, amqp_cstring_bytes(b->queue), 0, 1, 0, 0,
	    arguments);
	must(amqp_get_rpc_reply(b->connection), "queue.declare: " QUEUE_KINDS);
}

static void
read_lines(struct bare *b)
{
	char *line = NULL;
	size_t size = 0, room = 0;
	ssize_t n;

	while ((n = getline(&line, &size, stdin)) > 0) {
		if (b->count == room) {
			room = room == 0 ? 1024 : 2 * room;
			b->lines = realloc(b->lines, room * sizeof *b->lines);
			if (b->lines == NULL)
				die("no memory");
		}
		line[n - 1] = '\0';
		b->lines[b->count++] = strdup(line);
	}
	free(line);
	b->sent = calloc(b->count + 1, sizeof *b->sent);
	b->took = calloc(b->count + 1, sizeof *b->took);
	if (b->count == 0 || b->sent == NULL || b->took == NULL)
		die("no lines");
}

/* Waits for one frame, which has to be an ack, and takes it. */
static void
take_ack(struct bare *b)
{
	amqp_frame_t frame;

	amqp_maybe_release_buffers(b->connection);
	if (amqp_simple_wait_frame(b->connection, &frame) != AMQP_STATUS_OK ||
	    frame.frame_type != AMQP_FRAME_METHOD ||
	    frame.payload.method.id != AMQP_BASIC_ACK_METHOD)
		die("not an ack");
	const amqp_basic_ack_t *ack = frame.payload.method.decoded;
	double at = now();
	for (uint64_t tag = ack->multiple ? b->low + 1 : ack->delivery_tag;
	     tag <= ack->delivery_tag; tag++) {
		if (b->took[tag] != 0)
			continue;
		b->took[tag] = at - b->sent[tag];
		b->confirmed++;
	}
	while (b->low < b->count && b->took[b->low + 1] != 0)
		b->low++;
}

static void
publish_all(struct bare *b)
{
	char id[64];
	amqp_basic_properties_t properties = {
	    ._flags = AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_CONTENT_ENCODING_FLAG |
		AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_TIMESTAMP_FLAG |
		AMQP_BASIC_MESSAGE_ID_FLAG | AMQP_BASIC_TYPE_FLAG | AMQP_BASIC_APP_ID_FLAG,
	    .content_type = amqp_cstring_bytes("application/json"),
	    .content_encoding = amqp_cstring_bytes("UTF-8"),
	    .delivery_mode = 2,
	    .timestamp = (uint64_t)time(NULL),
	    .type = amqp_cstring_bytes("data"),
	    .app_id = amqp_cstring_bytes("bare"),
	};

	for (size_t i = 0; i < b->count; i++) {
		snprintf(id, sizeof id, "releases/%zu/0123456789abcdef", i);
		properties.message_id = amqp_cstring_bytes(id);
		b->sent[i + 1] = now();
		if (amqp_basic_publish(b->connection, CHANNEL, amqp_empty_bytes,
			amqp_cstring_bytes(b->queue), 1, 0, &properties,
			amqp_cstring_bytes(b->lines[i])) != AMQP_STATUS_OK)
			die("basic.publish");
		while (i + 1 - b->confirmed >= b->window)
			take_ack(b);
	}
	while (b->confirmed < b->count)
		take_ack(b);
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int
main(int argc, char **argv)
{
	struct bare b = {0};

	if (argc != 6) {
		fprintf(stderr, "usage: bare HOST PORT QUEUE KIND WINDOW <lines\n");
		return 64;
	}
	b.queue = argv[3];
	b.window = strtoull(argv[5], NULL, 10);
	read_lines(&b);
	open_channel(&b, argv[1], atoi(argv[2]), argv[4]);
	double started = now(), cpu_started = cpu();
	publish_all(&b);
	double wall = now() - started, spent = cpu() - cpu_started;
	qsort(b.took + 1, b.count, sizeof *b.took, by_size);
	printf(
	    "{\"messages\":%zu,\"wall\":%.6f,\"cpu\":%.6f,\"p50\":%.3f,\"p99\":%.3f,\"max\":%.3f}\n",
	    b.count, wall, spent, b.took[1 + b.count / 2] * 1e3,
	    b.took[1 + b.count * 99 / 100 - (b.count >= 100)] * 1e3, b.took[b.count] * 1e3);
	amqp_connection_close(b.connection, AMQP_REPLY_SUCCESS);
	amqp_destroy_connection(b.connection);
	return 0;
}
