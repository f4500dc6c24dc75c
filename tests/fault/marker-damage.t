#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-marker: what is no marker is never lost and never taken for one.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

month=20260801
file=discogs_${month}_artists.xml.gz
mkdir "$T/data" "$T/damaged"
marker=$T/data/.extraction_status_$month.json
call=(dx-marker -d "$T/data" -V "$month")

dx-marker -f "$T/good" -V $month batch <<EOF
start-download 4
file-downloaded $file 100
start-processing 4
start-file-processing $file
update-file-progress $file 10 10 1
complete-file-processing $file 10
fail-publishing text
EOF
jq '.unknown = 1' "$T/good" >"$T/good.new" && mv "$T/good.new" "$T/good"

# damage NAME FILTER: the good marker, changed by jq.
damage() {
	jq "$2" "$T/good" >"$T/damaged/$1"
}
printf '' >"$T/damaged/empty"
printf '\n' >"$T/damaged/blank"
printf 'hello\n' >"$T/damaged/text"
printf 'null\n' >"$T/damaged/null"
printf '[]\n' >"$T/damaged/array"
printf '{}\n' >"$T/damaged/nothing"
head -c 900 /dev/zero >"$T/damaged/zeros"
truncate -s 17M "$T/damaged/huge"
size=$(stat -c %s "$T/good")
for ((i = 1; i < size - 1; i += 97)); do
	head -c "$i" "$T/good" >"$T/damaged/cut-$i"
done
{ cat "$T/good" && echo '}'; } >"$T/damaged/more"
{ cat "$T/good" "$T/good"; } >"$T/damaged/twice"
{ cat "$T/good" && printf '\0'; } >"$T/damaged/nul"
sed 's/"unknown": 1/"unknown": NaN/' "$T/good" >"$T/damaged/nan"
sed 's/"unknown": 1/"unknown": 1./' "$T/good" >"$T/damaged/dot"
sed 's/"unknown": 1/"unknown": 123456789012345678901/' "$T/good" >"$T/damaged/number-too-large"
sed "s/\"unknown\": 1/'unknown': 1/" "$T/good" >"$T/damaged/quotes"
sed 's/"unknown": 1/"unknown": "\xff"/' "$T/good" >"$T/damaged/utf-8"
sed 's/"unknown": 1/"unknown": "\t"/' "$T/good" >"$T/damaged/control"
sed 's/"unknown": 1/"unknown": 1 \/\/ comment/' "$T/good" >"$T/damaged/comment"
sed "s/\"unknown\": 1/\"unknown\": $(printf '[%.0s' {1..100})$(printf ']%.0s' {1..100})/" "$T/good" >"$T/damaged/deep"
damage version '.metadata_version = "2.0"'
damage version-number '.metadata_version = 1.0'
damage version-missing 'del(.metadata_version)'
damage month '.current_version = "20260701"'
damage month-missing 'del(.current_version)'
damage phase-missing 'del(.publishing_phase)'
damage phase-null '.download_phase = null'
damage summary-array '.summary = []'
damage status '.download_phase.status = "done"'
damage status-null '.summary.overall_status = null'
damage status-missing 'del(.processing_phase.status)'
damage count-negative '.download_phase.files_total = -1'
damage count-text '.download_phase.files_total = "4"'
damage count-fraction '.processing_phase.records_extracted = 1.5'
sed 's/"bytes_downloaded": 100/"bytes_downloaded": 9223372036854775808/' "$T/good" >"$T/damaged/count-large"
damage time-number '.download_phase.started_at = 5'
damage current-file '.processing_phase.current_file = {}'
damage errors '.publishing_phase.errors = [1]'
damage errors-text '.publishing_phase.errors = "text"'
damage entries-array '.download_phase.downloads_by_file = []'
damage entry-null '.processing_phase.progress_by_file[] = null'
damage entry-status '.processing_phase.progress_by_file[].status = 1'
damage entry-position '.processing_phase.progress_by_file[].position = -5'
damage entry-flag '.processing_phase.progress_by_file[].completion_sent = "yes"'
damage entry-sha256 '.processing_phase.progress_by_file[].source_checksum = 7'
damage types '.summary.files_by_type.artists = 1'
damage duration '.summary.total_duration_seconds = "long"'

cp "$T/good" "$marker"
run 0 "${call[@]}" --strict show
equal "$("${call[@]}" get unknown)" 1 'the good one is good'

