#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-publish -u file: killed, stopped, and with a full disk.
. "$(dirname "$0")/../lib.sh"
make_stream=$ROOT/tests/tools/amqp-stream.py
cd "$T" || exit
mkfifo feed

new_month() {
	mkdir -p "$T/$1"
	dx-marker -d "$T/$1" -V 20260801 path
}

counts() {
	dx-marker -f "$marker" file-counts discogs_20260801_artists.xml.gz
}

counted() {
	[ "$(counts | cut -d ' ' -f 1)" -ge "$1" ]
}

# kill -9 in the middle of a file, several times, then to the end.
marker=$(new_month killed)
"$make_stream" --records artists=3000 >expected
for stop in 400 1100 2300; do
	"$make_stream" --marker "$marker" --hold "$stop" never artists=3000 >feed &
	feeder=$!
	dx-publish -u file:killed-out --state-interval 100 <feed &
	publisher=$!
	wait_for 30 counted $((stop - 100))
	ok $? "progress up to $stop is recorded"
	kill -KILL "$publisher"
	wait "$publisher" 2>/dev/null
	kill "$feeder"
	wait "$feeder" 2>/dev/null
done
"$make_stream" --marker "$marker" artists=3000 >stream
run 0 dx-publish -u file:killed-out <stream
same killed-out/artists.ndjson expected 'killed three times: every record once'
equal "$(counts)" '3000 3000 3000 30' 'and counted once'

# SIGTERM and SIGINT in the middle of a file.
for signal in TERM INT; do
	marker=$(new_month "$signal")
	"$make_stream" --marker "$marker" --hold 777 never artists=1000 >feed &
	feeder=$!
	# The shell lets what runs in the background ignore SIGINT; a job of its own does not.
	set -m
	dx-publish -u "file:$signal-out" <feed 2>err &
	publisher=$!
	set +m
	wait_for 30 sh -c "[ \"\$(cat $signal-out/artists.ndjson | wc -l)\" -ge 0 ] && dx-marker -f $marker get processing_phase.current_file | grep -q artists"
	SECONDS=0
	kill -s "$signal" "$publisher"
	status=0
	wait "$publisher" || status=$?
	equal "$status" 75 "SIG$signal: exit status"
	check "SIG$signal: in 2 seconds, and 2 for a busy machine" test "$SECONDS" -le 4
	kill "$feeder"
	wait "$feeder" 2>/dev/null
	"$make_stream" --marker "$marker" artists=1000 >stream
	run 0 dx-publish -u "file:$signal-out" <stream
	head -n 1000 expected >thousand
	same "$signal-out/artists.ndjson" thousand "SIG$signal: the next run completes it"
done

# No room: the limit for files says EFBIG where a disk says ENOSPC.
marker=$(new_month full)
"$make_stream" --marker "$marker" --size 1000 artists=3000 >stream
(
	trap '' XFSZ
	ulimit -f 1000
	exec dx-publish -u file:full-out <stream 2>err
)
equal "$?" 74 'no room: exit status'
check 'no room: told' grep -q 'artists.ndjson: cannot be written' err
lines=$(wc -l <full-out/artists.ndjson)
messages=$(counts | cut -d ' ' -f 3)
check "no room: counts $messages, has $lines" test "$messages" -le "$lines"
"$make_stream" --marker "$marker" --size 1000 artists=3000 >stream
run 0 dx-publish -u file:full-out <stream
"$make_stream" --records --size 1000 artists=3000 >expected
same full-out/artists.ndjson expected 'no room: the next run completes it'

# The marker is locked by somebody else, or cannot be run.
marker=$(new_month locked)
"$make_stream" --marker "$marker" artists=10 >stream
DX_MARKER=/nonexistent run 71 dx-publish -u file:locked-out <stream
check 'without dx-marker nothing is complete' test ! -s locked-out/control.ndjson
printf '#!/bin/sh\nexit 75\n' >busy-marker
chmod +x busy-marker
DX_MARKER=$T/busy-marker run 75 dx-publish -u file:locked-out <stream
check 'with a locked marker nothing is complete' test ! -s locked-out/control.ndjson
done_testing
