#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-publish --connections: several connections share the messages out, and positions are as right as with one.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/broker/lib.sh
. "$(dirname "$0")/lib.sh"
broker_needed

make_stream=$ROOT/tests/tools/amqp-stream.py
count=12000
broker_start
amqp bind discogsography-discogs-labels fanout labels

connections() {
	broker_ctl list_connections name 2>/dev/null | grep -c 127.0.0.1
}

"$make_stream" --records labels=$count >"$T/wanted"
sort "$T/wanted" >"$T/sorted"

run 0 dx-publish -t labels -u "$AMQP" --connections 3 --window 30 <"$T/wanted"
amqp bodies labels | sort >"$T/came"
same "$T/came" "$T/sorted" 'by hand, three connections: every record once'

# Slow enough to be looked at, and hit.
dx-publish -t labels -u "$AMQP" --connections 3 --rate 4000 <"$T/wanted" 2>"$T/err" &
pid=$!
check 'there are three connections' wait_for 20 eval '[ "$(connections)" -eq 3 ]'
broker_ctl close_all_connections 'test' >/dev/null
status=0
wait "$pid" || status=$?
equal "$status" 0 'all of them closed in the middle: goes on'
amqp bodies labels | sort -u >"$T/came"
same "$T/came" "$T/sorted" 'and every record came'

# Killed in the middle of a file: whatever the marker counts is in the queue.
marker=$(dx-marker -d "$T" -V 20260801 path)
"$make_stream" --marker "$marker" labels=$count >"$T/stream"
file=discogs_20260801_labels.xml.gz
recorded() {
	dx-marker -f "$marker" file-counts $file
}
some_recorded() {
	[ "$(recorded | cut -d ' ' -f 1)" -ge 1000 ]
}
dx-publish -u "$AMQP" --connections 3 --window 600 --state-interval 1000 --rate 6000 <"$T/stream" &
pid=$!
check 'progress is recorded' wait_for 30 some_recorded
kill -KILL "$pid"
{ wait "$pid"; } 2>/dev/null
read -r position records messages _ <<<"$(recorded)"
equal "$records $messages" "$position $position" "records and messages are those of position $position"
amqp bodies labels | sort -u >"$T/came"
head -n "$position" "$T/wanted" | sort >"$T/counted"
equal "$(comm -13 "$T/came" "$T/counted" | wc -l)" 0 'every record in front of the position is in the queue'

run 64 dx-publish -u "$AMQP" -t labels --connections 0
run 64 dx-publish -u "$AMQP" -t labels --connections 17

done_testing
