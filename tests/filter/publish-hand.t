#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-publish by hand, its options, and streams that are not what they should be; into file:, so that no
# broker is needed.
. "$(dirname "$0")/../lib.sh"
cd "$T" || exit

# long_line N: a record of N bytes and a few.
long_line() {
	printf '{"id":"'
	head -c "$1" /dev/zero | tr '\0' x
	printf '"}\n'
}

# Records by hand.
zcat "$DATA/publish/releases.ndjson.gz" >input
run 0 dx-publish -t releases -u file:a <input
same a/releases.ndjson input 'records go out as they came in'
equal "$(cat "$T/err")" '' 'success is silent'
run 0 dx-publish -t releases -v -u file:a <input
says '11 records read, 11 confirmed, 0 rejected, 0 skipped, 0 files completed' '-v counts'
cat input input >twice
same a/releases.ndjson twice 'without a marker it is appended to'
run 64 dx-publish -u file:b <input
says '-t' 'records by hand need a type'
check 'and nothing is opened before that is seen' test ! -e b
printf '%s\r\n' '{"id": 1}' '[1, 2.5e+3 ]' '"x"' ' null ' '{"type":"mark"}' '{"type":"file","a":[]}' >input
run 0 dx-publish -t labels -u file:c <input
same c/labels.ndjson input 'any JSON, white space and carriage returns kept'
: >input
run 0 dx-publish -t labels -u file:d <input
long_line 20000000 >input
run 0 dx-publish -t labels -u file:d <input
same d/labels.ndjson input 'a line of 20 MB'
long_line 68000000 >input
run 65 dx-publish -t labels -u file:d <input
says 'line 1 is longer than 64 MiB' 'a line over the limit is named'

# Lines that are not JSON: what is before them counts.
n=0
while IFS= read -r line; do
	n=$((n + 1))
	{ echo '{"before":1}' && printf '%b\n' "$line" && echo '{"after":1}'; } >input
	run 65 dx-publish -v -t labels -u "file:bad$n" <input
	says '^dx-publish: standard input: line 2: not JSON: .* at byte [0-9]+: ' "$line: told with its line"
	says '1 records read, 1 confirmed' 'what is before is confirmed'
	equal "$(cat "bad$n/labels.ndjson")" '{"before":1}' 'and nothing after it is sent'
done <<'END'
not
{"id":1

{"id":1}}
{"id":"\\x41"}
{"id":"\\0303("}
\001{"id":1}
{"id":01}
END
printf '{"a":1}\n{"b":\033[31m}\n' >input
run 65 dx-publish -t labels -u file:e <input
says '\{"b":\\x1b\[31m\}' 'what is shown of it is escaped'
printf '{"a":1}\n{"b":2}' >input
run 65 dx-publish -t labels -u file:f <input
says 'line 2 has no end' 'a last line without LF'
equal "$(cat f/labels.ndjson)" '{"a":1}' 'is not sent'

# Streams out of order. start, end: of the same file; s: the stream so far.
start='{"type":"file_start","data_type":"labels","file":"l.xml","version":"","sha256":"","shape":"x","skipped":0}'
data='{"type":"data","id":"1"}'
mark='{"type":"mark","records":1}'
stop='{"type":"file_end","data_type":"labels","file":"l.xml","records":1,"rejected":0,"repaired":0}'
end='{"type":"end","stage":"parse"}'
printf '%s\n' "$start" "$data" "$mark" "$stop" "$end" >input
run 0 dx-publish -v -u file:g <input
says '1 records read, 1 confirmed, 0 rejected, 0 skipped, 1 files completed' 'a stream without marker'
equal "$(jq -c '[.type, .data_type, .total_processed, .file]' g/control.ndjson)" \
	'["file_complete","labels",1,"l.xml"]' 'its file is told complete'
run 64 dx-publish -t artists -u file:g <input
says 'holds labels, not the artists' 'another type than -t says'
n=0
while IFS='|' read -r name pattern lines; do
	n=$((n + 1))
	eval "printf '%s\\n' $lines" >input
	run 65 dx-publish -v -u "file:order$n" <input
	says "$pattern" "$name"
	check "$name: no month is complete" sh -c "! grep -q extraction 'order$n/control.ndjson' 2>/dev/null"
done <<'END'
data outside of a file|line 5.*outside of a file|"$start" "$data" "$mark" "$stop" "$data"
no end line|no end line|"$start" "$data" "$mark"
mark goes back|goes back|"$start" "$mark" '{"type":"mark","records":0}'
file_end too short|too few|"$start" '{"type":"mark","records":5}' "$stop"
file_end of another|another file|"$start" "${stop/l.xml/m.xml}"
file_end of another type|another file|"$start" "${stop/labels/artists}"
file in file|out of order|"$start" "$start"
end in a file|out of order|"$start" "$data" "$end"
mark outside|outside|"$mark"
end in front|after the end line|"$end" "$start"
file line|for dx-parse|'{"type":"file","data_type":"labels","file":"a","path":"b","bytes":1,"sha256":"","version":""}'
dump inside|not the first|"$start" '{"type":"dump","version":"20260801","files_total":4,"decision":"continue","marker":""}'
broken control line|not a whole control line|"$start" '{"type":"mark","records":"1"}'
cut control line|not a whole control line|"$start" '{"type":"mark","rec'
END
: >input
run 65 dx-publish -u file:h <input
says 'no end line' 'an empty stream'
printf '%s\n' '{"type":"data","nested":{"type":"end","stage":"parse"}}' >input
run 0 dx-publish -t labels -u file:h <input
same h/labels.ndjson input 'a control line inside of a record is part of it'
printf '%s\n' "$data" "$end" >input
run 65 dx-publish -t labels -u file:i <input
says 'out of order' 'a whole control line among records by hand'

# Options.
run 0 dx-publish --help
check '--help says how' grep -q '^usage: dx-publish' "$T/out"
run 0 dx-publish --version
run 64 dx-publish -t labels
says 'no destination' 'a destination is needed'
for bad in http://x amqp amqp://h:0 amqp://h:70000 'amqp://u:%zz@h' 'amqp://[::1' amqp://h/v?x=1 file: \
	amqp://h,file:a; do
	run 64 dx-publish -t labels -u "$bad" </dev/null
done 2>/dev/null
run 64 dx-publish -u amqp://u:geheim@h:x
check 'a wrong URL is not shown' sh -c "! grep -q geheim $T/err"
DX_AMQP_URL=amqp://u:geheim@h:x run 64 dx-publish -t labels
check 'nor one from the environment' sh -c "! grep -q geheim $T/err"
printf '{}\n' >input
DX_AMQP_URL=amqp://u:geheim@h:x run 0 dx-publish -t labels -u file:j <input
run 64 dx-publish -t nothing -u file:j
run 64 dx-publish --layout flat -u file:j
run 64 dx-publish --exchange 'a%b' -u file:j
run 64 dx-publish --exchange-type round -u file:j
run 64 dx-publish --queue-type lazy -u file:j
run 64 dx-publish --window 0 -u file:j
run 64 dx-publish --retry-for soon -u file:j
run 64 dx-publish --key k -u file:j
run 64 dx-publish operand -u file:j
run 66 dx-publish -t labels -u amqp://h --credentials nothing
echo nonsense >credentials
run 78 dx-publish -t labels -u amqp://h --credentials credentials
run 74 dx-publish -t labels -u file:/dev/null/x <input
check '/dev/full' sh -c '! dx-publish --help >/dev/full 2>/dev/null'
done_testing
