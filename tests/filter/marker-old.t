#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-marker: markers of older programs are read as they are and brought up to date by the next change.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

month=20260101
artists=discogs_${month}_artists.xml.gz
labels=discogs_${month}_labels.xml.gz
masters=discogs_${month}_masters.xml.gz
releases=discogs_${month}_releases.xml.gz
marker=$T/.extraction_status_$month.json

m() {
	dx-marker -d "$T" -V $month "$@"
}

# Everything of the old marker but what the change was to change; unknown members included.
rest() {
	jq -S 'del(.last_updated, .publishing_phase)
		| del(.processing_phase.progress_by_file[].batches_sent)
		| del(.processing_phase.records_extracted)
		| del(.processing_phase.progress_by_file."'$labels'" | .records_extracted, .messages_published)
		| del(.processing_phase.progress_by_file[]
			| .source_checksum, .source_bytes, .shape, .options, .position, .completion_sent)
		| del(.download_phase.downloads_by_file)' "$1"
}

for old in old-before-per-file-downloads old-nanosecond-times; do
	# Members that nobody here knows, at each level, between known ones.
	jq '{from_elsewhere: {a: [1, 2.50, null, "\u0001/é"]}} + .
		| .download_phase |= {speed: 1e3} + .
		| .processing_phase.progress_by_file[] += {lines: 7}
		| .summary.note = "kept"' "$DATA/marker/$old.json" >"$marker"
	sed -i 's/2\.5,/2.50,/' "$marker"
	cp "$marker" "$T/old"

	equal "$(m should-process)" continue "$old: the decision"
	equal "$(m pending-files $artists $labels $masters $releases)" \
		"$labels"$'\n'"$masters"$'\n'"$releases" "$old: what is pending"
	equal "$(m file-counts $labels)" '0 5000 5000 0' "$old: what is missing counts 0"
	equal "$(m unsent)" $artists "$old: nobody is known to have been told"
	equal "$(m get publishing_phase.messages_published)" 0 "$old: a total stays as it was"
	same "$marker" "$T/old" "$old: questions change nothing"

	run 0 m update-file-progress $labels 6000 6000 60
	equal "$(cat "$T/err")" '' "$old: without a warning"
	same "$marker.bak" "$T/old" "$old: the old marker is the .bak"
	same <(rest "$marker") <(rest "$T/old") "$old: the rest is kept, unknown members and times as they were"
	equal "$(jq -c '.processing_phase | [.files_processed, .records_extracted]' "$marker")" '[1,181000]' \
		"$old: sums over the entries"
	equal "$(jq -c '.publishing_phase | [.status, .messages_published, .batches_sent]' "$marker")" \
		'["in_progress",181000,60]' "$old: totals over the entries, without batches counts 0"
	equal "$(jq -c '.download_phase | [.files_downloaded, .bytes_downloaded, .downloads_by_file]' "$marker")" \
		'[4,12052065551,{}]' "$old: totals that nothing recomputed stay"
	equal "$(jq -c "[.processing_phase.progress_by_file[] | [.batches_sent, .position, .completion_sent]]" \
		"$marker")" '[[0,0,false],[60,0,false]]' "$old: entries have the new members"
	equal "$(jq -c 'keys_unsorted' "$marker")" \
		'["metadata_version","last_updated","current_version","download_phase","processing_phase","publishing_phase","summary","from_elsewhere"]' \
		"$old: known members first, in order"
	check "$old: numbers of others are kept to the digit" grep -q '2\.50' "$marker"

	# The month is then finished by the new program.
	for file in $labels $masters $releases; do
		m batch <<-EOF || ok 1 "$old: $file"
			start-file-processing $file
			complete-file-processing $file 10
			completion-sent $file
		EOF
	done
	m complete-processing && m complete-extraction
	equal "$(m should-process)" skip "$old: finished"
	equal "$(m extraction-summary)" \
		"{\"version\":\"$month\",\"started_at\":$(jq -c .processing_phase.started_at "$T/old"),\"record_counts\":{\"artists\":175000,\"labels\":10,\"masters\":10,\"releases\":10}}" \
		"$old: the summary has the first start"
	# Its start lies in the future of a test that runs before.
	check "$old: the duration is a number" jq -e '.summary.total_duration_seconds >= 0' "$marker"
	rm "$marker" "$marker.bak"
done

# Numbers as others write them: 3.0 is 3, null is nothing.
printf 'start-download 4\nfile-downloaded %s 100\nupdate-file-progress %s 7 7 1\n' $labels $labels | m batch
jq '.publishing_phase.batches_sent = null
	| .processing_phase.progress_by_file[].position = null' "$marker" |
	sed 's/"files_total": 4/"files_total": 3.0/; s/"records_extracted": 7/"records_extracted": 7.0e0/' >"$T/old"
cp "$T/old" "$marker"
check 'the numbers of others are there' grep -q '3\.0,' "$marker"
run 0 m --strict show
equal "$(cat "$T/err")" '' 'numbers of others: without a warning'
equal "$(m get download_phase.files_total)" 3 'numbers of others: 3.0 is 3'
equal "$(m get publishing_phase.batches_sent)" 0 'numbers of others: null is 0'
equal "$(m file-counts $labels)" '0 7 7 1' 'numbers of others: in entries'
run 0 m update-file-progress $labels 8 8 2
check 'numbers of others: written as whole ones' grep -q '"files_total": 3,' "$marker"
done_testing
