#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-publish and brokers that do what a script says: odd acks, refusals, closes, alarms, silence, garbage, and ends in
# the middle of every frame. tests/tools/peer_scripts.py has the scripts, amqp-peer.py what must hold. A sample;
# all of them under FULL=1.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

export TMPDIR=$T
"$ROOT/tests/tools/amqp-peer.py" ${FULL:+--full}
