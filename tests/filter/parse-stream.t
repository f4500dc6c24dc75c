#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-parse between dx-fetch and dx-publish: control lines, marks, going on where the marker says, what
# the marker is told of a bad file, and streams that are not what they should be (dx-stream(5)).
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

version=20260801
marker=$T/data/.extraction_status_$version.json
mkdir "$T/data"
for type in artists labels masters releases; do
	cp "$DATA/month/discogs_${version}_$type.xml.gz" "$T/data"
	dx-parse "$DATA/month/discogs_${version}_$type.xml.gz" >"$T/$type.records"
done

mark() {
	dx-marker -f "$marker" "$@"
}

path_of() {
	echo "$T/data/discogs_${version}_$1.xml.gz"
}

hash_of() {
	sha256sum "$(path_of "$1")" | cut -d ' ' -f 1
}

# dump [MARKER]: a dump line.
dump() {
	printf '{"type":"dump","version":"%s","files_total":4,"decision":"continue","marker":"%s"}\n' \
		$version "${1-$marker}"
}

# file TYPE [PATH [BYTES]]: a file line.
file() {
	local path=${2:-$(path_of "$1")}
	printf '{"type":"file","data_type":"%s","file":"discogs_%s_%s.xml.gz","path":"%s","bytes":%s,' \
		"$1" $version "$1" "$path" "${3:-$(stat -c %s "$path" 2>/dev/null || echo 5)}"
	printf '"sha256":"%s","version":"%s"}\n' "$(hash_of "$1")" $version
}

end='{"type":"end","stage":"fetch"}'
parse_end='{"type":"end","stage":"parse"}'

# file_start TYPE SKIPPED [SHAPE [OPTIONS]], file_end TYPE RECORDS [REJECTED [REPAIRED]]: lines as they must be.
file_start() {
	printf '{"type":"file_start","data_type":"%s","file":"discogs_%s_%s.xml.gz","version":"%s",' \
		"$1" $version "$1" $version
	printf '"sha256":"%s","shape":"%s","options":"%s","skipped":%s}\n' "$(hash_of "$1")" \
		"${3:-discogsography}" "${4:-}" "$2"
}
file_end() {
	printf '{"type":"file_end","data_type":"%s","file":"discogs_%s_%s.xml.gz","records":%s,' \
		"$1" $version "$1" "$2"
	printf '"rejected":%s,"repaired":%s}\n' "${3:-0}" "${4:-0}"
}

control_lines() {
	grep -v '^{"type":"data"' "$T/out" | grep -v '^{"type":"mark"'
}

