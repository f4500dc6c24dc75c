/* SPDX-License-Identifier: MIT */
/* TCP, and TLS over it, without blocking. */
#include "publish/transport.h"

#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "common/clock.h"
#include "common/mem.h"
#include "common/stop.h"
#include "publish/limits.h"
#include "publish/resolve.h"

struct transport {
	int fd;
	SSL *ssl; /* NULL: plain TCP */
	SSL_CTX *context;
	const struct address *address;
	short want; /* what TLS waits for, whatever we do; 0: nothing in particular */
};

/* Waits for EVENTS; 0, or -1 and *F when time is over or a stop is asked for. */
static int
wait_for(int fd, short events, int64_t deadline_ms, struct failure *f)
{
	for (;;) {
		int64_t left = deadline_ms - clock_ms();
		struct pollfd p = {.fd = fd, .events = events};
		if (stop_requested())
			return failure_set(f, STOP_STATUS, "stopped");
		if (left <= 0)
			return failure_set(f, 0, "no answer in time");
		if (poll(&p, 1, left < PUBLISH_POLL_MS ? (int)left : PUBLISH_POLL_MS) > 0)
			return 0;
	}
}

/* Connects to one address; the descriptor, or -1 and *F. */
static int
connect_one(const struct addrinfo *ai, int64_t deadline_ms, struct failure *f)
{
	static const int on = 1;
	int error = 0;
	socklen_t size = sizeof error;

	int fd = socket(ai->ai_family, ai->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return failure_set(f, 0, "no socket: %s", strerror(errno));
	/* We gather messages ourselves; what is written shall leave. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
	if (connect(fd, ai->ai_addr, ai->ai_addrlen) != 0)
		error = errno;
	if (error == EINPROGRESS) {
		if (wait_for(fd, POLLOUT, deadline_ms, f) != 0)
			goto close_fd;
		if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
			error = errno;
	}
	if (error == 0)
		return fd;
	failure_set(f, 0, "%s", strerror(error));
close_fd:
	close(fd);
	return -1;
}

/* Connects to the first address of the host that answers. */
static int
connect_host(const struct address *a, int64_t deadline_ms, struct failure *f)
{
	struct addrinfo *found = resolve_host(a->host, a->port, deadline_ms, f);
	int fd = -1;

	if (found == NULL)
		return -1;
	for (const struct addrinfo *ai = found; ai != NULL && fd < 0; ai = ai->ai_next)
		fd = connect_one(ai, deadline_ms, f);
	freeaddrinfo(found);
	return fd;
}

/* Why OpenSSL failed just now; clears its queue. */
static const char *
tls_reason(void)
{
	unsigned long error = ERR_peek_error();
	const char *reason = NULL;

	if (ERR_GET_LIB(error) == ERR_LIB_SYS)
		reason = strerror(ERR_GET_REASON(error));
	else if (error != 0)
		reason = ERR_reason_error_string(error);
	ERR_clear_error();
	return reason != NULL ? reason : "TLS failed";
}

/* Whether the other side said with an alert that our certificate, or lack of one, does not do. */
static bool
is_certificate_alert(unsigned long error)
{
	switch (ERR_GET_REASON(error)) {
	case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
	case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
	case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
	case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
	case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
	case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
	case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
	case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
		return ERR_GET_LIB(error) == ERR_LIB_SSL;
	default:
		return false;
	}
}

/* What a call of OpenSSL that returned RESULT means: 0 to wait for t->want, else -1 and *F. */
static int
tls_result(struct transport *t, int result, struct failure *f)
{
	long verified = SSL_get_verify_result(t->ssl);

	switch (SSL_get_error(t->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		t->want = POLLIN;
		return 0;
	case SSL_ERROR_WANT_WRITE:
		t->want = POLLOUT;
		return 0;
	case SSL_ERROR_ZERO_RETURN:
		return failure_set(f, 0, "closed by the broker");
	case SSL_ERROR_SYSCALL:
		ERR_clear_error();
		return failure_set(f, 0, "%s",
		    errno != 0 ? strerror(errno) : "closed by the broker");
	default:
		if (is_certificate_alert(ERR_peek_error()))
			return failure_set(f, EX_NOPERM, "our certificate does not do: %s",
			    tls_reason());
		if (verified != X509_V_OK) {
			ERR_clear_error();
			return failure_set(f, EX_CONFIG, "its certificate does not do for %s: %s",
			    t->address->host, X509_verify_cert_error_string(verified));
		}
		return failure_set(f, 0, "%s", tls_reason());
	}
}

/* Loads authorities, certificate and key. */
static int
load_files(SSL_CTX *context, const struct transport_tls *tls, struct failure *f)
{
	const char *key = tls->key != NULL ? tls->key : tls->cert;

	if (tls->cacert != NULL ? SSL_CTX_load_verify_locations(context, tls->cacert, NULL) != 1
				: SSL_CTX_set_default_verify_paths(context) != 1)
		return failure_set(f, EX_CONFIG, "%s: %s",
		    tls->cacert != NULL ? tls->cacert : "the system's authorities", tls_reason());
	if (tls->cert == NULL)
		return 0;
	if (SSL_CTX_use_certificate_chain_file(context, tls->cert) != 1)
		return failure_set(f, EX_CONFIG, "%s: %s", tls->cert, tls_reason());
	if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_check_private_key(context) != 1)
		return failure_set(f, EX_CONFIG, "%s: %s", key, tls_reason());
	return 0;
}

/* Asks for the host's name, or its number, in the certificate. */
static bool
expect_host(SSL *ssl, const char *host)
{
	unsigned char number[sizeof(struct in6_addr)];

	if (inet_pton(AF_INET, host, number) == 1 || inet_pton(AF_INET6, host, number) == 1)
		return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1;
	SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	/* What SSL_set_tlsext_host_name does, without a cast that drops const. */
	return SSL_set1_host(ssl, host) == 1 &&
	    SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
		(void *)(size_t)host) == 1;
}

/* What can be wrong with our files is found before anybody is asked. */
static int
prepare_tls(struct transport *t, const struct transport_tls *tls, struct failure *f)
{
	t->context = SSL_CTX_new(TLS_client_method());
	if (t->context == NULL)
		mem_exhausted();
	SSL_CTX_set_min_proto_version(t->context, TLS1_2_VERSION);
	SSL_CTX_set_verify(t->context, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_mode(t->context,
	    SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	return load_files(t->context, tls, f);
}

static int
start_tls(struct transport *t, int64_t deadline_ms, struct failure *f)
{
	int result;

	t->ssl = SSL_new(t->context);
	if (t->ssl == NULL || SSL_set_fd(t->ssl, t->fd) != 1 ||
	    !expect_host(t->ssl, t->address->host))
		mem_exhausted();
	ERR_clear_error();
	errno = 0;
	while ((result = SSL_connect(t->ssl)) != 1)
		if (tls_result(t, result, f) != 0 || wait_for(t->fd, t->want, deadline_ms, f) != 0)
			return -1;
	t->want = 0;
	return 0;
}

struct transport *
transport_connect(const struct address *address, const struct transport_tls *tls,
    int64_t deadline_ms, struct failure *f)
{
	struct transport *t = mem_zero(1, sizeof *t);

	t->address = address;
	t->fd = -1;
	if (!address->tls || prepare_tls(t, tls, f) == 0)
		t->fd = connect_host(address, deadline_ms, f);
	if (t->fd >= 0 && (!address->tls || start_tls(t, deadline_ms, f) == 0))
		return t;
	transport_close(t);
	return NULL;
}

void
transport_close(struct transport *t)
{
	if (t == NULL)
		return;
	if (t->ssl != NULL)
		SSL_shutdown(t->ssl);
	ERR_clear_error();
	SSL_free(t->ssl);
	SSL_CTX_free(t->context);
	if (t->fd >= 0)
		close(t->fd);
	free(t);
}

static bool
would_block(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

/* The result of SSL_read or SSL_write as one of read(2) that 0 stands for "nothing now". */
static ssize_t
tls_count(struct transport *t, int result, struct failure *f)
{
	if (result > 0) {
		t->want = 0;
		return result;
	}
	return tls_result(t, result, f);
}

ssize_t
transport_read(struct transport *t, void *data, size_t size, struct failure *f)
{
	if (t->ssl != NULL) {
		ERR_clear_error();
		errno = 0;
		return tls_count(t, SSL_read(t->ssl, data, size < INT_MAX ? (int)size : INT_MAX),
		    f);
	}
	ssize_t n = recv(t->fd, data, size, 0);
	if (n > 0)
		return n;
	if (n < 0 && would_block(errno))
		return 0;
	return failure_set(f, 0, "%s", n == 0 ? "closed by the broker" : strerror(errno));
}

ssize_t
transport_write(struct transport *t, const void *data, size_t len, struct failure *f)
{
	if (t->ssl != NULL) {
		ERR_clear_error();
		errno = 0;
		return tls_count(t, SSL_write(t->ssl, data, len < INT_MAX ? (int)len : INT_MAX), f);
	}
	ssize_t n = send(t->fd, data, len, MSG_NOSIGNAL);
	if (n >= 0)
		return n;
	return would_block(errno) ? 0 : failure_set(f, 0, "%s", strerror(errno));
}

int
transport_fd(const struct transport *t)
{
	return t->fd;
}

short
transport_events(const struct transport *t, bool writing)
{
	return (short)(POLLIN | (writing ? POLLOUT : 0) | t->want);
}

bool
transport_pending(const struct transport *t)
{
	return t->ssl != NULL && SSL_pending(t->ssl) > 0;
}
