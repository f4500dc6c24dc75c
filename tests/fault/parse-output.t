#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-parse: standard output that is full, closed or slow, and being told to stop wherever it waits.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# Seconds to end in after SIGTERM: some for a sanitizer or valgrind.
limit=2
[ -z "${SANITIZE:-}" ] || limit=10
[ -z "${VALGRIND:-}" ] || limit=60
labels=$DATA/month/discogs_20260801_labels.xml.gz
artists=$DATA/month/discogs_20260801_artists.xml.gz
dump='{"type":"dump","version":"20260801","files_total":4,"decision":"continue","marker":""}'
file=$(printf '{"type":"file","data_type":"artists","file":"discogs_20260801_artists.xml.gz","path":"%s","bytes":%s,"sha256":"%s","version":"20260801"}' \
	"$artists" "$(stat -c %s "$artists")" "$(sha256sum "$artists" | cut -d ' ' -f 1)")

# A disk that is full.
if [ -w /dev/full ]; then
	for jobs in 1 4; do
		status=0
		dx-parse -j $jobs "$labels" >/dev/full 2>"$T/err" || status=$?
		equal $status 74 "-j $jobs: a full disk"
		says '^dx-parse: .*standard output: No space left on device$' "-j $jobs: it says so"
		equal "$(grep -c . "$T/err")" 1 "-j $jobs: once"
	done
	status=0
	printf '%s\n' "$dump" "$file" '{"type":"end","stage":"fetch"}' | dx-parse >/dev/full 2>"$T/err" || status=$?
	equal $status 74 'a full disk between the stages'
	for option in --help --version; do
		status=0
		dx-parse $option >/dev/full 2>"$T/err" || status=$?
		check "$option to a full disk fails" test $status -ne 0
	done
else
	skip 'a full disk' 'no /dev/full'
fi
run 74 sh -c "dx-parse '$labels' >&-"
says 'standard output: Bad file descriptor$' 'standard output is closed'

# A reader that goes away: fatal, as in any filter; or a message where SIGPIPE is ignored.
set +o pipefail
dx-parse "$artists" 2>"$T/err" | head -n 1 >/dev/null
equal "${PIPESTATUS[0]} $(cat "$T/err")" '141 ' 'a reader that goes away'
(
	trap '' PIPE
	dx-parse "$artists" 2>"$T/err" | head -n 1 >/dev/null
	exit "${PIPESTATUS[0]}"
)
equal $? 74 'with SIGPIPE ignored'
says 'standard output: Broken pipe$' 'a message says so'

# stopped NAME SIGNAL: the process $pid, which waits for something, ends with 75 in time.
stopped() {
	local started=$SECONDS
	kill -s "$2" "$pid"
	status=0
	wait "$pid" || status=$?
	equal $status 75 "$1: SIG$2 gives 75"
	check "$1: in time" test $((SECONDS - started)) -le $limit
	equal "$(cat "$T/err")" '' "$1: nothing is said"
}

is_blocked() {
	[ "$(tr -d '\0' <"/proc/$pid/comm")" = dx-parse ] &&
		grep -qE '^State:\s*S' "/proc/$pid/status"
}

# A pipe that nobody reads, full.
mkfifo "$T/out.fifo" "$T/in.fifo"
for signal in TERM INT HUP; do
	for jobs in 1 4; do
		exec 4<>"$T/out.fifo"
		# A background job of a script ignores SIGINT unless it is told otherwise.
		env --default-signal=INT dx-parse -j $jobs "$artists" >"$T/out.fifo" 2>"$T/err" &
		pid=$!
		check "-j $jobs: blocked on a full pipe" wait_for 20 is_blocked
		# Long enough for the pipe to be full and all threads to wait.
		sleep 0.3
		stopped "a pipe that nobody reads, -j $jobs" $signal
		exec 4<&-
	done
done

# Standard input that does not come: nothing yet, half of a file, half of a packed one, control lines.
gzip -dc "$labels" >"$T/labels.xml"
for what in nothing xml gzip stream; do
	dx-parse <"$T/in.fifo" >"$T/out" 2>"$T/err" &
	pid=$!
	exec 5>"$T/in.fifo"
	case $what in
	xml) head -c 600000 "$T/labels.xml" >&5 ;;
	gzip) head -c 250000 "$labels" >&5 ;;
	stream) echo "$dump" >&5 ;;
	esac
	if [ $what = nothing ]; then
		wait_for 10 is_blocked
	else
		# What came is handed on before more is waited for.
		check "$what: what came went out" wait_for 20 test -s "$T/out"
	fi
	sleep 0.3
	stopped "waiting for input after $what" TERM
	exec 5>&-
	check "$what: only whole lines were written" test -z "$(tail -c 1 "$T/out" | tr -d '\n')"
done

# Whether dx-parse has come so far as to take SIGTERM itself, as the shell that becomes it does too, or is done.
takes_signals() {
	! kill -0 "$pid" 2>/dev/null ||
		{ [ "$(cat "/proc/$pid/comm")" = dx-parse ] &&
			[ $((0x$(sed -n 's/^SigCgt:[[:space:]]*//p' "/proc/$pid/status") & 1 << 14)) -ne 0 ]; }
}

# In the middle of work.
python3 "$ROOT/tests/bench/mkdump.py" releases "$T/big.xml" -b 60 2>/dev/null
for options in '-j 1' '-j 4' '--skip 100000000'; do
	# shellcheck disable=SC2086 # options are words
	dx-parse $options "$T/big.xml" >"$T/out" 2>"$T/err" &
	pid=$!
	wait_for 10 takes_signals
	sleep 0.05
	started=$SECONDS
	kill $pid
	status=0
	wait $pid || status=$?
	check "$options: ends with 75, or was done before" test $status -eq 75 -o $status -eq 0
	check "$options: in time" test $((SECONDS - started)) -le $limit
done
# Records that cost much are no reason not to listen.
{ echo '<labels>' && yes '<label><id>2</id><!-- ' | head -n 200000 && echo '</labels>'; } >"$T/in.xml"
dx-parse -q --max-rejects 1000000 "$T/in.xml" >"$T/out" 2>"$T/err" &
pid=$!
sleep 0.5
started=$SECONDS
kill $pid
status=0
wait $pid || status=$?
check 'broken records: ends with 75, or was done before' test $status -eq 75 -o $status -eq 0
check 'broken records: in time' test $((SECONDS - started)) -le $limit

# Between the stages a stop leaves no file_end and no end.
exec 4<>"$T/out.fifo"
printf '%s\n' "$dump" "$file" '{"type":"end","stage":"fetch"}' >"$T/in"
dx-parse <"$T/in" >"$T/out.fifo" 2>"$T/err" &
pid=$!
wait_for 20 is_blocked
sleep 0.3
stopped 'between the stages' TERM
# What is in the pipe, and no more will come.
timeout 1 cat <&4 >"$T/out"
exec 4<&-
check 'no file_end, no end' test -z "$(grep -E '"(file_end|end)"' "$T/out")"
check 'but what was done' grep -q '"file_start"' "$T/out"

# A pipe is made large where the kernel lets: fewer, larger writes. Output is the same either way.
dx-parse "$labels" >"$T/wanted"
dx-parse "$labels" | cat >"$T/out"
same "$T/out" "$T/wanted" 'through a pipe'
dx-parse "$labels" | { sleep 0.5 && dd bs=777 2>/dev/null; } >"$T/out"
same "$T/out" "$T/wanted" 'through a pipe that is read slowly'
done_testing
