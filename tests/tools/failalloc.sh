# SPDX-License-Identifier: MIT
# What tests source after lib.sh to let each allocation of a program fail once (failalloc.c).
#
#   sweep NAME PROGRAM SAMPLE PREPARE ACT VERIFY
#
# One test. PREPARE makes all as it was before, ACT runs the program, VERIFY STATUS says whether what it
# left is right after that status: 0 or 71. Functions, all three, that say nothing; ACT's output goes to
# $T/out and $T/err. It runs once without a failure, to count, and must exit 0; then with SAMPLE points
# spread over all, or with every one if FULL is set. A point is lost if the status is another one, or 71
# without a message, or VERIFY is not content. sweep_totals prints the sums.
# shellcheck shell=bash

shim=$T/failalloc.so
"${CC:-cc}" -D_GNU_SOURCE -O1 -shared -fPIC -o "$shim" "$ROOT/tests/tools/failalloc.c"
sweep_program=none
# What comes before is how libraries start, the same in each run: a test sweeps it once, and then sets this.
sweep_from=1
sweep_points=0
sweep_survived=0
sweep_losses=0

# with_failure N COMMAND...: COMMAND, in which the Nth allocation of $sweep_program fails; 0 fails none.
# For ACT, as: with_failure "$point" dx-...
# shellcheck disable=SC2317 # called by the tests that source this
with_failure() {
	local n=$1
	shift
	ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0:detect_leaks=0:exitcode=99:allocator_may_return_null=1" \
		FAILALLOC=$n FAILALLOC_PROGRAM=$sweep_program FAILALLOC_COUNT=$T/count LD_PRELOAD=$shim "$@"
}

# One point; sets $status. Says what was wrong.
sweep_one() {
	local prepare=$1 act=$2 verify=$3
	$prepare
	status=0
	point=$point $act >"$T/out" 2>"$T/err" || status=$?
	if [ "$status" -ne 0 ] && [ "$status" -ne 71 ]; then
		echo "status $status"
	elif [ "$status" -eq 71 ] && ! grep -Eq '^dx(-[a-z]*)?: ' "$T/err"; then
		echo 'no message'
	elif grep -qE 'Sanitizer|runtime error' "$T/err"; then
		echo 'a sanitizer complains'
	elif ! $verify "$status"; then
		echo "what is left after status $status is wrong"
	fi
}

sweep() {
	local name=$1 samples=$3 total stride wrong bad=0 survived=0 points=0 point=0
	sweep_program=$2
	rm -f "$T/count"
	[ "$sweep_from" -ge 5 ] || sweep_from=1
	wrong=$(sweep_one "$4" "$5" "$6")
	total=$(sort -n "$T/count" | tail -n 1)
	if [ -n "$wrong" ]; then
		ok 1 "$name without a failure: $wrong"
		note "$(head -c 1000 "$T/err")"
		return
	fi
	[ "$sweep_from" -le "$total" ] || sweep_from=1
	# Sanitizers take their time, and see more at each point.
	[ -z "${SANITIZE:-}" ] || samples=$(((samples + 1) / 2))
	stride=$(((total - sweep_from) / samples > 1 ? (total - sweep_from) / samples : 1))
	[ -z "${FULL:-}" ] || stride=1
	for ((point = 1; point <= total; point += point + sweep_from / 5 < sweep_from ? sweep_from / 5 : stride)); do
		status=
		sweep_one "$4" "$5" "$6" >"$T/wrong"
		points=$((points + 1))
		[ "$status" -ne 0 ] || survived=$((survived + 1))
		[ -s "$T/wrong" ] || continue
		bad=$((bad + 1))
		[ $bad -gt 20 ] || note "allocation $point: $(cat "$T/wrong"): $(head -c 300 "$T/err" | tr '\n' '|')"
	done
	equal "$bad" 0 "$name: $points of $total allocations fail, $survived survived"
	sweep_points=$((sweep_points + points))
	sweep_survived=$((sweep_survived + survived))
	sweep_losses=$((sweep_losses + bad))
}

# sweep_totals NAME
sweep_totals() {
	echo "# total: $1 points=$sweep_points survived=$sweep_survived losses=$sweep_losses"
}
