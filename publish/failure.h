/* SPDX-License-Identifier: MIT */
/* Why a connection could not be had or was lost, kept until somebody decides whether it is said. */
#ifndef DX_PUBLISH_FAILURE_H
#define DX_PUBLISH_FAILURE_H

/* Room for a broker's reply text, which is at most 255 bytes, and where it came from. */
#define FAILURE_TEXT_SIZE 512

struct failure {
	int status; /* the exit status if no try can help; 0: another try may */
	int code; /* the broker's reply code (AMQP 0-9-1, 1.5.2.5), 0 if it gave none */
	char text[FAILURE_TEXT_SIZE];
};

/* Fills *F in, without a reply code; always returns -1. */
int failure_set(struct failure *f, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
