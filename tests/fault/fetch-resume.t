#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# dx-fetch: what was downloaded before a death or a cut is continued where the server allows it.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/tools/httpd.sh
. "$ROOT/tests/tools/httpd.sh"

month=$DATA/month
file=discogs_20260801_labels.xml.gz
size=$(stat -c %s "$month/$file")
serve "$month"

# fetch STATUS LINE...: labels into $T/d while the server does LINE...
fetch() {
	local expected=$1
	shift
	misbehave "$@"
	note "server: $*"
	run "$expected" dx-fetch -v -b "$BASE" -d "$T/d" -V 20260801 -t labels --retries 3 --retry-delay 5ms --stall-timeout 1s
	[ "$expected" -ne 0 ] || same "$T/d/$file" "$month/$file" "  the file is right"
}

# part BYTES [KEYS]: an empty folder with so much of the file in it, as an earlier run left it.
part() {
	rm -rf "$T/d"
	misbehave "$file range cut=$1 ${2:-}"
	dx-fetch -q -b "$BASE" -d "$T/d" -V 20260801 -t labels --retries 0 2>/dev/null
	equal "$(stat -c %s "$T/d/$file.part")" "$1" "a part of $1 bytes was left"
}

# Within a run.
rm -rf "$T/d"
fetch 0 "$file range times=1 cut=50000" "$file range times=1 cut=60000" "$file range"
equal "$(header "$file" Range | tr '\n' ' ')" " bytes=50000- bytes=110000- " "each try asks for the rest"
equal "$(header "$file" If-Range | tail -n 1)" '"v1"' "if the ETag is the same"
check "nothing is left but the file" bash -c "! ls '$T/d' | grep part"

# Over runs.
part 50000
fetch 0 "$file range"
equal "$(header "$file" Range)" bytes=50000- "the next run asks for the rest"
part 50000
fetch 0 "$file range badrange=total"
equal "$(requests "$file")" 1 "a total that is not known is fine"
part 50000 'etag=none modified=Sun,_02_Aug_2026_10:00:00_GMT'
fetch 0 "$file range etag=none"
equal "$(header "$file" If-Range)" 'Sun, 02 Aug 2026 10:00:00 GMT' "Last-Modified will do"
part 50000 'etag=W/v1'
fetch 0 "$file range etag=W/v1"
equal "$(header "$file" If-Range)" 'Sun, 02 Aug 2026 10:00:00 GMT' "a weak ETag will not"
part 50000 'etag=W/v1 modified=none'
fetch 0 "$file range"
equal "$(header "$file" Range)" "" "with no validator the whole is asked for"

# The server has its own mind.
part 50000
fetch 0 "$file"
equal "$(requests "$file")" 1 "an ignored Range: the whole file, once"
part 50000
fetch 0 "$file range etag=v2"
equal "$(requests "$file")" 1 "a changed ETag: the whole file, once"
part 50000
fetch 0 "$file status=416 times=1" "$file range"
equal "$(header "$file" Range | tr '\n' ' ')" "bytes=50000-  " "a range refused: the whole file"
for lie in start unknown; do
	part 50000
	fetch 0 "$file range badrange=$lie times=1" "$file range"
	equal "$(header "$file" Range | tr '\n' ' ')" "bytes=50000-  " "a 206 with the wrong range ($lie): the whole file"
done
part 50000
misbehave "$file range badrange=start"
run 0 dx-fetch -b "$BASE" -d "$T/d" -V 20260801 -t labels --retries 0
same "$T/d/$file" "$month/$file" "to start over is no failed try"
part 50000
fetch 0 "$file range ignore-if-range etag=v2 times=1" "$file range etag=v2"
equal "$(header "$file" Range | tr '\n' ' ')" "bytes=50000-  " "a part of another ETag: the whole file"
part 50000
misbehave "$file range badrange=half times=1" "$file range"
run 0 dx-fetch -b "$BASE" -d "$T/d" -V 20260801 -t labels --no-verify
same "$T/d/$file" "$month/$file" "a part of unknown total ends no file that nobody compares"
part 50000
fetch 69 "$file body=some_text"
equal "$(stat -c %s "$T/d/$file.part")" 50000 "text instead of the rest does not cost the part"
part 50000
fetch 0 "$file range badrange=short times=1" "$file range"
part 50000
fetch 69 "$file body=html"
equal "$(stat -c %s "$T/d/$file.part")" 50000 "a page instead of the rest does not cost the part"

