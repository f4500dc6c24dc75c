/* SPDX-License-Identifier: MIT */
/*
 * A byte stream to a server, TCP or TLS over it, that never blocks.
 *
 * rabbitmq-c has sockets of its own, but its writes block, deaf to signals, for as
 * long as a broker in alarm does not read, and it makes three send(2) a message.
 */
#ifndef DX_PUBLISH_TRANSPORT_H
#define DX_PUBLISH_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "publish/address.h"
#include "publish/failure.h"

/* Files of PEM, each may be NULL: see settings.h. */
struct transport_tls {
	const char *cacert;
	const char *cert;
	const char *key;
};

struct transport;

/*
 * Connects, and for amqps:// shakes hands and checks the certificate and the host's
 * name in it. Waits until DEADLINE_MS (clock_ms) at most, or until a stop is asked
 * for. NULL and *F on failure: EX_CONFIG for certificates, EX_NOPERM if the
 * server wants another one of ours.
 */
struct transport *transport_connect(const struct address *address, const struct transport_tls *tls,
    int64_t deadline_ms, struct failure *f);
void transport_close(struct transport *t);

/* Reads what is there: the number of bytes, 0 if nothing is, -1 and *F if the connection is gone.
 */
ssize_t transport_read(struct transport *t, void *data, size_t size, struct failure *f);

/* Writes what can be written: as transport_read. What was not written must come again first. */
ssize_t transport_write(struct transport *t, const void *data, size_t len, struct failure *f);

/* The descriptor and the events (poll(2)) after which reading, or writing if WRITING, can go on. */
int transport_fd(const struct transport *t);
short transport_events(const struct transport *t, bool writing);

/* Whether bytes were decrypted and not read: poll(2) cannot see those. */
bool transport_pending(const struct transport *t);

#endif
