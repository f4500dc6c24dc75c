#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-marker: killed at each system call of a change, it leaves the marker before or the marker after.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

if ! strace -o /dev/null true 2>/dev/null; then
	skip 'kill -9 at each system call' 'no strace here'
	done_testing
fi
month=20260801
base=.extraction_status_$month.json
# A traced process cannot look for leaks.
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0"

mkdir "$T/start" "$T/work"
call=(dx-marker -d "$T/work" -V "$month")
dx-marker -d "$T/start" -V $month batch <<<'start-download 1'
dx-marker -d "$T/start" -V $month start-download 2

restore() {
	rm -rf "$T/work"
	cp -a "$T/start" "$T/work"
}

# points: prints CALL WHEN for each system call from the opening of the lock to the end.
points() {
	restore
	strace -o "$T/log" "${call[@]}" start-download 3 2>/dev/null
	awk '/^[a-z_0-9]+\(/ { call = $0; sub(/\(.*/, "", call); n[call]++
			if (/\.lock"/) found = 1
			if (found) print call, n[call] }' "$T/log"
}

# interrupted CALL WHEN: a change that is killed there; in a shell of its own, which says so and is not heard.
interrupted() {
	(
		strace -o /dev/null -e trace="$1" -e inject="$1:signal=KILL:when=$2" "${call[@]}" start-download 3
		exit $?
	) >/dev/null 2>&1
}

# An interruption at each point. What must hold then is told by the function in $1.
sweep() {
	local holds=$1 call_name when tried=0 killed=0 bad=0
	while read -r call_name when; do
		restore
		tried=$((tried + 1))
		interrupted "$call_name" "$when" && continue
		killed=$((killed + 1))
		"$holds" || { bad=$((bad + 1)); note "killed at $call_name number $when"; }
		# The next run does its work as if nothing had been.
		if ! "${call[@]}" -q --lock-timeout 0 start-download 4 ||
			[ "$("${call[@]}" --strict get download_phase.files_total)" != 4 ]; then
			bad=$((bad + 1))
			note "after $call_name number $when nothing goes on"
		fi
		if [ -n "$(find "$T/work" -name '*.tmp' -o -name '*.json.??????')" ]; then
			bad=$((bad + 1))
			note "after $call_name number $when a temporary file stays for ever"
		fi
	done <"$T/points"
	note "$tried points, $killed times killed, $bad times wrong"
	[ "$killed" -gt 15 ] && [ "$bad" -eq 0 ]
}

# The marker before or after, and in the .bak the one before, or before that.
before_or_after() {
	local total backup
	total=$(dx-marker --strict -f "$T/work/$base" get download_phase.files_total ) || return
	backup=$(dx-marker --strict -f "$T/work/$base.bak" get download_phase.files_total ) || return
	case $total-$backup in 2-1 | 2-2 | 3-2) ;; *) return 1 ;; esac
}
points >"$T/points"
check 'killed within a change: the marker before or after' sweep before_or_after

# A damaged marker with a good one before it: the damaged bytes are somewhere, at every moment.
echo 'not a marker' >"$T/start/$base"
damaged_is_kept() {
	local file
	cmp -s "$T/start/$base.bak" "$T/work/$base.bak" && [ -e "$T/work/$base" ] || return
	for file in "$T/work/$base" "$T/work/$base".corrupt-*; do
		cmp -s "$T/start/$base" "$file" && return
	done
	return 1
}
points >"$T/points"
check 'killed while replacing a damaged marker: nothing is lost' sweep damaged_is_kept

# No marker yet.
rm "$T/start/$base" "$T/start/$base.bak"
none_or_after() {
	[ ! -e "$T/work/$base" ] ||
		[ "$(dx-marker --strict -f "$T/work/$base" get download_phase.files_total)" = 3 ]
}
points >"$T/points"
check 'killed within the first change: no marker, or the marker' sweep none_or_after
done_testing