# A part that is not what the server has.
part 50000
printf x | dd of="$T/d/$file.part" bs=1 seek=100 conv=notrunc 2>/dev/null
fetch 0 "$file range"
says 'mismatch after a resumption' "a wrong part is found out"
equal "$(header "$file" Range | tr '\n' ' ')" "bytes=50000-  " "and downloaded whole"
part 50000
head -c 10 /dev/zero >>"$T/d/$file.part"
fetch 0 "$file range"
part 50000
rm "$T/d/$file.part.validator"
fetch 0 "$file range"
equal "$(header "$file" Range)" "" "a part without its validator is not resumed"
part 50000
head -c 3000 /dev/zero >"$T/d/$file.part.validator"
fetch 0 "$file range"
part 50000
cp "$month/$file" "$T/d/$file.part"
printf more >>"$T/d/$file.part"
fetch 0 "$file range"

# Died between the last byte and the rename.
part 50000
cp "$month/$file" "$T/d/$file.part"
fetch 0
equal "$(requests "$file")" 0 "a part that is whole is not asked for"

# kill -9 in mid-file, at several places; then SIGTERM and SIGINT.
grown() {
	[ "$(stat -c %s "$T/d/$file.part" 2>/dev/null || echo 0)" -ge "$1" ]
}
for bytes in 2 40000 150000; do
	rm -rf "$T/d"
	misbehave "$file range stall=$bytes"
	dx-fetch -q -b "$BASE" -d "$T/d" -V 20260801 -t labels >"$T/out" 2>"$T/err" &
	pid=$!
	wait_for 10 grown "$bytes"
	kill -9 $pid
	wait $pid 2>/dev/null
	check "killed at $bytes: no final name" test ! -e "$T/d/$file"
	fetch 0 "$file range"
	equal "$(header "$file" Range)" "bytes=$bytes-" "the rest was asked for"
done
for signal in TERM HUP; do
	rm -rf "$T/d"
	misbehave "$file range stall=50000"
	dx-fetch -b "$BASE" -d "$T/d" -V 20260801 -t labels >"$T/out" 2>"$T/err" &
	pid=$!
	wait_for 10 grown 50000
	kill -$signal $pid
	started=$SECONDS
	status=0
	wait $pid || status=$?
	equal "$status" 75 "SIG$signal in mid-file exits 75"
	check "within two seconds, and two for a busy machine" test $((SECONDS - started)) -le 4
	check "without an end line" bash -c "! grep -q end '$T/out'"
	equal "$(jq -r .download_phase.status "$T/d/.extraction_status_20260801.json")" in_progress "the marker says in progress"
	equal "$(stat -c %s "$T/d/$file.part")" 50000 "the part is kept"
	fetch 0 "$file range"
done
# In a pause between tries too.
rm -rf "$T/d"
misbehave "$file status=500"
dx-fetch -b "$BASE" -d "$T/d" -V 20260801 -t labels --retry-delay 1h >"$T/out" 2>"$T/err" &
pid=$!
asked() {
	[ "$(requests "$file")" -ge 1 ]
}
wait_for 10 asked
kill -TERM $pid
status=0
wait $pid || status=$?
equal "$status" 75 "SIGTERM in a pause exits 75"

# Tries that brought a good piece are not counted: of 50 MB, 17 come before each cut, and one retry is enough.
mkdir "$T/large"
{ printf '\037\213' && head -c 50000000 /dev/urandom; } >"$T/large/$file"
for type in artists releases; do
	cp "$month/discogs_20260801_$type.xml.gz" "$T/large/"
done
(cd "$T/large" && sha256sum ./*.gz | sed 's|\./||' | sed 's/  / /') >"$T/large/discogs_20260801_CHECKSUM.txt"
serve "$T/large"
rm -rf "$T/d"
misbehave "$file range cut=17000000"
run 0 dx-fetch -q -b "$BASE" -d "$T/d" -V 20260801 -t labels --retries 1 --retry-delay 5ms
same "$T/d/$file" "$T/large/$file" "a large file comes in pieces"
equal "$(header "$file" Range | tr '\n' ' ')" " bytes=17000000- bytes=34000000- " "each asked for once"
serve "$month"

# Cuts at many places, with and without Range.
cuts="1 2 3 17 1000 16383 16384 16385 65535 65536 65537 100000 $((size - 2)) $((size - 1))"
[ -z "${FULL:-}" ] || cuts="$cuts $(shuf -i 4-$((size - 3)) -n 200 | tr '\n' ' ')"
for cut in $cuts; do
	for keys in "range" "" "chunked" "bare"; do
		rm -rf "$T/d"
		misbehave "$file times=1 cut=$cut $keys" "$file $keys"
		dx-fetch -q -b "$BASE" -d "$T/d" -V 20260801 -t labels --retry-delay 1ms >"$T/out" 2>"$T/err"
		equal "$? $(cmp "$T/d/$file" "$month/$file" 2>&1)" "0 " "cut at $cut ($keys)"
	done
done

done_testing
