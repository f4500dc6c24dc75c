#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-fetch: each allocation fails once. Status 71, nothing wrong under a final name, and the next run completes.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/tools/httpd.sh
. "$ROOT/tests/tools/httpd.sh"
# shellcheck source=tests/tools/failalloc.sh
. "$ROOT/tests/tools/failalloc.sh"

# A month of small files.
file=discogs_20260801_labels.xml.gz
mkdir "$T/month"
for type in artists labels masters releases; do
	echo "<$type></$type>" | gzip -n >"$T/month/discogs_20260801_$type.xml.gz"
done
(cd "$T/month" && sha256sum ./*.gz | sed 's|\./||; s/  / /') >"$T/month/discogs_20260801_CHECKSUM.txt"
serve "$T/month"

prepare() {
	rm -rf "$T/d"
}

# shellcheck disable=SC2154 # sweep sets $point
act() {
	with_failure "$point" dx-fetch -q -d "$T/d" -t labels --retry-delay 1ms "${options[@]}"
}

# What is there is right; what is not there the next run brings: of all points, one in eight is followed so far.
every=${FULL:+8}
left() {
	[ ! -e "$T/d/$file" ] || cmp -s "$T/d/$file" "$T/month/$file" || return
	if [ "$1" -eq 0 ]; then
		cmp -s "$T/out" "$T/right"
		return
	fi
	! grep -q '"end"' "$T/out" && cmp -s -n "$(stat -c %s "$T/out")" "$T/out" "$T/right" || return
	[ $((point % ${every:-1})) -eq 0 ] || return 0
	dx-fetch -q -d "$T/d" -t labels "${options[@]}" >"$T/out2" 2>>"$T/err" &&
		tail -n 1 "$T/out2" | grep -q '"end"' &&
		{ [ "${options[0]}" = -m ] || cmp -s "$T/d/$file" "$T/month/$file"; }
}

# each PROGRAM SAMPLE OPTION...
each() {
	options=("${@:3}")
	prepare
	point=0 act >"$T/right" 2>"$T/err"
	sweep "$1 ${*:3}" "$1" "$2" prepare act left
}

each dx-fetch 24 -b "$BASE"
# Three quarters of them are the start of OpenSSL.
sweep_from=$(($(sort -n "$T/count" | tail -n 1) * 3 / 4))
each dx-fetch 8 -m "$T/month"
# The same paths with less to do.
samples=${FULL:+200}
FULL='' each dx-fetch "${samples:-6}" -b "$BASE" -V 20260801
FULL='' each dx-fetch "${samples:-6}" -m "$T/month" --no-verify
sweep_from=1
each dx-marker 10 -b "$BASE"
each dx-marker 10 -m "$T/month"
options=(-m "$T/month")
act_list() {
	with_failure "$point" dx-fetch --list "${options[@]}"
}
left_list() {
	[ "$1" -ne 0 ] || cmp -s "$T/out" "$T/right"
}
dx-fetch --list "${options[@]}" >"$T/right"
sweep "--list ${options[*]}" dx-fetch 8 prepare act_list left_list
options=(-b "$BASE")
FULL='' sweep "--list ${options[*]}" dx-fetch "${samples:-10}" prepare act_list left_list
sweep_totals memory-fetch
done_testing
