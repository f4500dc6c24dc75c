#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-parse: damaged gzip. What stands before the damage goes out, status 65, no file_end; several members
# are one stream. Every place is tried with FULL=1 (make check-full), a sample without.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

FULL=${FULL:-}
gz=$T/labels.gz
gzip -dc "$DATA/dumps/2026-03/labels.xml.gz" >"$T/xml"
# Without a name in the header, which nothing checks.
gzip -nc "$T/xml" >"$gz"
dx-parse "$T/xml" >"$T/wanted"
records=$(wc -l <"$T/wanted")
"${CC:-cc}" -D_DEFAULT_SOURCE -shared -fPIC -o "$T/shortread.so" "$ROOT/tests/tools/shortread.c"

# begins_right FILE: FILE is the beginning of what is wanted, in whole lines.
begins_right() {
	cmp -s -n "$(wc -c <"$1")" "$1" "$T/wanted" && [ -z "$(tail -c 1 "$1" | tr -d '\n')" ]
}

# damaged NAME REASON [LEAST]: $T/in.gz fails with 65, one line says REASON, and at least LEAST records
# come out.
damaged() {
	run 65 dx-parse -j 2 "$T/in.gz"
	says "^dx-parse: $T/in.gz: $2\$" "$1: $2"
	equal "$(grep -c . "$T/err")" 1 "$1: in one line"
	check "$1: what comes out is right" begins_right "$T/out"
	check "$1: at least ${3:-0} records" test "$(wc -l <"$T/out")" -ge "${3:-0}"
	run 65 dx-parse -t labels --control "$T/in.gz"
	check "$1: no file_end, no end" test -z "$(grep -E '"(file_end|end)"' "$T/out")"
}

# Cut at many offsets: the more there is, the more comes out.
size=$(stat -c %s "$gz")
wrong=()
last=0
step=$((FULL ? 1 : 97))
for ((at = 1; at < size; at += step)); do
	head -c "$at" "$gz" >"$T/in.gz"
	status=0
	dx-parse "$T/in.gz" >"$T/out" 2>"$T/err" || status=$?
	lines=$(wc -l <"$T/out")
	if [ "$status" -ne 65 ] || ! begins_right "$T/out" || [ "$lines" -lt "$last" ] ||
		[ "$(grep -c . "$T/err")" -ne 1 ]; then
		wrong+=("$at")
	fi
	last=$lines
done
equal "${wrong[*]}" '' "cut at every ${step}th of $size bytes"
for back in 1 2 3 4 5 6 7 8; do
	head -c -"$back" "$gz" >"$T/in.gz"
	damaged "cut $back before the end" 'gzip data is cut' "$records"
done
head -c 1 "$gz" >"$T/in.gz"
run 65 dx-parse "$T/in.gz"
head -c 5 "$gz" >"$T/in.gz"
damaged 'cut in the header' 'gzip data is cut'

# change OFFSET: $T/in.gz is the file with the byte at OFFSET changed.
change() {
	python3 -c '
import sys
data = bytearray(open(sys.argv[1], "rb").read())
data[int(sys.argv[2])] ^= 0x5a
open(sys.argv[3], "wb").write(data)' "$gz" "$1" "$T/in.gz"
}
for at in -8 -5; do
	change $at
	damaged "wrong CRC at $at" '(incorrect data check|incorrect data or length check)' "$records"
done
for at in -4 -1; do
	change $at
	damaged "wrong length at $at" '(incorrect length check|incorrect data or length check)' "$records"
done
change 2
damaged 'unknown method' 'unknown compression method'
change 0
mv "$T/in.gz" "$T/x.gz"
run 65 dx-parse "$T/x.gz"
says ': is not gzip, whatever its name says$' 'a wrong first byte'
wrong=()
for ((at = 10; at < size - 8; at += FULL ? 7 : 331)); do
	change $at
	status=0
	dx-parse -q --max-rejects 100000 "$T/in.gz" >"$T/out" 2>"$T/err" || status=$?
	[ "$status" -eq 65 ] || wrong+=("$at")
done
equal "${wrong[*]}" '' 'a byte changed anywhere in the data is seen'

# What stands behind the last member.
for tail in '\0' '\0\0\0\0\0\0\0\0\0\0\0\0' 'x' '\n' '<labels>....' '\x1f' '\x1f\x8b' '\x1f\x8b\x08\0'; do
	{ cat "$gz" && printf '%b' "$tail"; } >"$T/in.gz"
	damaged "$tail behind" '(bytes after the last gzip member|gzip data is cut)' "$records"
done
{ cat "$gz" && head -c 100000 /dev/zero; } >"$T/in.gz"
damaged 'many zeros behind' 'bytes after the last gzip member' "$records"

# Several members, with borders at odd places, empty ones, ones with other headers.
members() {
	local from=1 size
	for size; do
		tail -c +"$from" "$T/xml" | head -c "$size" | gzip -c
		from=$((from + size))
	done
	tail -c +"$from" "$T/xml" >"$T/rest"
	gzip -c "$T/rest"
}
one_stream() {
	run 0 dx-parse -j 2 "$T/in.gz"
	same "$T/out" "$T/wanted" "$1"
	run 0 env SHORTREAD=1 LD_PRELOAD="$T/shortread.so" \
		ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" dx-parse -j 2 "$T/in.gz"
	same "$T/out" "$T/wanted" "$1, read byte by byte"
}
members >"$T/in.gz"
one_stream 'one member with a file name'
members 1 2 3 5 7 100 1000 1 1 >"$T/in.gz"
one_stream 'members of odd sizes'
{ gzip -c </dev/null && members 0 10 0 0 500 && gzip -c </dev/null; } >"$T/in.gz"
one_stream 'empty members'
python3 - "$T/xml" "$T/in.gz" <<'PYTHON'
import sys, zlib
data = open(sys.argv[1], "rb").read()
with open(sys.argv[2], "wb") as out:
    for i, at in enumerate(range(0, len(data), 1000)):
        part = data[at:at + 1000]
        header = b"\x1f\x8b\x08" + bytes([i % 32]) + b"\1\2\3\4\0\3"
        header += b"\5\0extra" if i & 4 else b""
        header += b"name\0" if i & 8 else b""
        header += b"comment\0" if i & 16 else b""
        header += (zlib.crc32(header) & 0xffff).to_bytes(2, "little") if i & 2 else b""
        z = zlib.compressobj(i % 10, zlib.DEFLATED, -15)
        out.write(header + z.compress(part) + z.flush())
        out.write(zlib.crc32(part).to_bytes(4, "little") + len(part).to_bytes(4, "little"))
PYTHON
one_stream 'headers of every kind, every level of packing'
{ members 1000 && gzip -c </dev/null && printf 'x..........'; } >"$T/in.gz"
damaged 'bytes behind several members' 'bytes after the last gzip member' "$records"
members 1000 | head -c -4 >"$T/in.gz"
damaged 'the last of several members is cut' 'gzip data is cut' "$records"
# Nothing in it at all.
gzip -c </dev/null >"$T/in.gz"
run 65 dx-parse "$T/in.gz"
says ': ends before any record$' 'an empty file that was packed'
# The same from a pipe, which has no name to tell.
run 65 dx-parse < <(head -c 5000 "$gz")
says '^dx-parse: standard input: gzip data is cut$' 'a cut pipe'
run 0 dx-parse < <(cat "$gz")
same "$T/out" "$T/wanted" 'a whole pipe'
done_testing
