#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-parse: every row of "What is not well-formed" of dx-record(5): what comes out, the exit status, what
# is said, and what the rejects file holds, byte for byte.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# Good records and what they become.
one='<label><id>1</id><name>A</name></label>'
two='<label><id>2</id><name>B</name></label>'

# ids: the ids of the lines that came out.
ids() {
	sed 's/^{"type":"data","id":"\([^"]*\)".*/\1/' "$T/out" | tr '\n' ' '
}

# dump RECORD: a file of three records, the second of them RECORD, in printf's escapes.
dump() {
	printf '<labels>\n%s\n' "$one" >"$T/in"
	printf '%b' "$1" >>"$T/in"
	printf '\n%s\n</labels>\n' "$two" >>"$T/in"
}

# rejected_as RESULT REASON RECORD: the rejects file has one line, with just this in it. The raw bytes
# come back as they were.
rejected_as() {
	python3 - "$1" "$2" "$3" "$T/in" "$T/rejects" <<'PYTHON'
import base64, json, sys
result, reason, record, path, rejects = sys.argv[1:]
raw = record.encode("utf-8").decode("unicode_escape").encode("latin-1")
lines = open(rejects, "rb").read().split(b"\n")
assert lines[-1] == b"" and len(lines) == 2, lines
line = json.loads(lines[0])
names = ["file", "result", "ordinal", "offset", "line", "reason"]
try:
    raw.decode("utf-8")
    names.append("raw")
    got = line["raw"].encode()
except UnicodeDecodeError:
    names.append("raw_base64")
    got = base64.b64decode(line["raw_base64"], validate=True)
assert list(line) == names, list(line)
assert got == raw, (got, raw)
assert line["file"] == path and line["result"] == result and line["ordinal"] == 2, line
data = open(path, "rb").read()
assert data[line["offset"]:line["offset"] + len(raw)] == raw, line["offset"]
assert line["line"] == 1 + data[:line["offset"]].count(b"\n") == 3, line["line"]
assert reason in line["reason"], line["reason"]
PYTHON
}

# name_of NUMBER: the name of line NUMBER, as JSON has it.
name_of() {
	sed -n "$1s/.*\"name\":\\(\".*\"\\)}\$/\\1/p" "$T/out"
}

# repaired RECORD NAME REASON: RECORD becomes a line whose name is NAME.
repaired() {
	dump "$1"
	rm -f "$T/rejects"
	run 0 dx-parse -v --rejects "$T/rejects" "$T/in"
	equal "$(ids)" '1 5 2 ' "$3: all three come out"
	equal "$(name_of 2)" "$(printf '%b' "$2")" "$3: nothing else of the text is lost"
	check "$3: in the rejects file" rejected_as repaired "$3" "$1"
	says "^dx-parse: $T/in: line 3: record 2 repaired: .*$3" "$3: said"
	says "^dx-parse: $T/in: 3 records, 1 repaired, 0 rejected\$" "$3: counted"
	rm -f "$T/rejects"
	run 65 dx-parse --strict --rejects "$T/rejects" "$T/in"
	equal "$(ids)" '1 ' "$3: --strict ends there"
	check "$3: rejected by --strict" rejected_as rejected "$3" "$1"
}

# rejected RECORD REASON: RECORD gives no line, the others do.
rejected() {
	dump "$1"
	rm -f "$T/rejects"
	run 0 dx-parse -v -j 2 --rejects "$T/rejects" "$T/in"
	equal "$(ids)" '1 2 ' "$2: the others come out"
	check "$2: in the rejects file" rejected_as rejected "$2" "$1"
	says "^dx-parse: $T/in: line 3: record 2 rejected: .*$2" "$2: said"
	says "^dx-parse: $T/in: 3 records, 0 repaired, 1 rejected\$" "$2: counted"
	run 65 dx-parse --max-rejects 0 "$T/in"
	equal "$(ids)" '1 ' "$2: --max-rejects 0 ends there"
	says "^dx-parse: $T/in: more than 0 records were rejected\$" "$2: --max-rejects says so"
	run 65 dx-parse --strict "$T/in"
	equal "$(ids)" '1 ' "$2: --strict ends there"
	says "^dx-parse: $T/in: a record was rejected\$" "$2: --strict says so"
}

in_name() {
	printf '<label><id>5</id><name>%s</name></label>' "$1"
}

# Bare ampersands and unknown entities stay as written.
repaired "$(in_name 'R&B &nbsp; A&amp;B & C')" '"R&B &nbsp; A&B & C"' 'ampersand'
# Invalid UTF-8, forbidden characters and references to them become U+FFFD.
repaired "$(in_name 'caf\xe9 \xc3\xa9 \xe2\x82')" '"caf\xef\xbf\xbd \xc3\xa9 \xef\xbf\xbd"' 'invalid UTF-8'
repaired "$(in_name 'a\x01b\x1fc')" '"a\xef\xbf\xbdb\xef\xbf\xbdc"' 'character that XML forbids'
repaired "$(in_name 'x\xef\xbf\xbfy')" '"x\xef\xbf\xbdy"' 'character that XML forbids'
repaired "$(in_name 'a&#0;b&#x1f;c&#xd800;')" \
	'"a\xef\xbf\xbdb\xef\xbf\xbdc\xef\xbf\xbd"' 'reference to a character that XML forbids'

