#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-parse: each allocation fails once. Status 71 and the beginning of the right output: a record
# that there was no memory for is never one that is not well-formed.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/tools/failalloc.sh
. "$ROOT/tests/tools/failalloc.sh"

# small TYPE: the shortest records of a real dump, one that is repaired, and one that is rejected.
small() {
	zcat "$DATA/dumps/2026-03/$1.xml.gz" | python3 -c '
import sys
import xml.etree.ElementTree as tree
kind = sys.argv[1]
records = sorted((tree.tostring(e, "unicode").strip() for e in tree.parse(sys.stdin).getroot()), key=len)[:4]
odd = records[-1].replace("</", "\x01</", 1)
print("<%s>\n%s%s<%s><id>5</x></%s></%s>" % (kind, "".join(records), odd, kind[:-1], kind[:-1], kind))' "$1"
}

prepare() {
	rm -f "$T/rejects"
}

# shellcheck disable=SC2154 # sweep sets $point
act() {
	with_failure "$point" dx-parse -q -j 2 "${options[@]}" --rejects "$T/rejects" "$T/in" </dev/null
}

# begins FILE RIGHT: FILE, if it is there, is how RIGHT begins.
begins() {
	[ ! -e "$1" ] || cmp -s -n "$(stat -c %s "$1")" "$1" "$2"
}

left() {
	if [ "$1" -eq 0 ]; then
		cmp -s "$T/out" "$T/right" && cmp -s "$T/rejects" "$T/right-rejects"
	else
		begins "$T/out" "$T/right" && begins "$T/rejects" "$T/right-rejects"
	fi
}

# each FILE OPTION...: sweeps it.
each() {
	cp "$1" "$T/in"
	options=("${@:2}")
	prepare
	point=0 act >"$T/right" 2>"$T/err"
	cp "$T/rejects" "$T/right-rejects"
	sweep "$(basename "$1") ${*:2}" dx-parse 6 prepare act left
}

for type in artists labels masters releases; do
	small $type >"$T/$type.xml"
	gzip -k "$T/$type.xml"
done
echo '<labels><label><id>1</id></label></labels>' >"$T/one.xml"
each "$T/one.xml"
sweep_from=$(sort -n "$T/count" | tail -n 1)
for type in artists labels masters releases; do
	each "$T/$type.xml" --shape discogsography --xml fast
	each "$T/$type.xml" --shape xmltodict --xml fast
	each "$T/$type.xml.gz" --shape discogsography --xml libxml2
	each "$T/$type.xml.gz" --shape xmltodict --xml libxml2
done
check 'one was repaired and one rejected' test "$(wc -l <"$T/right-rejects")" -eq 2
each "$T/releases.xml" --type releases --control --xml both
each "$T/releases.xml" --type releases --control --block 4096
each "$T/labels.xml" --skip 2 --limit 2

# A month: the stream of dx-fetch, and the marker, asked as dx-run does.
mkdir "$T/mirror" "$T/d"
for type in artists labels; do
	cp "$T/$type.xml.gz" "$T/mirror/discogs_20260801_$type.xml.gz"
done
dx-fetch -q -m "$T/mirror" -d "$T/d" -V 20260801 --no-verify >"$T/stream"
act_stream() {
	with_failure "$point" dx-parse -q -j 2 --rejects "$T/rejects" <"$T/stream"
}
prepare
point=0 act_stream >"$T/right" 2>"$T/err"
cp "$T/rejects" "$T/right-rejects"
check 'the stream has an end' grep -q '"type":"end"' "$T/right"
sweep 'a stream with a marker' dx-parse 12 prepare act_stream left
sweep_from=1
sweep 'a stream, memory short in dx-marker' dx-marker 12 prepare act_stream left
sweep_totals memory-parse
done_testing
