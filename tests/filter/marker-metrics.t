#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-marker metrics: what Prometheus reads of a month, and how it gets into a file.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

now=2026-08-04T04:36:00Z
parser=$ROOT/tests/tools/prometheus.py
mkdir "$T/data" "$T/collector"
for file in "$DATA"/status/*json; do
	cp "$file" "$T/data/.$(basename "$file")"
done

# valid FILE NAME: it is what Prometheus reads
valid() {
	equal "$("$parser" <"$1")" '' "$2: our parser takes it"
	if command -v promtool >/dev/null; then
		equal "$(promtool check metrics <"$1" 2>&1)" '' "$2: promtool takes it"
	else
		skip "$2: promtool takes it" 'there is no promtool'
	fi
}

# value SAMPLE WANTED: in $T/out
value() {
	equal "$("$parser" "$1" <"$T/out")" "$2" "$1 is $2"
}

run 0 dx-marker -d "$T/data" metrics --now $now
same "$T/out" "$DATA/status/metrics.prom" 'the newest month'
valid "$T/out" 'the newest month'
for bad in 'dx_x 1' $'# HELP dx_x x\n# TYPE dx_x counter\ndx_x 1' $'# HELP dx_x x\n# TYPE dx_x gauge\ndx_x{a="\\"} 1' \
	$'# HELP dx_x x\n# TYPE dx_x gauge\ndx_x{a="b"} 1\ndx_x{a="b"} 2' $'# HELP dx_x x\n# TYPE dx_x gauge\ndx_x one'; do
	check "the parser does not take ${bad##*$'\n'}" test -n "$(printf '%s\n' "$bad" | "$parser")"
done

run 0 dx-marker -d "$T/data" -V 20260701 metrics --now $now
valid "$T/out" 'a completed month'
value 'dx_month_status{version="20260701",status="completed"}' 1
value 'dx_month_progress_ratio{version="20260701"}' 1
value 'dx_month_duration_seconds{version="20260701"}' 2929
value 'dx_last_run_exit_status{version="20260701"}' 0
run 0 dx-marker -d "$T/data" metrics --now 2026-09-20T00:00:00Z
value 'dx_healthy{version="20260801"}' 0
run 0 dx-marker -d "$T/data" -V 20260901 metrics
valid "$T/out" 'a month without marker'
value 'dx_marker_update_timestamp_seconds{version="20260901"}' none
value 'dx_month_progress_ratio{version="20260901"}' none

# -- names from elsewhere
jq '.processing_phase.progress_by_file["a\"b\\c\nd"] = {"status": "pending"}' \
	"$T/data/.extraction_status_20260801.json" >"$T/odd.json"
run 0 dx-marker -f "$T/odd.json" metrics --now $now
valid "$T/out" 'an odd name'
value 'dx_records_total{version="20260801",type="",file="a\"b\\c\nd"}' 0

# -- into a file
file=$T/collector/dx.prom
run 0 dx-marker -d "$T/data" metrics --now $now --output "$file"
equal "$(cat "$T/out")" '' 'nothing on standard output'
same "$file" "$DATA/status/metrics.prom" '--output'
equal "$(stat -c %a "$file")" 644 'everybody may read it'
ln "$file" "$T/before"
run 0 dx-marker -d "$T/data" -V 20260701 metrics --now $now --output "$file"
same "$T/before" "$DATA/status/metrics.prom" 'the old file is replaced, not written over'
check 'by the new one' grep -q 'version="20260701"' "$file"
equal "$(ls -A "$T/collector")" dx.prom 'no other file is left'
run 0 dx-marker -d "$T/data" metrics --now $now --output -
same "$T/out" "$DATA/status/metrics.prom" "--output - is standard output"
ln -s /proc/self/fd/1 "$T/stdout"
run 0 dx-marker -d "$T/data" metrics --now $now --output "$T/stdout"
same "$T/out" "$DATA/status/metrics.prom" 'so is a link to it'
check 'which stays a link' test -L "$T/stdout"
echo old >"$T/target.prom"
ln -s target.prom "$T/link.prom"
run 0 dx-marker -d "$T/data" metrics --now $now --output "$T/link.prom"
same "$T/target.prom" "$DATA/status/metrics.prom" 'behind a link the file is replaced'
check 'and the link stays' test -L "$T/link.prom"
rm "$T/target.prom"
run 74 dx-marker -d "$T/data" metrics --output "$T/link.prom"
run 74 dx-marker -d "$T/data" metrics --output "$T/none/dx.prom"
says 'none/dx.prom: cannot be written: No such file' 'a folder that is not there'
run 74 dx-marker -d "$T/data" metrics --output /dev/full
says '/dev/full: cannot be written: No space left' 'a device that is full'
check 'a device stays one' test -c /dev/full
run 74 dx-marker -d "$T/data" metrics --output "$T/collector"
equal "$(ls -A "$T/collector")" dx.prom 'a folder stays as it is'
# A limit of a file's size is a disk that is full. It holds for what dx-marker says too.
status=0
(
	ulimit -f 0
	trap '' XFSZ
	exec dx-marker -d "$T/data" -V 20260601 metrics --output "$file" 2>/dev/null
) || status=$?
equal "$status" 74 'no room for it: 74'
check 'the old file is still there' grep -q 'version="20260701"' "$file"
equal "$(ls -A "$T/collector")" dx.prom 'and nothing else'
run 66 dx-marker -d "$T/collector" metrics --output "$file"
check 'no month: the file stays' grep -q 'version="20260701"' "$file"

# Many writers and a reader: whole at every moment.
for i in {1..4}; do
	(for j in {1..8}; do dx-marker -d "$T/data" -V "20260$(((i + j) % 2 + 7))01" metrics --now $now --output "$file"; done) &
	pids[i]=$!
done
torn=0
while kill -0 "${pids[@]}" 2>/dev/null; do
	"$parser" <"$file" >"$T/complaints" && [ "$(tail -c 1 "$file" | od -An -c | tr -d ' ')" = '\n' ] || torn=$((torn + 1))
done
wait
equal "$torn" 0 'a reader never finds half a file'
equal "$(ls -A "$T/collector")" dx.prom 'no temporary file is left'
done_testing
