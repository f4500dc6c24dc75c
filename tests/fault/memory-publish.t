#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-publish to files: each allocation fails once. Status 71, and the next run completes the month with no
# record missing and none twice.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/tools/failalloc.sh
. "$ROOT/tests/tools/failalloc.sh"

make_stream=$ROOT/tests/tools/amqp-stream.py
file=discogs_20260801_masters.xml.gz
mkdir "$T/d"
marker=$(dx-marker -d "$T/d" -V 20260801 path)
"$make_stream" --marker "$marker" --mark 5 --total 1 masters=12 >"$T/stream"
rm -rf "$T/d"
"$make_stream" --records masters=12 >"$T/records"

prepare() {
	rm -rf "$T/d" "$T/files"
	mkdir "$T/d"
}

# shellcheck disable=SC2154 # sweep sets $point
act() {
	with_failure "$point" dx-publish -q -u "file:$T/files" --state-interval 5 <"$T/stream"
}

# The next run: what the marker does not know goes in, and then all is there once.
left() {
	if [ "$1" -ne 0 ]; then
		"$make_stream" --marker "$marker" --mark 5 --total 1 masters=12 >"$T/again"
		dx-publish -q -u "file:$T/files" --state-interval 5 <"$T/again" 2>>"$T/err" || return
	fi
	cmp -s "$T/files/masters.ndjson" "$T/records" &&
		[ "$(dx-marker -f "$marker" file-counts "$file")" = '12 12 12 1' ] &&
		[ "$(dx-marker -f "$marker" get summary.overall_status)" = completed ] &&
		[ "$(grep -c '"file_complete"' "$T/files/control.ndjson")" -ge 1 ] &&
		[ "$(grep -c '"extraction_complete"' "$T/files/control.ndjson")" -ge 1 ]
}

sweep 'a month, to files' dx-publish 16 prepare act left
sweep 'a month, to files, memory short in dx-marker' dx-marker 8 prepare act left

# By hand, with no marker: what is written is how the records begin, and success is all of them.
act_hand() {
	with_failure "$point" dx-publish -q -u "file:$T/files" -t masters <"$T/records"
}
left_hand() {
	if [ "$1" -eq 0 ]; then
		cmp -s "$T/files/masters.ndjson" "$T/records"
	elif [ -e "$T/files/masters.ndjson" ]; then
		cmp -s -n "$(stat -c %s "$T/files/masters.ndjson")" "$T/files/masters.ndjson" "$T/records"
	fi
}
sweep 'by hand, to files' dx-publish 10 prepare act_hand left_hand
sweep_totals memory-publish
done_testing