# Mismatched tags, cut records, no id.
rejected '<label><id>5</id><name>N</nam></label>' 'mismatch'
rejected '<label><id>5</id><name>N</label>' 'an end tag is missing'
rejected '<label><id>5</id></name></label>' 'an end tag too many'
rejected '<label><id>5</id><name>N' 'the root element ends inside the record'
rejected '<label><id>5</id><name>N</name></labe' 'not well-formed'
rejected '<label><id>5</id><a b="x></a></label>' 'not well-formed'
rejected '<label><id>5</id><name>\xff</nam></label>' 'mismatch'
rejected '<label><name>N</name></label>' 'no id'
rejected '<label><id></id></label>' 'no id'
# Not records at all.
rejected '<artist><id>5</id></artist>' 'not a record of this type'
rejected 'hello\twor\xe9ld' 'text between records'
rejected '</label>' 'an end tag too many'
# Names and values that JSON must escape.
rejected '<label>"\\\\ &quot;\t\x7f\x01<id/></label>' 'no id'

# More than --max-rejects: what came before is written, in order.
{
	echo '<labels>'
	for i in $(seq 300); do
		if [ $((i % 3)) -eq 0 ]; then
			echo "<label><name>$i</name></label>"
		else
			echo "<label><id>$i</id></label>"
		fi
	done
	echo '</labels>'
} >"$T/in"
run 0 dx-parse -v "$T/in"
equal "$(wc -l <"$T/out")" 200 '100 rejects are allowed'
says ': 300 records, 0 repaired, 100 rejected$' 'and counted'
rm -f "$T/rejects"
run 65 dx-parse --max-rejects 99 --rejects "$T/rejects" "$T/in"
equal "$(wc -l <"$T/out")" 200 'with --max-rejects 99 the 100th, the last record, ends it'
equal "$(wc -l <"$T/rejects")" 100 'and is in the rejects file too'
says ': more than 99 records were rejected$' 'it says so'
for jobs in 1 2 8; do
	run 65 dx-parse -j "$jobs" --block 100 --max-rejects 10 "$T/in"
	equal "$(tail -n 1 "$T/out" | grep -o '"id":"[0-9]*"')" '"id":"32"' "-j $jobs: in order up to there"
	equal "$(wc -l <"$T/out")" 22 "-j $jobs: all before it"
done
# Repairs do not count; -q hides what is said of each, not the error.
{
	echo '<labels>'
	for i in $(seq 150); do echo "<label><id>$i</id><name>&</name></label>"; done
	echo '</labels>'
} >"$T/repairs"
run 0 dx-parse -q "$T/repairs"
equal "$(wc -l <"$T/out") $(wc -c <"$T/err")" '150 0' 'repairs are no rejects'
run 65 dx-parse -q --max-rejects 1 "$T/in"
equal "$(cat "$T/err")" "dx-parse: $T/in: more than 1 records were rejected" '-q: the error alone'
# Limits from the environment.
DX_MAX_REJECTS=99 run 65 dx-parse -q "$T/in"
DX_MAX_REJECTS=99 run 0 dx-parse -q --max-rejects 1000 "$T/in"
# The counts of --control.
run 0 dx-parse -q -t labels --control "$T/in"
equal "$(grep file_end "$T/out")" \
	'{"type":"file_end","data_type":"labels","file":"in","records":300,"rejected":100,"repaired":0}' \
	'file_end has the counts'
run 0 dx-parse -q -t labels --control "$T/repairs"
equal "$(grep file_end "$T/out")" \
	'{"type":"file_end","data_type":"labels","file":"repairs","records":150,"rejected":0,"repaired":150}' \
	'of repairs too'
run 65 dx-parse -q -t labels --control --strict "$T/in"
check 'no file_end after a failure' test -z "$(grep -E '"(file_end|end)"' "$T/out")"

# The rejects file is appended to, over several files and runs, and not made without need.
rm -f "$T/rejects"
run 0 dx-parse -q --rejects "$T/rejects" "$T/in" "$T/repairs"
run 0 env DX_REJECTS="$T/rejects" dx-parse -q "$T/repairs"
equal "$(wc -l <"$T/rejects")" 400 'the rejects file is appended to'
run 74 dx-parse --rejects "$T/none/rejects" "$T/in"
says "^dx-parse: $T/none/rejects: No such file or directory\$" 'a rejects file that cannot be made'
equal "$(wc -c <"$T/out")" 0 'is found out before anything is written'
if [ -w /dev/full ]; then
	run 74 dx-parse -q --rejects /dev/full "$T/in"
	says '^dx-parse: /dev/full: No space left on device$' 'a rejects file that is full'