# marks_right [SKIPPED [GAP]]: each mark tells the records above it, and none is more than 500 away.
marks_right() {
	awk -v n="${1:-0}" -v last="${1:-0}" '
		/^{"type":"data"/ { n++ }
		/^{"type":"mark"/ { sub(/.*:/, ""); sub(/}.*/, ""); if ($0 != n) exit bad = 1; last = n; marks++ }
		n - last > 500 { exit bad = 1 }
		END { exit bad }' "$T/out"
}

# A month, without a marker.
{ dump '' && for type in labels masters artists releases; do file $type; done && echo "$end"; } >"$T/in"
run 0 dx-parse -v <"$T/in"
{
	dump ''
	for type in labels masters artists releases; do
		file_start $type 0 && file_end $type "$(wc -l <"$T/$type.records")"
	done
	echo "$parse_end"
} >"$T/wanted"
control_lines >"$T/got"
same "$T/got" "$T/wanted" 'the control lines of a month'
cat "$T/"{labels,masters,artists,releases}.records >"$T/wanted"
grep '^{"type":"data"' "$T/out" >"$T/got"
same "$T/got" "$T/wanted" 'the records of a month'
says "^dx-parse: discogs_${version}_labels.xml.gz: $(wc -l <"$T/labels.records") records, 0 skipped, 0 repaired, 0 rejected\$" \
	'-v counts each file'
cp "$T/out" "$T/month"
cut_at=0
while read -r type; do
	sed -n "/\"file_start\",\"data_type\":\"$type\"/,/\"file_end\"/p" "$T/month" >"$T/out"
	check "$type: marks tell the truth, at least every 500 records" marks_right
	cut_at=$((cut_at + $(grep -c '"mark"' "$T/out")))
done <<<$'labels\nmasters\nartists\nreleases'
check 'there are marks' test "$cut_at" -ge 12
# The same however it comes in: a file as operand, pieces, other workers and blocks.
run 0 dx-parse "$T/in"
same "$T/out" "$T/month" 'control lines in a file'
"${CC:-cc}" -D_DEFAULT_SOURCE -shared -fPIC -o "$T/shortread.so" "$ROOT/tests/tools/shortread.c"
# A month byte by byte takes a sanitizer minutes.
pieces='1 7'
[ -z "${SANITIZE:-}${VALGRIND:-}" ] || pieces=100
for bytes in $pieces; do
	run 0 env SHORTREAD="$bytes" LD_PRELOAD="$T/shortread.so" \
		ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" dx-parse -j 4 --block 5000 <"$T/in"
	same "$T/out" "$T/month" "control lines in pieces of $bytes"
done
run 0 dx-parse -j 8 - < <(cat "$T/in")
same "$T/out" "$T/month" 'control lines through a pipe'
sed 's/{/ { /; s/:/ : /; s/$/ /' "$T/in" | sed '1s/^/\n/' | tail -n +2 >"$T/spaced"
run 0 dx-parse <"$T/spaced"
same "$T/out" "$T/month" 'control lines with white space and a different layout'
run 0 dx-parse -s xmltodict <"$T/in"
equal "$(grep -c '"shape":"xmltodict","options":"","skipped":0}' "$T/out")" 4 'file_start names the shape'
run 0 dx-parse -j 3 --block 9000 --xml libxml2 --max-rejects 5 <"$T/in"
equal "$(grep '"file_start"' "$T/out")" "$(grep '"file_start"' "$T/month")" 'options that change no record are not named'
run 0 dx-parse --strict <"$T/in"
equal "$(sed -n 2p "$T/out")" "$(file_start labels 0 discogsography strict)" 'file_start names --strict'
run 0 dx-parse <<<"$end"
equal "$(cat "$T/out")" "$parse_end" 'a month with nothing to do'
printf '{"type":"dump","version":"20260801","files_total":4,"decision":"skip","marker":"%s"}\n%s\n' \
	"$marker" "$end" >"$T/in"
run 0 dx-parse <"$T/in"
equal "$(tail -n 1 "$T/out") $(wc -l <"$T/out")" "$parse_end 2" 'decision skip: passed on, and the end'
check 'and the marker is not touched' test ! -e "$marker"

# A file is answered as soon as its line is there, with no end line yet.
mkfifo "$T/fifo"
dx-parse <"$T/fifo" >"$T/out" 2>"$T/err" &
pid=$!
exec 3>"$T/fifo"
{ dump '' && file labels; } >&3
check 'a file is parsed before the next line comes' wait_for 20 grep -q file_end "$T/out"
echo "$end" >&3
exec 3>&-
wait $pid
equal $? 0 'and then the end'

# The marker: processing starts once, the position is respected.
{ dump && file labels && file masters && echo "$end"; } >"$T/in"
mark start-download 4
run 0 dx-parse <"$T/in"
equal "$(mark get processing_phase.status) $(mark get processing_phase.files_total)" 'in_progress 4' \
	'the marker knows that processing began'
equal "$(grep -c '"skipped":0}' "$T/out")" 2 'nothing is skipped'
for position in 1 499 500 501 777; do
	rm -f "$marker"*
	mark start-download 4
	mark start-processing 4
	mark start-file-processing discogs_${version}_labels.xml.gz --sha256 "$(hash_of labels)" \
		--shape discogsography
	mark update-file-progress discogs_${version}_labels.xml.gz --position $position
	run 0 dx-parse -v <"$T/in"
	equal "$(sed -n 2p "$T/out")" "$(file_start labels $position)" "position $position: file_start"
	sed -n '/"file_start","data_type":"labels"/,/"file_end"/p' "$T/out" >"$T/labels"
	tail -n +$((position + 1)) "$T/labels.records" >"$T/wanted"
	grep '^{"type":"data"' "$T/labels" >"$T/got"
	same "$T/got" "$T/wanted" "position $position: the rest of the records"
	equal "$(tail -n 1 "$T/labels")" "$(file_end labels "$(wc -l <"$T/labels.records")")" \
		"position $position: file_end counts all"
	says "goes on after record $position\$" "position $position: said"
	mv "$T/out" "$T/all"
	cp "$T/labels" "$T/out"
	check "position $position: marks go on counting" marks_right $position
	mv "$T/all" "$T/out"
done
# Another shape or other bytes: from the start.
run 0 dx-parse -s xmltodict <"$T/in"
equal "$(grep -c '"skipped":0}' "$T/out")" 2 'the position of another shape does not count'
mark start-file-processing discogs_${version}_labels.xml.gz --sha256 "$(hash_of masters)" \
	--shape discogsography
mark update-file-progress discogs_${version}_labels.xml.gz --position 10
run 0 dx-parse <"$T/in"
equal "$(grep -c '"skipped":0}' "$T/out")" 2 'nor that of other bytes'
# More than there are: the file is not what it was.
mark start-file-processing discogs_${version}_labels.xml.gz --sha256 "$(hash_of labels)" \
	--shape discogsography
mark update-file-progress discogs_${version}_labels.xml.gz --position 1000000
run 65 dx-parse <"$T/in"
says ': has [0-9]+ records, fewer than the 1000000 done before$' 'a position behind the end'
equal "$(mark get processing_phase.status)" failed 'is recorded as a failure'
# Rejected records count.
{
	echo '<labels>'
	for i in $(seq 1200); do
		[ $((i % 5)) -ne 0 ] || echo "<label><name>$i</name></label>"
		[ $((i % 5)) -eq 0 ] || echo "<label><id>$i</id></label>"
	done
	echo '</labels>'
} | gzip >"$(path_of labels)"
{ dump && file labels && echo "$end"; } >"$T/in"
rm -f "$marker"*
mark start-download 4
mark start-processing 4
run 0 dx-parse -q --max-rejects 1000 <"$T/in"
equal "$(grep file_end "$T/out")" "$(file_end labels 1200 240)" 'rejected records are counted'
equal "$(grep '"type":"mark"' "$T/out" | tr '\n' ' ')" \
	'{"type":"mark","records":500} {"type":"mark","records":1000} ' 'marks count rejected records'
mark start-file-processing discogs_${version}_labels.xml.gz --sha256 "$(hash_of labels)" \
	--shape discogsography
mark update-file-progress discogs_${version}_labels.xml.gz --position 500
run 0 dx-parse -q --max-rejects 1000 <"$T/in"
equal "$(sed -n 3p "$T/out" | grep -o '"id":"[0-9]*"')" '"id":"501"' 'a restart goes on behind them'

# bad REASON: the file fails with 65, no file_end, no end, and the marker knows why.
bad() {
	rm -f "$marker"*
	mark start-download 4
	run 65 dx-parse <"$T/in"
	says "$1" "$1: said"
	check "$1: no file_end, no end" test -z "$(grep -E '"(file_end|end)"' "$T/out")"
	equal "$(mark get processing_phase.status)" failed "$1: the marker says failed"
	check "$1: and why" grep -qE "\"discogs_${version}_labels.xml.gz: .*($1|not there)" "$marker"
}
cp "$DATA/month/discogs_${version}_labels.xml.gz" "$T/good.gz"
head -c 20000 "$T/good.gz" >"$(path_of labels)"
{ dump && file labels && file masters && echo "$end"; } >"$T/in"
bad 'gzip data is cut'
check 'what came before goes out' test "$(grep -c '"type":"data"' "$T/out")" -gt 10
check 'the file after it is not begun' test -z "$(grep '"data_type":"masters"' "$T/out")"
{ cat "$T/good.gz" && echo; } >"$(path_of labels)"
{ dump && file labels && echo "$end"; } >"$T/in"
bad 'bytes after the last gzip member|gzip data is cut'
gzip -dc "$T/good.gz" >"$(path_of labels)"
{ dump && file labels && echo "$end"; } >"$T/in"
bad 'is not gzip'
cp "$(path_of masters)" "$(path_of labels)"
{ dump && file labels && echo "$end"; } >"$T/in"
bad 'root element is <masters>, not <labels>'
{ echo '<labels>' && for i in $(seq 102); do echo "<label>$i</label>"; done && echo '</labels>'; } |
	gzip >"$(path_of labels)"
{ dump && file labels && echo "$end"; } >"$T/in"
bad 'more than 100 records were rejected'
# Not the file that was verified.
cp "$T/good.gz" "$(path_of labels)"
{ dump && file labels "" 12345 && echo "$end"; } >"$T/in"
bad 'has [0-9]+ bytes, not the 12345 that were verified'
check 'and nothing of it is written' test -z "$(grep '"file_start"' "$T/out")"
{ dump && file labels "$T/none.xml.gz" && echo "$end"; } >"$T/in"
run 66 dx-parse <"$T/in"
says "^dx-parse: $T/none.xml.gz: No such file or directory\$" 'a file that is missing'
{ dump && file labels "$T/data" && echo "$end"; } >"$T/in"
run 65 dx-parse <"$T/in"

# The marker cannot be asked: nothing is sent.
{ dump "$T/none/marker.json" && file labels && echo "$end"; } >"$T/in"
status=0
DX_MARKER=$T/no-such-program dx-parse <"$T/in" >"$T/out" 2>"$T/err" || status=$?
equal $status 71 'no dx-marker: 71'
check 'and no records' test -z "$(grep '"data"' "$T/out")"
printf '#!/bin/sh\nexit 75\n' >"$T/locked" && chmod +x "$T/locked"
status=0
DX_MARKER=$T/locked dx-parse <"$T/in" >"$T/out" 2>"$T/err" || status=$?
equal $status 75 'a marker that is locked: 75'
check 'and no records then' test -z "$(grep '"data"' "$T/out")"
printf '#!/bin/sh\necho many\n' >"$T/locked"
status=0
DX_MARKER=$T/locked dx-parse <"$T/in" >"$T/out" 2>"$T/err" || status=$?
equal $status 70 'an answer that is no number: 70'

# Streams that end too early or hold something else. What came before is done.
stream() {
	run 65 dx-parse <"$T/in"
	says "^dx-parse: standard input: $1" "$1"
	check "$1: no end" test -z "$(grep '"type":"end"' "$T/out")"
}
{ dump '' && file masters; } >"$T/in"
stream 'no end line: what wrote it died$'
check 'the file before it is whole' grep -q '"file_end"' "$T/out"
dump '' >"$T/in"
stream 'no end line: what wrote it died$'
{ dump '' && printf '%s' "$end"; } >"$T/in"
stream 'line 2 has no end: what wrote it died$'
{ dump '' && file masters | head -c 100; } >"$T/in"
stream 'line 2 has no end: what wrote it died$'
{ dump '' && printf 'gar\033bage\377\n' && echo "$end"; } >"$T/in"
stream 'line 2: not a control line: gar\\x1bbage\\xff$'
{ dump '' && echo && echo "$end"; } >"$T/in"
stream 'line 2: not a control line: $'
{ dump '' && file masters | sed 's/"bytes":[0-9]*,//' && echo "$end"; } >"$T/in"
stream 'line 2: not a control line: .{20}'
{ dump '' && file masters | sed 's/"bytes":/&"x/; s/,"sha/"&/' && echo "$end"; } >"$T/in"
stream 'line 2: not a control line: '
{ dump '' && file masters | sed 's/masters/singles/' && echo "$end"; } >"$T/in"
stream 'line 2: not a control line: '
{ dump '' && echo '{"type":"data","id":"1"}' && echo "$end"; } >"$T/in"
stream 'line 2: (not a control line|unexpected here): '
{ dump '' && echo '{"type":"mark","records":1}' && echo "$end"; } >"$T/in"
stream 'line 2: unexpected here: '
{ dump '' && head -c 70000000 /dev/zero | tr '\0' x && echo && echo "$end"; } >"$T/in"
stream 'line 2 is longer than 64 MiB$'
rm "$T/in"
# Lines behind the end line are nobody's.
{ dump '' && echo "$end" && file masters; } >"$T/in"
run 0 dx-parse <"$T/in"
check 'nothing behind the end line is done' test -z "$(grep file_start "$T/out")"
# Options of files by hand make no sense here.
run 64 dx-parse --skip 1 <"$T/in"
run 64 dx-parse --limit 1 <"$T/in"
# By hand, the same lines on demand.
cp "$T/good.gz" "$(path_of labels)"
run 0 dx-parse --control -t labels --skip 600 "$(path_of labels)"
check 'marks by hand' marks_right 600
equal "$(head -n 1 "$T/out")" "$(file_start labels 600 | sed 's/"sha256":"[^"]*"/"sha256":""/')" \
	'file_start by hand'
equal "$(tail -n 2 "$T/out")" "$(file_end labels "$(wc -l <"$T/labels.records")")
$parse_end" 'file_end and end by hand'
run 64 dx-parse --control "$(path_of labels)"
says '--control needs --type$' 'which needs a type'
done_testing
