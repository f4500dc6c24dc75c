#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-marker status: what people are shown of a month; record-run, which notes the runs.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

now=2026-08-04T04:36:00Z # half a minute after the last change of the newest month there
unset NO_COLOR COLUMNS
mkdir "$T/data" "$T/empty"
for file in "$DATA"/status/*json; do
	cp "$file" "$T/data/.$(basename "$file")"
done
history=$T/data/.dx-history.ndjson

# -- text, where it is no terminal
before=$(cd "$T/data" && ls -lA --time-style=full-iso && cat .e* .d* | sha256sum)
run 0 dx-marker -d "$T/data" status --now $now
same "$T/out" "$DATA/status/status.txt" 'the newest month'
run 0 dx-marker -d "$T/data" -V 20260801 status --now 2026-08-04T06:36:00+02:00
same "$T/out" "$DATA/status/status.txt" 'the same, named, and at a time with an offset'
run 0 dx-marker -f "$T/data/.extraction_status_20260801.json" status --now $now
same "$T/out" "$DATA/status/status.txt" 'the same by its file'
run 0 dx-marker -d "$T/data" -V 20260701 status --now $now
same "$T/out" "$DATA/status/status-completed.txt" 'an older month, completed'
equal "$(cd "$T/data" && ls -lA --time-style=full-iso && cat .e* .d* | sha256sum)" "$before" \
	'a question changes nothing and makes no file'
run 0 dx-marker -d "$T/data" -V 20260901 status
check 'a month without marker' grep -q 'no marker yet' "$T/out"
check 'would be started' grep -q 'restart would start the month' "$T/out"
run 0 dx-marker -d "$T/data" status
check 'a month that nobody works on any more' grep -qx 'no sign of life since then' "$T/out"

# -- no month
run 66 dx-marker -d "$T/empty" status
says "$T/empty: no marker of any month there" 'nothing to show'
run 66 dx-marker -d "$T/none" status
says "$T/none: No such file" 'no folder'
run 64 dx-marker status
run 64 dx-marker -d "$T/data" status --now soon
says 'status: not a time such as' 'no time'
run 64 dx-marker -d "$T/data" status --watch=often
status=0
dx-marker -d "$T/data" -V 20260801 batch <<<status 2>"$T/err" || status=$?
equal "$status" 64 'status in a batch: 64'
says 'line 1: status: not in a batch' 'says so'

# -- what others wrote stays text
dx-marker -d "$T/empty" -V 20260801 fail-download $'disk \e[31mfull\x07'
run 0 dx-marker -d "$T/empty" status
check 'control characters are shown as such' grep -qF 'download: disk \x1b[31mfull\x07' "$T/out"
equal "$(tr -d '\n' <"$T/out" | tr -cd '[:cntrl:]' | wc -c)" 0 'there are none in the text'
check 'a restart is foretold' grep -q 'restart would download the month again' "$T/out"

# -- a terminal
terminal() {
	script -qec "$* dx-marker -d '$T/data' status --now $now" /dev/null </dev/null | tr -d '\r' >"$T/screen"
}
without_colours() {
	sed $'s/\e\\[[0-9;]*m//g' "$T/screen" | tr -d '█░[]#.'
}
terminal env TERM=xterm
check 'a terminal has colours' grep -q $'\e\\[32mcompleted\e\\[0m' "$T/screen"
check 'and blocks' grep -q '██' "$T/screen"
terminal env TERM=xterm NO_COLOR=1
equal "$(grep -c $'\e' "$T/screen")" 0 'NO_COLOR is honoured'
equal "$(without_colours)" "$(tr -d '[]#.' <"$DATA/status/status.txt")" 'the words are the same'
terminal env TERM=xterm NO_COLOR=
check 'an empty NO_COLOR is none' grep -q $'\e\\[32m' "$T/screen"
terminal env TERM=dumb LC_ALL=C
equal "$(cat "$T/screen")" "$(cat "$DATA/status/status.txt")" 'a dumb terminal gets plain text'

# -- again and again
end_watch() {
	kill "$pid" 2>/dev/null
}
dx-marker -d "$T/data" status --watch 1 --now $now >"$T/watched" &
pid=$!
at_end end_watch
two_pictures() {
	[ "$(grep -c '^month' "$T/watched")" -ge 2 ]
}
check '--watch draws again' wait_for 30 two_pictures
kill -TERM "$pid"
wait "$pid"
equal $? 0 'a signal ends it, with 0'
head -n "$(wc -l <"$DATA/status/status.txt")" "$T/watched" >"$T/first"
same "$T/first" "$DATA/status/status.txt" 'each picture is that without --watch'
timeout 60 script -qec "timeout -s INT 2 dx-marker -d '$T/data' status --watch=1 --now $now" /dev/null </dev/null >"$T/screen"
check 'on a terminal each takes the place of the one before' grep -q $'\e\\[Hmonth' "$T/screen"

# -- the history
lines=$(wc -l <"$history")
run 0 dx-marker -d "$T/data" record-run --status 75 --started 2026-08-04T04:00:00Z --now $now
equal "$(cat "$T/out")" '' 'record-run prints nothing'
equal "$(wc -l <"$history")" $((lines + 1)) 'one line more'
equal "$(tail -n 1 "$history")" '{"started":"2026-08-04T04:00:00Z","ended":"2026-08-04T04:36:00Z","version":"20260801","status":75,"seconds":2160,"records":22091088,"rejected":4,"messages":22091088,"batches":220913,"bytes":12654668828,"positions":{"artists":9841002,"labels":2318566,"masters":2511024,"releases":7420500}}' \
	'it says how the run ended and what the month has'
run 0 dx-marker -d "$T/data" status --now $now
check 'the next status tells of it' grep -q '^The last run ended at 2026-08-04T04:36:00Z with status 75,$' "$T/out"
check 'and what it added' grep -q '^after 0:36:00, and added 22,091,088 records.$' "$T/out"
printf '{"started":' >>"$history"
run 0 dx-marker -d "$T/data" record-run --status 0 --started 2026-08-04T04:00:00Z
equal "$(tail -n 2 "$history" | head -n 1)" '{"started":' 'half a line is ended first'
equal "$(tail -n 1 "$history" | jq .status)" 0 'the next one is whole'
run 0 dx-marker -d "$T/empty" -V 20260901 record-run --status 0 --started 2026-08-04T04:00:00Z
equal "$(jq -c '[.version, .records]' "$T/empty/.dx-history.ndjson")" '["20260901",0]' 'a month without marker'
rm -r "$T/empty" && mkdir "$T/empty"
run 0 dx-marker -d "$T/empty" record-run --status 69 --started 2026-08-04T04:00:00Z
equal "$(jq -c '[.version, .status]' "$T/empty/.dx-history.ndjson")" '[null,69]' 'a run that knew no month'
run 64 dx-marker -d "$T/data" record-run --status 0
says 'record-run: needs: --started' 'when did it start?'
mkdir "$T/blocked" "$T/blocked/.dx-history.ndjson"
run 74 dx-marker -d "$T/blocked" record-run --status 0 --started 2026-08-04T04:00:00Z
says 'dx-history.ndjson: cannot be written' 'a history that cannot be written'
# -- samples: how far it is, while it is at work
lines=$(wc -l <"$history")
run 0 dx-marker -d "$T/data" record-sample --now $now
equal "$(tail -n 1 "$history")" '{"sampled":"2026-08-04T04:36:00Z","version":"20260801","positions":{"artists":9841002,"labels":2318566,"masters":2511024,"releases":7420500}}' \
	'a sample'
run 0 dx-marker -d "$T/data" -V 20260701 record-sample
run 0 dx-marker -d "$T/empty" record-sample
equal "$(wc -l <"$history")" $((lines + 1)) 'none of a month that is done, or of none'
rm "$history"
for i in {1..20}; do
	dx-marker -d "$T/data" record-run --status "$i" --started 2026-08-04T04:00:00Z &
done
wait
equal "$(jq -s 'map(.status) | sort == [range(1; 21)]' "$history")" true 'runs that end at once all have their line'
done_testing
