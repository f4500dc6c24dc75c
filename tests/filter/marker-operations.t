#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-marker: what the vectors do not show of the operations and the questions.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

month=20260801
artists=discogs_${month}_artists.xml.gz
labels=discogs_${month}_labels.xml.gz
masters=discogs_${month}_masters.xml.gz
releases=discogs_${month}_releases.xml.gz
marker=$T/.extraction_status_$month.json
one=$(printf '1%.0s' {1..64})
two=$(printf '2%.0s' {1..64})

m() {
	dx-marker -d "$T" -V $month "$@"
}

fresh() {
	rm -f "$marker" "$marker".*
	[ $# -eq 0 ] || m batch || ok 1 "preparation: $*"
}

# is NAME FILTER WANTED: jq's FILTER of the marker.
is() {
	equal "$(jq -c "$2" "$marker")" "$(jq -c . <<<"$3")" "$1"
}

# A month of two files, done.
whole_month() {
	fresh month <<-EOF
		start-download 2
		file-downloaded $artists 100 --sha256 $one
		file-downloaded $labels 200 --sha256 $two
		complete-download
		start-processing 2
		start-file-processing $artists --sha256 $one --shape discogsography
		update-file-progress $artists 10 9 1 --position 10
		complete-file-processing $artists 10
		completion-sent $artists
		start-file-processing $labels --sha256 $two --shape discogsography
		update-file-progress $labels 20 20 2 --position 20
		complete-file-processing $labels 20
		completion-sent $labels
		complete-processing
		complete-extraction
	EOF
}

# -- questions of a month that nobody has begun
fresh
run 0 m should-process
equal "$(cat "$T/out")" continue 'no marker: continue'
equal "$(m resume-point $artists --sha256 "$one" --shape x)" 0 'no marker: from the start'
equal "$(m file-counts $artists)" '0 0 0 0' 'no marker: zeros'
equal "$(m completed)" '' 'no marker: nothing completed'
run 0 m unsent
equal "$(cat "$T/out")" '' 'no marker: nothing unsent'
equal "$(m extraction-summary)" '{"version":"20260801","started_at":null,"record_counts":{}}' 'no marker: empty summary'
equal "$(m path)" "$marker" 'path'
equal "$(dx-marker -d "$T/" -V $month path)" "$marker" 'path: one slash'
equal "$(dx-marker -f some.json path)" some.json 'path of -f'
equal "$(DX_DATA_DIR=$T dx-marker -V $month path)" "$marker" 'the folder may come from the environment'
equal "$(find "$T" -name '.ext*')" '' 'questions make no file'
run 0 dx-marker -d "$T/none" -V $month should-process

# -- downloads
fresh begin <<-EOF
	start-download 4
	file-downloaded $artists 100 --sha256 $one
	file-downloaded $artists 100 --sha256 $one
	file-downloaded $labels 50
EOF
is 'a file counts once however often it is said' '.download_phase | [.files_downloaded, .bytes_downloaded]' '[2,150]'
is 'the checksum is kept' '[.download_phase.downloads_by_file[].checksum]' "[\"$one\",null]"
m start-file-download $artists
is 'a file that is downloaded again does not count' '.download_phase | [.files_downloaded, .bytes_downloaded]' '[1,50]'
m fail-download 'no route'
is 'a failure is kept with its reason' '[.download_phase.status, .download_phase.errors, .summary.overall_status]' \
	'["failed",["no route"],"failed"]'
equal "$(m should-process)" reprocess 'failed before any processing: reprocess'
m start-download 4
is 'a new start takes the failure back, not its reason' \
	'[.download_phase.status, .download_phase.errors, .summary.overall_status, .download_phase.downloads_by_file]' \
	'["in_progress",["no route"],"pending",{}]'
m start-processing 4 && m start-file-processing $artists && m fail-download again
equal "$(m should-process)" continue 'failed after some processing: continue'
m start-download 4
is 'a new start while processing' '.summary.overall_status' '"in_progress"'

# -- processing, resumed
fresh begin <<-EOF
	start-processing 4
	start-file-processing $artists --sha256 $one --shape discogsography
	update-file-progress $artists 500 490 5 --position 500
EOF
sed -i 's/"started_at": "2[^"]*"/"started_at": "2026-08-01T01:02:03Z"/' "$marker"
cp "$marker" "$T/before"
run 0 m start-processing 7 --resume
same "$marker" "$T/before" 'start-processing --resume in progress changes nothing'
equal "$(m resume-point $artists --sha256 "$one" --shape discogsography)" 500 'resume-point of the same bytes'
equal "$(m resume-point $artists --shape=discogsography "--sha256=$one")" 500 'options in any order, with ='
equal "$(m resume-point $artists --sha256 "$two" --shape discogsography)" 0 'resume-point of other bytes'
equal "$(m resume-point $artists --sha256 "$one" --shape xmltodict)" 0 'resume-point of another shape'
equal "$(m resume-point $labels --sha256 "$one" --shape discogsography)" 0 'resume-point of an unknown file'

# point NAME WANTED SAID SHA256 SHAPE [OPTIONS]: what resume-point prints, and why on standard error.
point() {
	run 0 m resume-point "$artists" --sha256 "$4" --shape "$5" ${6:+--options "$6"}
	equal "$(cat "$T/out")" "$2" "resume-point, $1"
	equal "$(cat "$T/err")" "${3:+dx-marker: $artists: starts again: $3}" "resume-point, $1: what is said"
}
point 'the same' 500 '' "$one" discogsography
point 'other bytes' 0 'its bytes are others than those that were processed' "$two" discogsography
point 'another shape' 0 'the shape was discogsography' "$one" xmltodict
point 'options that are not known' 500 '' "$one" discogsography 'file:/out'
jq '.processing_phase.progress_by_file[] |= del(.options)' "$marker" >"$T/old" && cp "$T/old" "$marker"
point 'a marker without options' 500 '' "$one" discogsography 'file:/out'
cp "$T/before" "$marker"
m start-file-processing $labels --sha256 "$one" --shape discogsography --options 'strict; file:/Müsik'
is 'the options are kept' ".processing_phase.progress_by_file.\"$labels\".options" '"strict; file:/Müsik"'
m update-file-progress $labels --position 7
artists=$labels point 'the same options' 7 '' "$one" discogsography 'strict; file:/Müsik'
artists=$labels point 'no options' 7 '' "$one" discogsography
artists=$labels point 'other options' 0 'it was begun with other options: strict; file:/Müsik' "$one" discogsography file:/out
run 0 dx-marker -q -d "$T" -V $month resume-point $labels --sha256 "$two" --shape discogsography
equal "$(cat "$T/out" "$T/err")" 0 'resume-point, quiet'
m start-file-processing $labels --sha256 "$one" --shape discogsography
artists=$labels point 'nothing done' 0 '' "$two" xmltodict
is 'options that are not given are forgotten' ".processing_phase.progress_by_file.\"$labels\".options" null
m fail-processing "$artists: cut"
equal "$(m should-process)" continue 'failed processing: continue'
run 0 m start-processing 4 --resume
is 'resumed after a failure: counters and first start survive' \
	'.processing_phase | [.status, .started_at, .files_total, .records_extracted, .errors]' \
	"[\"in_progress\",\"2026-08-01T01:02:03Z\",4,500,[\"$artists: cut\"]]"
is 'resumed after a failure: the month too' '.summary.overall_status' '"in_progress"'
m fail-download 'while processing' && m start-processing 4 --resume
is 'resumed after a failed download' '[.summary.overall_status, .processing_phase.started_at]' \
	'["in_progress","2026-08-01T01:02:03Z"]'
m start-processing 3
check 'without --resume it starts now' \
	jq -e '.processing_phase | .started_at != "2026-08-01T01:02:03Z" and .files_total == 3 and .records_extracted == 0' "$marker"

# -- progress
fresh begin <<-EOF
	start-processing 4
	start-file-processing $artists
	start-file-processing $labels
	update-file-progress $artists --records 5
EOF
is 'records alone' '[.processing_phase.progress_by_file[] | [.records_extracted, .messages_published, .batches_sent, .position]]' \
	'[[5,0,0,0],[0,0,0,0]]'
is 'without messages nothing is published' '[.publishing_phase.status, .publishing_phase.last_amqp_heartbeat]' '["pending",null]'
m update-file-progress $labels --position 8 --messages=7 --batches 6
is 'others alone' '[.processing_phase.progress_by_file[] | [.records_extracted, .messages_published, .batches_sent, .position]]' \
	'[[5,0,0,0],[0,7,6,8]]'
m update-file-progress $labels 9223372036854775807 9223372036854775807 1
is 'sums stop at the largest number' '[.processing_phase.records_extracted, .publishing_phase.messages_published]' \
	'[9223372036854775807,9223372036854775807]'
m start-file-processing $labels
is 'a file that starts again counts from 0' '.processing_phase.records_extracted' 5
m complete-file-processing $masters 3
is 'a file that was never started' '.processing_phase.progress_by_file."'$masters'" | [.status, .position, (.started_at | type)]' \
	'["completed",3,"string"]'
equal "$(m unsent)" $masters 'completed and not told'
m start-file-processing $artists --options 'file:/a b' && m complete-file-processing $artists 5 && m completion-sent $artists
equal "$(m completed)" "$artists"$'\tfile:/a b\n'"$masters"$'\t' 'completed, with options'
m completion-sent $masters
equal "$(m unsent)" '' 'told'
cp "$marker" "$T/before"
run 65 m completion-sent $releases
says "completion-sent: $releases" 'completion of an unknown file: says which'
same "$marker" "$T/before" 'and changes nothing'
m update-file-progress $masters --position 4 && m complete-file-processing $masters 3
is 'the position is not moved back' '.processing_phase.progress_by_file."'$masters'".position' 4

# -- other bytes
whole_month
equal "$(m should-process)" skip 'the month is done'
equal "$(m extraction-summary | jq -c .record_counts)" '{"artists":10,"labels":20}' 'summary of a month of two files'
check 'the summary has the start' jq -e --argjson got "$(m extraction-summary)" '.processing_phase.started_at == $got.started_at' "$marker"
equal "$(m file-counts $artists)" '10 10 9 1' 'counts of a file'
equal "$(m completed)" "$artists"$'\t\n'"$labels"$'\t' 'completed files, of unknown options'
started=$(jq .processing_phase.started_at "$marker")
m start-download 2
m file-downloaded $artists 100 --sha256 "$one"
equal "$(m should-process)" skip 'the same bytes: still done'
run 0 m file-downloaded $artists 101 --sha256 "$two"
equal "$(cat "$T/err")" "dx-marker: $artists: starts again: its bytes are others than those that were processed" \
	'other bytes: told'
is 'other bytes: the entry is gone' '.processing_phase.progress_by_file | keys' "[\"$labels\"]"
is 'other bytes: totals follow' '[.processing_phase.files_processed, .processing_phase.records_extracted, .publishing_phase.messages_published, .publishing_phase.batches_sent]' '[1,20,20,2]'
is 'other bytes: the type too' '.summary.files_by_type' '{"labels":"completed"}'
is 'other bytes: the month is open' '[.processing_phase.status, .processing_phase.completed_at, .publishing_phase.status, .summary.overall_status, .summary.total_duration_seconds]' \
	'["in_progress",null,"in_progress","in_progress",null]'
is 'other bytes: the first start stays' .processing_phase.started_at "$started"
equal "$(m should-process)" continue 'other bytes: continue'
equal "$(m pending-files $artists $labels)" $artists 'other bytes: to do again'
m file-downloaded $labels 200 --sha256 "$one"
is 'all files other: no messages are left' '[.publishing_phase.status, .publishing_phase.messages_published]' '["in_progress",0]'
whole_month
m file-downloaded $artists 100
equal "$(m should-process)" skip 'no digest, same size: still done'
m file-downloaded $artists 101
equal "$(m pending-files $artists $labels)" $artists 'no digest, other size: to do again'
whole_month
m start-download 2 && m file-downloaded $artists 101
equal "$(m pending-files $artists $labels)" $artists 'no digest, another size than was processed: to do again'
fresh start <<-EOF
	start-file-processing $artists
	complete-file-processing $artists 10
EOF
m file-downloaded $artists 101
equal "$(m pending-files $artists)" '' 'no digest and nothing to compare with: still done'
whole_month
m start-file-processing $artists
equal "$(m should-process)" continue 'a file of a finished month that starts again opens it'

# -- errors
fresh begin <<-EOF
	start-processing 1
	start-file-processing $artists
EOF
m fail-processing --resume
m fail-processing $'two\nlines, \xff\xfe and é'
m fail-publishing ''
is 'messages may look like options, and are made UTF-8' '[.processing_phase.errors, .publishing_phase.errors]' \
	'[["--resume","two\nlines, \ufffd\ufffd and é"],[""]]'
m fail-publishing "$(printf 'é%.0s' {1..3000})"
check 'long messages are cut between characters' jq -e '.publishing_phase.errors[1] | length == 2047' "$marker"
for i in {1..120}; do echo "fail-publishing 'failure $i'"; done | m batch
is 'the newest 100 are kept' '.publishing_phase.errors | [length, .[0], .[99]]' '[100,"failure 21","failure 120"]'

# -- get
whole_month
equal "$(m get .)" "$(cat "$marker")" 'get . is the whole marker'
equal "$(m get summary.overall_status)" completed 'texts come without quotes'
equal "$(m get .processing_phase.files_total)" 2 'a dot in front as in jq'
equal "$(m get processing_phase.current_file)" null 'null'
equal "$(m get processing_phase.progress_by_file.$artists.position)" 10 'file names with their dots'
equal "$(m get "/download_phase/downloads_by_file/$artists/checksum")" "$one" 'JSON pointer'
equal "$(m get summary.files_by_type | jq -c .)" '{"artists":"completed","labels":"completed"}' 'objects'
m fail-publishing first
equal "$(m get publishing_phase.errors.0)" first 'places in arrays'
for path in nothing summary.nothing summary. summary..overall_status publishing_phase.errors.1 publishing_phase.errors.x \
	/nothing '' last_updated.x processing_phase.current_file.x; do
	run 1 m get "$path"
	equal "$(cat "$T/out" "$T/err")" '' "no member '$path': silence"
done

# -- verified
m start-file-download "$labels"
run 1 m verified "$labels" --sha256 "$one"
m file-downloaded "$labels" 5 --sha256 "$one"
run 0 m verified "$labels" --sha256 "$one"
equal "$(cat "$T/out" "$T/err")" '' 'verified: yes, in silence'
run 1 m verified "$labels" --sha256 "${one//?/0}"
equal "$(cat "$T/out" "$T/err")" "$one" 'verified: no, and the digest that is known'
run 1 m verified discogs_20260801_masters.xml.gz --sha256 "$one"
equal "$(cat "$T/out" "$T/err")" '' 'verified: nothing is known'
run 64 m verified "$labels"

# -- reset
cp "$marker" "$T/before"
m reset
same "$marker.bak" "$T/before" 'reset: the old marker is the .bak'
same "$(echo "$marker".reset-20*)" "$T/before" 'reset: and stays under a name of its own'
m start-download 4 && m start-download 3
same "$(echo "$marker".reset-20*)" "$T/before" 'reset: also after the next changes'
m reset
is 'reset: a new one of the same month' '[.current_version, .summary.overall_status, .download_phase.downloads_by_file, .publishing_phase.errors]' \
	'["20260801","pending",{},[]]'

# -- -f
cp "$T/before" "$T/mine.json"
equal "$(dx-marker -f "$T/mine.json" get current_version)" 20260801 '-f: the month is in the file'
run 0 dx-marker -f "$T/mine.json" reset
equal "$(dx-marker -f "$T/mine.json" get current_version)" 20260801 '-f: reset keeps the month'
run 64 dx-marker -f "$T/new.json" show
says 'give -V' '-f of nothing without a month'
run 0 dx-marker -f "$T/new.json" -V 20260701 start-download 1
equal "$(dx-marker -f "$T/new.json" get current_version)" 20260701 '-f with -V makes one'
run 0 dx-marker -f "$T/.extraction_status_20260601.json" start-download 1
equal "$(dx-marker -d "$T" -V 20260601 get current_version)" 20260601 '-f: the month is in the name'

# -- a symbolic link stands for its file
mkdir "$T/elsewhere"
cp "$T/before" "$T/elsewhere/real.json"
ln -s elsewhere/real.json "$T/link.json"
run 0 dx-marker -f "$T/link.json" start-download 3
check 'a link stays one' test -L "$T/link.json"
equal "$(jq .download_phase.files_total "$T/elsewhere/real.json")" 3 'a link: its file is changed'
same "$T/elsewhere/real.json.bak" "$T/before" 'a link: the .bak lies beside the file'
check 'a link: the lock too' test -e "$T/elsewhere/real.json.lock" -a ! -e "$T/link.json.lock"

# -- what was processed is known after start-download forgot the download
prepare_processed() {
	fresh start <<-EOF
		start-download 1
		file-downloaded $artists 100 ${1:+--sha256 $1}
		start-processing 1
		start-file-processing $artists ${2:+--sha256 $2 --shape s}
		complete-file-processing $artists 10
	EOF
	m start-download 1
	m start-file-download $artists
}
for digests in - "$one -" "$one $one" "- $one"; do
	read -r first second <<<"$digests"
	prepare_processed "${first#-}" "${second#-}"
	m file-downloaded $artists 100
	equal "$(m pending-files $artists)" '' "$digests: the same size, the same file"
	prepare_processed "${first#-}" "${second#-}"
	m file-downloaded $artists 101
	equal "$(m pending-files $artists)" $artists "$digests: another size, another file"
done
prepare_processed "$one" ''
equal "$(m get processing_phase.progress_by_file.$artists.source_checksum)" "$one" 'the digest is that of the download'
m file-downloaded $artists 100 --sha256 "$two"
equal "$(m pending-files $artists)" $artists 'another digest, another file'
prepare_processed "$one" "$two"
m file-downloaded $artists 101
equal "$(m pending-files $artists)" '' 'processed from other bytes than were downloaded: their size is not known'
fresh start <<<'start-download 1'

# -- last_updated, modes, -v
sed -i 's/"last_updated": "[^"]*"/"last_updated": "2026-01-01T00:00:00Z"/' "$marker"
m complete-download
check 'last_updated follows' jq -e '.last_updated != "2026-01-01T00:00:00Z"' "$marker"
run 0 m -v start-download 1
says 'start-download written' '-v says what was written'
run 0 m start-download 1
equal "$(cat "$T/out" "$T/err")" '' 'silence is success'
done_testing
