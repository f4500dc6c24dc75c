#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-publish with a marker and -u file:DIR: a month, what is left of it after interruptions, and
# what lies in the folder then.
. "$(dirname "$0")/../lib.sh"

make_stream=$ROOT/tests/tools/amqp-stream.py
months=(artists=230 labels=120 masters=50 releases=333)
cd "$T" || exit

# The marker of a new month, in its own folder.
new_month() {
	mkdir -p "$T/$1"
	dx-marker -d "$T/$1" -V 20260801 path
}

# expected TYPE=N: the records of a file.
expected() {
	"$make_stream" --records "$1" >"$T/expected"
}

get() {
	dx-marker -f "$marker" get "$1"
}

progress_of() {
	dx-marker -f "$marker" file-counts "discogs_20260801_$1.xml.gz"
}

# A whole month.
marker=$(new_month one)
"$make_stream" --marker "$marker" "${months[@]}" >stream
run 0 dx-publish -u file:one-out --batch 100 <stream
equal "$(cat "$T/err")" '' 'success is silent'
for file in "${months[@]}"; do
	expected "$file"
	same "one-out/${file%=*}.ndjson" expected "$file: every record as it came in"
done
equal "$(progress_of artists)" '230 230 230 3' 'artists: position, records, messages and batches'
equal "$(progress_of masters)" '50 50 50 1' 'masters: a small file is one batch'
equal "$(progress_of releases)" '333 333 333 4' 'releases: the last batch is smaller'
equal "$(get summary.overall_status)" completed 'the month is complete'
equal "$(get publishing_phase.messages_published)" 733 'all messages are counted'
equal "$(dx-marker -f "$marker" unsent)" '' 'no completion is left to tell'
equal "$(jq -r '.type + " " + (.data_type // "month")' one-out/control.ndjson | tr '\n' ,)" \
	'file_complete artists,file_complete labels,file_complete masters,file_complete releases,extraction_complete month,' \
	'the control messages come in order'
equal "$(jq -c 'select(.type == "file_complete") | [keys_unsorted, .total_processed, .file]' one-out/control.ndjson | head -n 1)" \
	'[["type","data_type","timestamp","total_processed","file"],230,"discogs_20260801_artists.xml.gz"]' \
	'file_complete has its members'
equal "$(jq -c 'select(.type == "extraction_complete") | [keys_unsorted, .version, .record_counts]' one-out/control.ndjson)" \
	'[["type","version","timestamp","started_at","record_counts"],"20260801",{"artists":230,"labels":120,"masters":50,"releases":333}]' \
	'extraction_complete has its members'
started=$(get processing_phase.started_at)
equal "$(jq -r 'select(.type == "extraction_complete") | .started_at' one-out/control.ndjson)" "$started" \
	'started_at is the start of processing'

# Skipped: nothing is opened.
"$make_stream" --marker "$marker" --decision skip artists=1 >stream
run 0 dx-publish -u file:none <stream
check 'a month to skip makes no folder' test ! -e none

# A stream that breaks off in a file: recorded up to the last mark, nothing complete.
marker=$(new_month two)
"$make_stream" --marker "$marker" --stop 175 artists=230 >stream
run 65 dx-publish -u file:two-out <stream
says 'no end line' 'a stream without its end is told'
equal "$(progress_of artists)" '150 150 150 1' 'progress is as of the last mark'
equal "$(wc -l <two-out/artists.ndjson)" 175 'what came is there'
equal "$(dx-marker -f "$marker" pending-files discogs_20260801_artists.xml.gz)" \
	discogs_20260801_artists.xml.gz 'the file is not complete'
"$make_stream" --marker "$marker" "${months[@]}" >stream
equal "$(jq -r 'select(.type == "file_start") | .skipped' stream | head -n 1)" 150 'the next run goes on there'
run 0 dx-publish -v -u file:two-out <stream
says 'goes on after record 150' 'and says so'
says '583 records read, 583 confirmed, 0 rejected, 150 skipped, 4 files completed' 'and counts'
for file in "${months[@]}"; do
	expected "$file"
	same "two-out/${file%=*}.ndjson" expected "$file: every record once after an interruption"
done
equal "$(progress_of artists)" '230 230 230 3' 'batches go on where they were'
equal "$(get summary.overall_status)" completed 'the month is complete'

# A new month in the same folder replaces the last one.
marker=$(new_month three)
"$make_stream" --marker "$marker" artists=20 >stream
run 0 dx-publish -u file:two-out <stream
expected artists=20
same two-out/artists.ndjson expected 'a new month replaces the last'

