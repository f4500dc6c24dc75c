#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-publish --connections and a broker that does not answer on some of them.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

lanes=$ROOT/tests/tools/amqp-lanes.py

# What comes behind a message that is not confirmed would come twice after a crash.
came=$("$lanes" late 2>"$T/err")
check "one connection is late: a window came, not more ($came)" test "$came" -gt 0 -a "$came" -le 100

# One second for confirms, and not another for each connection's goodbye.
took=$("$lanes" silent 2>"$T/err")
check "eight silent connections: ends soon after SIGTERM ($took s)" test "$took" -le 5

done_testing