fi
run 64 dx-parse --rejects '' "$T/in"

# A name that is no UTF-8 is escaped in messages and in the rejects file.
cp "$T/in" "$T/$(printf 'a\xff\n')b"
rm -f "$T/rejects"
run 0 dx-parse --rejects "$T/rejects" "$T/$(printf 'a\xff\n')b"
check 'the rejects file is UTF-8 whatever the name' iconv -f UTF-8 -t UTF-8 -o /dev/null "$T/rejects"

# Whole files that are refused.
refused() {
	printf '%b' "$1" >"$T/in"
	run 65 dx-parse ${3:+-t "$3"} "$T/in"
	says "^dx-parse: $T/in: $2" "refused: $2"
	equal "$(grep -c . "$T/err")" 1 'in one line'
	check 'nothing comes out of it' test ! -s "$T/out"
}
refused '<!DOCTYPE labels><labels/>' 'has a DOCTYPE'
refused '<?xml version="1.0"?>\n<!DOCTYPE labels [<!ENTITY a "b">]>\n<labels/>' 'has a DOCTYPE'
refused '<labels><!ENTITY a "b"></labels>' 'has a DOCTYPE or entity declaration'
refused '<artists><artist><id>1</id></artist></artists>' 'root element is <artists>, not <labels>' labels
refused '<html><body/></html>' 'root element is <html>, not one of a dump'
refused 'not XML' 'is not XML'
refused '\0\0\0\0' 'is not XML'
refused '%PDF-1.5' 'is not XML'
refused '' 'is empty'
refused '\n\n' 'ends before any record'
refused '<labels>' 'ends before </labels>'
refused '<?xml version="1.0" encoding="UTF-16"?><labels/>' 'declares an encoding other than UTF-8'
refused '\xff\xfe<\0' 'is not XML'
cp "$DATA/dumps/2026-03/labels.xml.gz" "$T/a.gz"
gzip -dc "$T/a.gz" >"$T/plain.xml.gz"
run 65 dx-parse "$T/plain.xml.gz"
says "^dx-parse: $T/plain.xml.gz: is not gzip, whatever its name says\$" 'plain XML called .gz'
# A root that ends too early keeps what came before.
for rest in text '<label/>' '</labels>' '<labels>' '\0'; do
	printf '%b' "<labels>$one</labels>$rest" >"$T/in"
	run 65 dx-parse "$T/in"
	equal "$(ids)" '1 ' "before $rest behind the root"
	says 'goes on after its root element$' "$rest behind the root"
done
printf '<labels>\n%s\n%s\n' "$one" "$two" >"$T/in"
run 65 dx-parse "$T/in"
equal "$(ids)" '1 2 ' 'a file without its end: what is there'
says "^dx-parse: $T/in: ends before </labels>\$" 'and why it fails'
# What is well-formed although no dump has it.
accepted() {
	printf '%b' "$1" >"$T/in"
	run 0 dx-parse "$T/in"
	equal "$(ids)$(cat "$T/err")" "$2" "accepted: $3"
}
accepted "\xef\xbb\xbf<?xml version='1.0' encoding='utf-8'?>\r\n<labels>\r\n$one\r\n$two\r\n</labels>\r\n" \
	'1 2 ' 'BOM, declaration, CRLF'
accepted "$one\n$two\n" '1 2 ' 'no root'
accepted "$one$two" '1 2 ' 'no root, no lines'
accepted "<labels>\n\t$one\n\t$two\n</labels>" '1 2 ' 'tabs, no last newline'
accepted "<labels><!-- a --> $one <?b c?> $two</labels> <!-- d -->\n" '1 2 ' 'comments'
accepted '<labels/>' '' 'no records'
accepted "<labels a='b'>$one</labels>" '1 ' 'a root with attributes'
accepted "<labels>$one<label><id>2</id><label><id>3</id></label></label></labels>" '1 2 ' 'a record in a record'

# A line that a full disk or a kill -9 left without its end spoils no other.
printf '{"file":"x","res' >"$T/rejects"
dump '<label><id>3</name></label>'
run 0 dx-parse -q --rejects "$T/rejects" "$T/in"
equal "$(head -n 1 "$T/rejects")" '{"file":"x","res' 'half a line in the rejects file: stays as it was'
equal "$(tail -n +2 "$T/rejects" | jq .ordinal)" 2 'and what is added stands in a line of its own'
run 0 dx-parse -q --rejects "$T/rejects" "$T/in"
equal "$(tail -n +2 "$T/rejects" | jq .ordinal | tr '\n' ' ')" '2 2 ' 'a file of whole lines gets no empty one'

done_testing
