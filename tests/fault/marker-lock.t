#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-marker: changes of many processes come one after the other, none is lost, and waiting has an end.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

month=20260801
marker=$T/.extraction_status_$month.json
call=(dx-marker -d "$T" -V "$month")
# A traced process cannot look for leaks.
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0"

# -- 16 processes do 100 changes each
update() {
	local i
	for ((i = 0; i < 100; i++)); do
		"${call[@]}" update-publishing 1 2 || echo "failed with $?"
	done
}
pids=()
for ((p = 0; p < 16; p++)); do
	update >"$T/update.$p" 2>&1 &
	pids+=($!)
done
# Meanwhile a reader sees nothing but whole markers, and no count goes down.
last=0
bad=0
reads=0
while [ "$last" -lt 1600 ] && [ "$reads" -lt 100000 ]; do
	now=$("${call[@]}" --strict get publishing_phase.messages_published) || bad=$((bad + 1))
	[ "$now" -ge "$last" ] || bad=$((bad + 1))
	last=$now
	reads=$((reads + 1))
	kill -0 "${pids[@]}" 2>/dev/null || break
done
wait "${pids[@]}"
equal "$(cat "$T"/update.* | sort | uniq -c | head -n 5)" "" "no change failed"
equal "$bad" 0 "$reads questions meanwhile saw a whole marker each"
equal "$(jq -c '.publishing_phase | [.messages_published, .batches_sent]' "$marker")" '[1600,3200]' \
	'of 16 x 100 changes none is lost'
equal "$(find "$T" -name '.ext*' -printf '%f\n' | sort)" \
	"$(printf "%s\n" ".extraction_status_$month.json" ".extraction_status_$month.json.bak" ".extraction_status_$month.json.lock")" \
	'three files and no others'

# -- the lock is held
hold() {
	rm -f "$T/held"
	flock "$marker.lock" bash -c 'echo >"$1"; read -r _' - "$T/held" <"$T/fifo" &
	holder=$!
	exec 7>"$T/fifo"
	wait_for 10 test -e "$T/held"
}
release() {
	exec 7>&-
	wait "$holder"
}
mkfifo "$T/fifo"
hold
cp "$marker" "$T/before"
start=$(date +%s%N)
run 75 "${call[@]}" --lock-timeout 300ms start-download 4
took=$((($(date +%s%N) - start) / 1000000))
check "held: 75 after the time and not long after ($took ms)" test "$took" -ge 300 -a "$took" -lt 3000
says 'json\.lock: held by another process for longer than 0\.3 s' 'held: says so'
run 75 env DX_LOCK_TIMEOUT=0 "${call[@]}" start-download 4
same "$marker" "$T/before" 'held: nothing changed'
run 0 "${call[@]}" --lock-timeout 0 should-process
run 75 "${call[@]}" --lock-timeout 0 batch <<<'start-download 4'

# Our end of the FIFO stays ours, or nobody could let go.
"${call[@]}" start-download 5 2>"$T/err" 7>&- &
pid=$!
wait_for 10 test -e "/proc/$pid/fd/3"
release
status=0
wait "$pid" || status=$?
equal "$status" 0 'let go: the one that waited goes on'
equal "$("${call[@]}" get download_phase.files_total)" 5 'and has done its change'

# -- signals while waiting
# shellcheck disable=SC2317 # wait_for calls it
waits_for_lock() {
	find "/proc/$1/fd" -lname '*.json.lock' 2>/dev/null | grep -q .
}
hold
cp "$marker" "$T/before"
for signal in TERM INT HUP; do
	# A background command of this shell would ignore SIGINT.
	env --default-signal=INT "${call[@]}" start-download 6 2>"$T/err" 7>&- &
	pid=$!
	wait_for 10 waits_for_lock "$pid"
	start=$(date +%s%N)
	kill -"$signal" "$pid"
	status=0
	wait "$pid" || status=$?
	took=$((($(date +%s%N) - start) / 1000000))
	equal "$status" 75 "SIG$signal while waiting: 75"
	check "SIG$signal while waiting: at once ($took ms)" test "$took" -lt 2000
	same "$marker" "$T/before" "SIG$signal while waiting: nothing changed"
done
release

# -- signals while changing wait for the end of the change
if ! strace -o /dev/null true 2>/dev/null; then
	skip 'signals within a change' 'no strace here'
	done_testing
fi
for signal in TERM INT HUP; do
	files=$((RANDOM + 10))
	# strace would take the signal if it were sent to its group; the child is asked for by its parent.
	env --default-signal=INT strace -o "$T/trace" -e trace=fsync -e inject=fsync:delay_enter=400000 \
		"${call[@]}" start-download "$files" 2>"$T/err" &
	tracer=$!
	wait_for 10 grep -q fsync "$T/trace"
	kill -"$signal" "$(pgrep -P "$tracer")"
	status=0
	wait "$tracer" || status=$?
	equal "$status" 0 "SIG$signal within a change: it is finished"
	equal "$("${call[@]}" --lock-timeout 0 get download_phase.files_total)" "$files" \
		"SIG$signal within a change: and kept"
	rm "$T/trace"
done
done_testing