# Fewer lines than the marker counts.
marker=$(new_month four)
"$make_stream" --marker "$marker" --stop 175 artists=230 >stream
run 65 dx-publish -u file:four-out <stream
head -n 100 two-out/labels.ndjson >four-out/artists.ndjson
"$make_stream" --marker "$marker" artists=230 >stream
run 65 dx-publish -u file:four-out <stream
says 'holds 100 lines, but the marker counts 150.*dx-marker reset' 'fewer lines than counted: with the remedy'

# The marker and the stream do not agree.
marker=$(new_month five)
"$make_stream" --marker "$marker" --stop 175 artists=230 >stream
run 65 dx-publish -u file:five-out <stream
"$make_stream" --marker "$marker" artists=230 >stream
dx-marker -f "$marker" update-file-progress discogs_20260801_artists.xml.gz --position 100
run 65 dx-publish -u file:five-out <stream
says 'goes on after record 150, but the marker is at 100' 'another position is told'

# Completion that was not told is told by the next run, whatever else is there to do.
marker=$(new_month six)
dx-marker -f "$marker" start-processing 4
dx-marker -f "$marker" start-file-processing discogs_20260801_labels.xml.gz
dx-marker -f "$marker" complete-file-processing discogs_20260801_labels.xml.gz 77
"$make_stream" --marker "$marker" artists=10 >stream
run 0 dx-publish -u file:six-out <stream
equal "$(jq -c '[.type, .data_type, .total_processed]' six-out/control.ndjson | tr '\n' ' ')" \
	'["file_complete","labels",77] ["file_complete","artists",10] ' 'a completion that was not told is told first'
equal "$(dx-marker -f "$marker" unsent)" '' 'and the marker knows'

# All files complete, but the month is not: it is completed by a run without files.
marker=$(new_month seven)
"$make_stream" --marker "$marker" --total 1 artists=10 | grep -v '"end"' >stream
run 65 dx-publish -u file:seven-out <stream
equal "$(dx-marker -f "$marker" get summary.overall_status)" in_progress 'without end line the month stays open'
"$make_stream" --marker "$marker" --total 1 artists=10 >stream
equal "$(wc -l <stream)" 2 'nothing is left to parse'
run 0 dx-publish -u file:seven-out <stream
equal "$(get summary.overall_status)" completed 'the month is completed all the same'
equal "$(jq -r .type seven-out/control.ndjson | tr '\n' ' ')" 'file_complete extraction_complete ' 'and told'

# The layout topic has no message for a month.
marker=$(new_month eight)
"$make_stream" --marker "$marker" --total 1 artists=10 >stream
run 0 dx-publish --layout topic -u file:eight-out <stream
equal "$(jq -r .type eight-out/control.ndjson)" file_complete 'layout topic: no extraction_complete'
equal "$(get summary.overall_status)" completed 'layout topic: complete'

# A line without end in a file of ours was never counted.
mkdir torn
printf '{"whole":1}\n{"torn":' >torn/labels.ndjson
printf '{"next":2}\n' >input
run 0 dx-publish -t labels -u file:torn <input
printf '{"whole":1}\n{"next":2}\n' >expected
same torn/labels.ndjson expected 'a torn last line is taken away'
says 'cut off' 'and that is told'

# A large file takes minutes to be counted: the watchdog hears of it, and a stop is not too late.
marker=$(new_month nine)
"$make_stream" --marker "$marker" --total 1 --stop 50 artists=100 >stream
run 65 dx-publish -u file:nine-out <stream
"$make_stream" --marker "$marker" --total 1 artists=100 >stream
sed -i '$d' nine-out/artists.ndjson
truncate -s 1T nine-out/artists.ndjson
echo >>nine-out/artists.ndjson
"$ROOT/tests/tools/notify-listen.py" "$T/socket" >heard &
at_end kill $!
wait_for 20 test -S socket
NOTIFY_SOCKET=$T/socket WATCHDOG_USEC=200000 dx-publish -u file:nine-out <stream 2>"$T/err" &
first=$!
lives() { [ "$(grep -c '^WATCHDOG=1$' heard)" -ge 10 ]; }
check 'counting lines is living' wait_for 20 lives
kill -TERM "$first"
ended() { ! kill -0 "$first"; }
check 'counting lines ends when it is told to' wait_for 20 ended
kill -KILL "$first" 2>/dev/null
status=0
wait "$first" || status=$?
equal "$status" 75 'and the next run goes on'
rm nine-out/artists.ndjson

# Two writers.
mkfifo pipe
dx-publish -t labels -u file:torn <pipe &
first=$!
exec 9>pipe
printf '{"third":3}\n' >&9
# Its file is open only when it has the lock; to try the lock would be to take it.
has_lock() { readlink /proc/"$first"/fd/* | grep -q torn/labels; }
wait_for 10 has_lock
run 75 dx-publish -t labels -u file:torn <input
says 'another dx-publish' 'a second writer has to wait'
exec 9>&-
wait "$first"
ok $? 'the first one goes on'
done_testing
