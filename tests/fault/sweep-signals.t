#!/bin/bash
# SPDX-License-Identifier: MIT
# SIGTERM and SIGINT at one in ten of the system calls of each program of the pipeline, from where its handlers are:
# it is out in two seconds with status 75, what is settled is recorded, and the next run completes the month.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/fault/sweep.sh
. "$(dirname "$0")/sweep.sh"

# How many points of each program `make check` tries, half of them with each signal.
declare -A share=([fetch]=3 [parse]=3 [publish]=4 [marker]=4)

# Two seconds from the signal to the end, when the machine has time for us.
limit_ms=2000 slowest=0

# elapsed: milliseconds from the signal to the end of the traced program; -1 if none came.
elapsed() {
	[ -e "$W/strace.log" ] || echo -1
	[ ! -e "$W/strace.log" ] || awk '/--- SIG(TERM|INT) / && !from { from = $2 }
		/\+\+\+ (exited|killed)/ { to = $2 }
		END { if (from) printf "%d\n", (to - from) * 1000; else print -1 }' "$W/strace.log"
}

in_time() {
	local ms load
	ms=$(elapsed)
	[ "$ms" -ge 0 ] && arrived=$((arrived + 1))
	[ "$ms" -le "$slowest" ] || slowest=$ms
	[ "$ms" -gt "$limit_ms" ] || return 0
	read -r load _ </proc/loadavg
	if [ "${load%.*}" -ge "$(nproc)" ] && [ "$ms" -le $((limit_ms * 3)) ]; then
		note "slack: $point took $ms ms with a load of $load"
	else
		complain "out only after $ms ms, load $load"
	fi
}

# The statuses: 75 for who was stopped; the others end well or by what follows from it. All 0 if all was done.
stopped_well() {
	local i who=-1 status
	[ "${ends[*]}" != '0 0 0' ] || return 0
	for i in "${!sweep_stages[@]}"; do
		[ "${sweep_stages[i]}" != "$1" ] || who=$i
	done
	[ "$who" -lt 0 ] || [ "${ends[who]}" = 75 ] || complain "$1 ends with ${ends[who]}, not 75"
	[ "$who" -ge 0 ] || [[ ${ends[*]} == *75* ]] || complain 'no stage ends with 75'
	for status in "${ends[@]}"; do
		case $status in 0 | 65 | 74 | 75 | 141) ;; *) complain "a stage ends with $status" ;; esac
	done
}

# Whole marks of 500 records that lie in the file are in the marker; of the last one, the line may not have come.
progress_recorded() {
	local lines position
	[ -e "$marker" ] || return 0
	lines=$(lines_of labels)
	[ "$lines" -gt 500 ] || return 0
	read -r position _ < <(dx-marker -f "$marker" file-counts discogs_${sweep_version}_labels.xml.gz)
	[ "$position" -ge $(((lines - 1) / 500 * 500)) ] ||
		complain "labels: $lines lines, but position $position is recorded"
}

signal_at() {
	hurt "$@"
	in_time
	stopped_well "$1"
	progress_recorded
	holds_now
	goes_on
	[ -z "$wrong" ] && return
	again signal_at "$@" && return
	bad=$((bad + 1))
	by_hand "$@"
}

sweep_begin
for program in "${sweep_programs[@]}"; do
	tried=0 arrived=0 bad=0
	sweep_points "$program" | awk -F '\t' '$7 == "handled"' | awk 'NR % 10 == 5' |
		sample "${share[$program]}" >"$T/points"
	while IFS=$'\t' read -r _ key call n _; do
		signals=(TERM INT)
		[ -n "${FULL:-}" ] || signals=("${signals[tried % 2]}")
		for signal in "${signals[@]}"; do
			tried=$((tried + 1))
			signal_at "$program" "$key" "$call" "$n" "signal=$signal" </dev/null
		done
	done <"$T/points"
	note "$program: $tried points, $arrived signals arrived, $bad wrong"
	check "stopped at a system call of dx-$program: out in time, recorded, goes on" \
		test "$bad" -eq 0 -a "$arrived" -gt $((tried / 2))
done
note "the slowest end: $slowest ms after the signal"
total signals
done_testing
