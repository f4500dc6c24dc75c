#!/bin/bash
# SPDX-License-Identifier: MIT
# kill -9 at each system call of each program of the pipeline: the marker is whole and counts nothing that is not
# there, and the next run completes the month with every record once.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/fault/sweep.sh
. "$(dirname "$0")/sweep.sh"

# How many points of each program `make check` tries.
declare -A share=([fetch]=5 [parse]=5 [publish]=8 [marker]=10)

# What kills at a point that is not the same in every run (threads) may come too late: counted, not wrong.
kill_at() {
	hurt "$1" "$2" "$3" "$4" signal=KILL
	[ "${ends[*]}" = '0 0 0' ] || killed=$((killed + 1))
	holds_now
	goes_on
	[ -z "$wrong" ] && return
	again kill_at "$@" && return
	bad=$((bad + 1))
	by_hand "$1" "$2" "$3" "$4" signal=KILL
}

sweep_begin
for program in "${sweep_programs[@]}"; do
	tried=0 killed=0 bad=0
	sweep_points "$program" | sample "${share[$program]}" >"$T/points"
	while IFS=$'\t' read -r _ key call n _; do
		tried=$((tried + 1))
		kill_at "$program" "$key" "$call" "$n" </dev/null
	done <"$T/points"
	note "$program: $tried points, $killed runs cut short, $bad wrong"
	check "killed at a system call of dx-$program: nothing lost, nothing twice" \
		test "$bad" -eq 0 -a "$killed" -gt $((tried / 2))
done
total kill
done_testing
