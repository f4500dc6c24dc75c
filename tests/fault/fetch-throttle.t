#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# dx-fetch and a server that says "later": the time is kept, nobody asks before it.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/tools/httpd.sh
. "$ROOT/tests/tools/httpd.sh"

month=$DATA/month
file=discogs_20260801_masters.xml.gz
serve "$month"

# wait_left: how many seconds the data folder says are left.
wait_left() {
	echo $(($(cut -d ' ' -f 1 "$T/d/.dx-fetch-wait" | head -n 1) - $(date +%s)))
}

# about SECONDS NAME: the data folder says that, give or take the time since.
about() {
	local left
	left=$(wait_left)
	check "$2 ($left s left)" test "$left" -le "$1" -a "$left" -gt $(($1 - 60))
}

# throttled LINE SECONDS: the server answers so, once; dx-fetch stops, and asks nothing until then.
throttled() {
	rm -rf "$T/d"
	misbehave "$1"
	note "server: $1"
	run 75 dx-fetch -b "$BASE" -d "$T/d"
	says 'wait until [0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z' "  with the time"
	about "$2" "  the time is remembered"
	misbehave
	run 75 dx-fetch -b "$BASE" -d "$T/d"
	says 'wait until [0-9]{4}-' "  the next run says the time"
	equal "$(requests)" 0 "  and asks nothing"
}

throttled '* status=429 retry-after=3570' 3570
throttled '* status=429 retry-after=+1800' 1800
throttled '* status=503 retry-after=600' 600
throttled '* status=503 retry-after=+600' 600
throttled '* status=429' 3600
throttled '* status=429 retry-after=soon' 3600
throttled '* status=429 retry-after=0' 10
throttled '* status=429 retry-after=+-100' 10
throttled '* status=429 retry-after=99999999999999999999' $((7 * 24 * 3600))
throttled "$file status=429 retry-after=1000" 1000

# In the middle of a month: what came is there, and the marker says no failure.
check "the file before it came" cmp "$T/d/discogs_20260801_labels.xml.gz" "$month/discogs_20260801_labels.xml.gz"
equal "$(jq -r .download_phase.status "$T/d/.extraction_status_20260801.json")" in_progress "to be told to wait is no failure"
run 75 dx-fetch -b "$BASE" -d "$T/d" -V 20260801
equal "$(jq -r 'select(.type == "file") | .data_type' "$T/out")" labels "what is there is worked on while waiting"
equal "$(jq -r '.download_phase.downloads_by_file | keys[]' "$T/d/.extraction_status_20260801.json")" discogs_20260801_labels.xml.gz "nothing else is begun"
run 0 dx-fetch -b "$BASE" -d "$T/d" -V 20260801 -t labels
says 'CHECKSUM of an earlier run' "with the CHECKSUM that is there"
run 75 dx-fetch -b "$BASE" -d "$T/d" --list
equal "$(requests)" 0 "still nothing was asked"

# Another server is another matter, and both are remembered.
first=$BASE
serve "$month"
run 0 dx-fetch -b "$BASE" -d "$T/d" -V 20260801 -t labels
misbehave '* status=429 retry-after=500'
run 75 dx-fetch -b "$BASE" -d "$T/d" --force
equal "$(wc -l <"$T/d/.dx-fetch-wait")" 2 "two servers are remembered"
run 75 dx-fetch -b "$first" -d "$T/d"

# When the time is over.
rm -rf "$T/d"
misbehave 'root times=1 status=429 retry-after=2'
run 75 dx-fetch -b "$BASE" -d "$T/d"
over() {
	[ "$(wait_left)" -le 0 ]
}
wait_for 10 over
run 0 dx-fetch -b "$BASE" -d "$T/d"
equal "$(requests root)" 2 "the server is asked again when the time is over"

# Times that cannot be, and files that are none.
echo "99999999999 ${BASE%/}" >"$T/d/.dx-fetch-wait"
run 0 dx-fetch -b "$BASE" -d "$T/d"
head -c 5000 /dev/urandom >"$T/d/.dx-fetch-wait"
run 0 dx-fetch -b "$BASE" -d "$T/d"

# 503 that asks for no wait is tried again at once.
for after in "" "retry-after=0" "retry-after=+-100"; do
	rm -rf "$T/d"
	misbehave "root times=2 status=503 $after"
	run 0 dx-fetch -b "$BASE" -d "$T/d" --retry-delay 5ms
	equal "$(requests root)" 3 "503 $after is tried again"
done
# Without a data folder the wait is for this process only.
misbehave '* times=1 status=429'
run 75 dx-fetch -b "$BASE" --list
run 0 dx-fetch -b "$BASE" --list

done_testing