fresh() {
	rm -rf "$T/data" && mkdir "$T/data" && cp "$1" "$marker"
}
only_corrupt() {
	[ "$(find "$T/data" -name '*.corrupt-*' | wc -l)" -eq 1 ] && cmp -s "$1" "$marker".corrupt-*
}
for damaged in "$T"/damaged/*; do
	name=$(basename "$damaged")
	problems=''
	# No marker before it: a new one.
	fresh "$damaged"
	[ "$("${call[@]}" pending-files "$file" 2>"$T/err")" = "$file" ] || problems+=' question'
	grep -q "^dx-marker: $marker: .*; starting a new one$" "$T/err" || problems+=' warning'
	[ "$(wc -l <"$T/err")" -eq 1 ] || problems+=' messages'
	"${call[@]}" --strict should-process >"$T/out" 2>"$T/err"
	[ $? -eq 65 ] && [ ! -s "$T/out" ] || problems+=' strict-question'
	"${call[@]}" --strict start-download 3 2>"$T/err"
	[ $? -eq 65 ] || problems+=' strict-change'
	cmp -s "$damaged" "$marker" && [ ! -e "$marker.bak" ] || problems+=' untouched'
	"${call[@]}" start-download 3 2>"$T/err" || problems+=' change'
	grep -q "^dx-marker: $marker: moved aside to $marker.corrupt-20" "$T/err" || problems+=' warning-aside'
	only_corrupt "$damaged" || problems+=' aside'
	[ "$("${call[@]}" --strict get download_phase.files_total)" = 3 ] || problems+=' new'
	[ ! -e "$marker.bak" ] || problems+=' bak'

	# A good one before it.
	fresh "$damaged"
	cp "$T/good" "$marker.bak"
	[ -z "$("${call[@]}" pending-files "$file" 2>"$T/err")" ] || problems+=' question-bak'
	grep -q "; taking the one before, $marker.bak$" "$T/err" || problems+=' warning-bak'
	[ -z "$("${call[@]}" -q pending-files "$file" 2>&1)" ] || problems+=' quiet'
	cmp -s "$damaged" "$marker" || problems+=' untouched-bak'
	"${call[@]}" start-download 3 2>"$T/err" || problems+=' change-bak'
	only_corrupt "$damaged" || problems+=' aside-bak'
	cmp -s "$T/good" "$marker.bak" || problems+=' bak-kept'
	[ "$("${call[@]}" --strict get unknown)$("${call[@]}" get download_phase.files_total)" = 13 ] || problems+=' from-bak'
	equal "$problems" '' "$name"
done

# Both damaged: both are kept.
fresh "$T/damaged/text"
cp "$T/damaged/month" "$marker.bak"
run 0 "${call[@]}" start-download 3
says "text|is not JSON.*, and $marker.bak: is of the month 20260701, not $month; starting a new one" 'both damaged: says so'
run 0 "${call[@]}" start-download 4
same "$(echo "$marker".corrupt-*)" "$T/damaged/text" 'both damaged: the marker is kept'
same "$(echo "$marker".bak.corrupt-*)" "$T/damaged/month" 'both damaged: the one before it too'

# The one before cannot be read: that is not none, it must not be overwritten later.
fresh "$T/damaged/text"
mkdir "$marker.bak"
for operation in should-process 'start-download 3'; do
	# shellcheck disable=SC2086 # words
	run 74 "${call[@]}" $operation
	says "^dx-marker: $marker.bak: cannot be read: Is a directory" '.bak that cannot be read: says so'
	same "$marker" "$T/damaged/text" '.bak that cannot be read: nothing is touched'
done
equal "$(find "$T/data" -name '*.corrupt-*')" '' '.bak that cannot be read: nothing is moved'

# A month that only -V says, for a good marker of another: perhaps a slip of the pen.
fresh "$T/good"
cp "$T/good" "$T/data/mine.json"
for file_name in "$marker" "$T/data/mine.json"; do
	for operation in should-process 'start-download 3' reset; do
		# shellcheck disable=SC2086 # words
		run 65 dx-marker -f "$file_name" -V 20260701 $operation
		says "is of the month $month, not 20260701" 'a month by -f and another by -V: says so'
		same "$file_name" "$T/good" 'a month by -f and another by -V: nothing is touched'
	done
done
equal "$(find "$T/data" -name '*.corrupt-*' -o -name '*.bak')" '' 'a month by -f and another by -V: nothing is moved'
run 0 dx-marker -f "$marker" -V $month start-download 3
cp "$T/damaged/month" "$marker"
run 0 dx-marker -q -f "$marker" -V $month start-download 3
check 'the name and -V say the same: what is in it is damage' only_corrupt "$T/damaged/month"
echo text >"$T/data/mine.json"
cp "$T/good" "$T/data/mine.json.bak"
run 65 dx-marker -f "$T/data/mine.json" -V 20260701 start-download 3
same "$T/data/mine.json.bak" "$T/good" 'the one before is of another month: it is kept'

# Several in one second: no name is taken twice.
fresh "$T/good"
for i in {1..5}; do
	echo "damage $i" >"$marker"
	"${call[@]}" -q start-download "$i"
done
equal "$(cat "$marker".corrupt-* | sort)" "$(printf 'damage %d\n' {1..5})" 'five damaged markers, five files'

# Damaged, and the change does not happen: nothing is touched.
fresh "$T/damaged/text"
run 65 "${call[@]}" -q completion-sent "$file"
same "$marker" "$T/damaged/text" 'a change that fails leaves the damaged one'
equal "$(find "$T/data" -name '*.corrupt-*')" '' 'and moves nothing'
run 0 "${call[@]}" -q reset
same "$(echo "$marker".corrupt-*)" "$T/damaged/text" 'reset moves a damaged one aside'
run 0 "${call[@]}" --strict show
done_testing
