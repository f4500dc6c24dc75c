#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-marker: each allocation fails once. Status 71 and the marker as before, or all is done.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/tools/failalloc.sh
. "$ROOT/tests/tools/failalloc.sh"

month=20260801
artists=discogs_${month}_artists.xml.gz
sum=$(printf '1%.0s' {1..64})
marker=$T/d/.extraction_status_$month.json

m() {
	dx-marker -d "$T/d" -V "$month" "$@"
}

# The marker before the next operation is $T/before, that after it $T/after; times differ.
prepare() {
	rm -rf "$T/d"
	mkdir "$T/d"
	[ ! -e "$T/before" ] || cp "$T/before" "$marker"
}

act() {
	with_failure "$point" dx-marker -d "$T/d" -V "$month" "${operation[@]}" </dev/null
}

# timeless FILE: what a marker holds beside the times.
timeless() {
	sed -E 's/"[0-9]{4}-[0-9]{2}-[0-9]{2}T[^"]*"/"TIME"/g' "$1"
}

left() {
	if [ "$1" -eq 0 ]; then
		cmp -s "$T/out" "$T/right" && timeless "$marker" 2>/dev/null | cmp -s - "$T/after"
	elif [ -e "$marker" ]; then
		# Written is written: a failure behind the rename leaves the marker that was asked for.
		cmp -s "$marker" "$T/before" || timeless "$marker" | cmp -s - "$T/after"
	else
		[ ! -e "$T/before" ]
	fi
}

# each OPERATION...: sweeps it, and then does it.
each() {
	operation=("$@")
	prepare
	m "$@" >"$T/right" </dev/null
	timeless "$marker" >"$T/after" 2>/dev/null
	sweep "${*:1:2}" dx-marker 5 prepare act left
	prepare
	m "$@" >/dev/null </dev/null
	[ ! -e "$marker" ] || cp "$marker" "$T/before"
}

each should-process
each start-download 2
each start-file-download "$artists"
each file-downloaded "$artists" 100 --sha256 "$sum"
each complete-download
each start-processing 1
each start-file-processing "$artists" --sha256 "$sum" --shape discogsography --options file:/out
each update-file-progress "$artists" 10 9 1 --position 10
each resume-point "$artists" --sha256 "$sum" --shape discogsography
each resume-point "$artists" --sha256 "$sum" --shape discogsography --options file:/other
each file-counts "$artists"
each update-publishing 10 1
each complete-file-processing "$artists" 10
each unsent
each completed
each completion-sent "$artists"
each pending-files "$artists"
each should-process
each get summary.overall_status
each show
each complete-processing
each extraction-summary
each fail-publishing 'no route'
each complete-extraction
each start-download 2
each reset

# Many operations of one run: it ends between two of them, and what was said to be done is done.
printf '%s\n' "start-download 2" "file-downloaded $artists 100 --sha256 $sum" complete-download "start-processing 1" \
	"start-file-processing $artists --sha256 $sum --shape discogsography" "get summary.overall_status" >"$T/batch"
act_batch() {
	with_failure "$point" dx-marker -d "$T/d" -V "$month" batch <"$T/batch"
}
batch_left() {
	if [ "$1" -eq 0 ]; then
		cmp -s "$T/out" "$T/right" && timeless "$marker" | cmp -s - "$T/after"
	else
		[ ! -e "$marker" ] || jq -e .summary.overall_status "$marker" >"$T/jq"
	fi
}
rm "$T/before"
prepare
m batch <"$T/batch" >"$T/right"
timeless "$marker" >"$T/after"
sweep batch dx-marker 20 prepare act_batch batch_left

# A marker that cannot be read is a damaged one (65); one that was not read for want of memory is none.
check "no marker was taken for a damaged one" bash -c "! ls '$T/d' | grep -q damaged"
sweep_totals memory-marker
done_testing
