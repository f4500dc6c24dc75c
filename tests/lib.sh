# SPDX-License-Identifier: MIT
# What every shell test sources first: TAP output, a temporary folder, the programs.
#
#   . "$(dirname "$0")/../lib.sh"
#   run 0 dx-parse -t labels "$DATA/labels.xml"     # status 0 expected; out, err, status in $T
#   same "$T/out" expected.ndjson "labels come out"
#   done_testing
#
# $T      a fresh folder, removed at the end        $ROOT   the checkout
# $DATA   tests/data                                PATH    starts with the built programs
# No test reads the user's settings: every DX_ variable is unset, and there is no dx.conf.
# shellcheck shell=bash

set -u
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BUILD=${BUILD:-$ROOT/build}
case $BUILD in /*) ;; *) BUILD=$ROOT/$BUILD ;; esac
# shellcheck disable=SC2034 # for the tests that source this
DATA=$ROOT/tests/data
PATH=$BUILD/bin:$PATH
for variable in $(compgen -e DX_); do unset "$variable"; done
export PATH LC_ALL=C.UTF-8 DX_CONFIG=/dev/null
T=$(mktemp -d "${TMPDIR:-/tmp}/dx-test.XXXXXX")
tests=0
failures=0
at_end_commands=()

# at_end COMMAND...: run it when the test ends, last added first, whatever ended the test.
at_end() {
	at_end_commands+=("$(printf '%q ' "$@")")
}

finish() {
	local i
	for ((i = ${#at_end_commands[@]} - 1; i >= 0; i--)); do
		eval "${at_end_commands[i]}" || :
	done
	rm -rf "$T"
}
trap finish EXIT
trap 'exit 1' INT TERM

# ok STATUS NAME: a TAP line; STATUS 0 passes.
ok() {
	tests=$((tests + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tests - $2"
	else
		failures=$((failures + 1))
		echo "not ok $tests - $2"
	fi
}

# note TEXT: a comment in the TAP output.
note() {
	printf '%s\n' "$*" | sed 's/^/# /'
}

# check NAME COMMAND...: passes if COMMAND exits 0.
check() {
	local name=$1 status=0
	shift
	"$@" || status=$?
	ok "$status" "$name"
}

# skip NAME REASON: a test that cannot be had here, with the reason.
skip() {
	tests=$((tests + 1))
	echo "ok $tests - $1 # SKIP $2"
}

# run STATUS COMMAND...: one test: COMMAND exits with STATUS. Leaves $T/out, $T/err, $status.
# Standard input is empty unless the caller redirects it: run 0 cmd <file.
run() {
	local expected=$1
	shift
	status=0
	"$@" >"$T/out" 2>"$T/err" || status=$?
	if [ "$status" -eq "$expected" ]; then
		ok 0 "$(basename "$1") ${*:2} exits $expected"
	else
		ok 1 "$(basename "$1") ${*:2} exits $expected, not $status"
		note "$(head -c 2000 "$T/err")"
	fi
}

# same A B NAME: two files hold the same bytes.
same() {
	if cmp "$1" "$2" >"$T/cmp" 2>&1; then
		ok 0 "$3"
	else
		ok 1 "$3"
		note "$(cat "$T/cmp")"
		note "$(diff "$1" "$2" 2>/dev/null | head -n 10 | cut -c 1-300)"
	fi
}

# equal GOT WANTED NAME: two strings.
equal() {
	if [ "$1" = "$2" ]; then
		ok 0 "$3"
	else
		ok 1 "$3"
		note "got:    $1" && note "wanted: $2"
	fi
}

# says PATTERN NAME: standard error of the last run matches the extended regular expression.
says() {
	if grep -Eq -- "$1" "$T/err"; then
		ok 0 "$2"
	else
		ok 1 "$2"
		note "no match for: $1" && note "$(head -c 2000 "$T/err")"
	fi
}

# wait_for SECONDS COMMAND...: repeats COMMAND until it succeeds; 1 when the time is over.
wait_for() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.05
	done
}

# stage_of PID STAGE: prints the process of a stage of the dx-run with that process: a child of one of its children.
stage_of() {
	local children
	children=$(pgrep -P "$1" | paste -sd ,) && [ -n "$children" ] && pgrep -P "$children" -x "$2"
}

done_testing() {
	echo "1..$tests"
	[ "$failures" -eq 0 ]
	exit
}
