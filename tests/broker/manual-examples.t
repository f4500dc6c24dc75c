#!/bin/bash
# SPDX-License-Identifier: MIT
# The examples of the manual pages and the README that publish to a broker work as printed.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/tools/examples.sh
. "$ROOT/tests/tools/examples.sh"
broker_needed
broker_start

# A consumer's queues, without which the fanout exchanges have nobody to give to.
for type in artists labels masters releases; do
	amqp bind "discogsography-discogs-$type" fanout "consumer-$type"
done
run_examples broker "$ROOT/README.md" "$ROOT"/man/*
check 'the queue of the tour has the artists with members' test "$(amqp count artists-with-members)" -gt 0
done_testing
