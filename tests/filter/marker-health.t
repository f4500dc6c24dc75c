#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-marker health: 0 and silence, or 1 and one line that says what is wrong.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

mkdir "$T/data"
newest=$T/data/.extraction_status_20260801.json
# Its last change was at 04:35:32.
for file in "$DATA"/status/*.json; do
	cp "$file" "$T/data/.$(basename "$file")"
done

# health STATUS LINE ARGUMENTS...
health() {
	local wanted=$1 line=$2
	shift 2
	run "$wanted" dx-marker -d "$T/data" health "$@"
	equal "$(cat "$T/out")" "$line" "says: ${line:-nothing}"
	equal "$(cat "$T/err")" '' 'and nothing on standard error'
}

# change FILTER: the newest marker is that of jq's FILTER
change() {
	jq "$1" "$newest" >"$T/changed" && cp "$T/changed" "$newest"
}

health 0 '' --now 2026-08-04T04:36:00Z
health 0 '' --now 2026-08-04T05:05:32Z
health 1 '20260801: stalled: in progress, and no sign of life for 30 min' --now 2026-08-04T05:05:33Z
health 0 '' --now 2026-08-04T05:05:33Z --stalled 3600
health 1 '20260801: stalled: in progress, and no sign of life for 28 s' --now 2026-08-04T04:36:00Z --stalled 0
health 0 '' --now 2026-08-04T04:00:00Z --stalled 0
health 0 '' --now 2026-08-15T23:59:59Z --stalled 9999999
health 1 '20260801: overdue: the newest completed month, 20260701, is 46 days old' \
	--now 2026-08-16T00:00:00Z --stalled 9999999
health 0 '' --now 2026-08-16T00:00:00Z --stalled 9999999 --overdue 46
health 1 '20260801: stalled: in progress, and no sign of life for 11 d; overdue: the newest completed month, 20260701, is 46 days old' \
	--now 2026-08-16T00:00:00Z

# -- for programs
# json STATUS FILTER WANTED NAME ARGUMENTS...: what jq makes of the answer
json() {
	local wanted=$1 filter=$2 text=$3 name=$4
	shift 4
	run "$wanted" dx-marker -d "$T/data" "$@"
	equal "$(jq -cr "$filter" "$T/out")" "$text" "$name"
}

members='["status","service","current_task","progress","extraction_progress","last_extraction_time","active_connections","error_count","extraction_status","timestamp"]'
at=(health --json --now 2026-08-04T04:36:00Z)
json 0 keys_unsorted "$members" 'the members, in this order' "${at[@]}"
equal "$(wc -l <"$T/out")" 1 'on one line'
json 0 '[.status, .service, .extraction_status, .current_task, .timestamp] | join(",")' \
	'healthy,dx,running,processing releases,2026-08-04T04:36:00Z' 'a month at work' "${at[@]}"
json 0 '.progress > 0.6 and .progress < 0.7' true 'how far it is' "${at[@]}"
json 0 .extraction_progress '{"artists":9841002,"labels":2318566,"masters":2511020,"releases":7420500,"total":22091088}' \
	'the records of each type' "${at[@]}"
json 0 .last_extraction_time.artists 2026-08-04T04:17:18Z 'the end of a type that is done' "${at[@]}"
json 0 .last_extraction_time.releases 2026-08-04T04:35:32Z 'the last sign of one that is not' "${at[@]}"
json 0 '[.active_connections, .error_count] | @csv' 1,0 'one is sent, nothing went wrong' "${at[@]}"
json 1 '[.status, .extraction_status] | join(",")' unhealthy,running 'the same stalled' health --json --now 2026-08-04T05:05:33Z
json 0 '[.status, .extraction_status, .current_task, .progress, .active_connections] | tojson' \
	'["healthy","completed",null,1,0]' 'one that is completed' -V 20260701 health --json --now 2026-08-04T04:36:00Z
json 0 '[.status, .extraction_status, .progress, .extraction_progress.total, .last_extraction_time.labels] | tojson' \
	'["healthy","idle",null,0,null]' 'one of which nothing is there' -V 20260901 health --json --now 2026-08-04T04:36:00Z
cp "$newest" "$T/kept"
change '.processing_phase.status = "failed" | .processing_phase.errors = ["a", "b"] | .download_phase.errors = ["c"]'
json 1 '[.status, .extraction_status, .current_task, .active_connections, .error_count] | tojson' \
	'["unhealthy","failed",null,0,3]' 'one that failed' "${at[@]}"
change '.processing_phase.status = "pending" | .download_phase.status = "in_progress" |
	.processing_phase.progress_by_file = {} |
	.download_phase.downloads_by_file["discogs_20260801_labels.xml.gz"].status = "in_progress"'
json 0 '[.extraction_status, .current_task, .active_connections] | tojson' '["running","downloading labels",0]' \
	'one that is being downloaded' "${at[@]}"
cp "$T/kept" "$newest"

# A file that is being downloaded grows, and the marker does not tell.
change '.download_phase.downloads_by_file["discogs_20260801_releases.xml.gz"].status = "in_progress"'
echo >"$T/data/discogs_20260801_releases.xml.gz.part"
touch -d 2026-08-04T05:30:00Z "$T/data/discogs_20260801_releases.xml.gz.part"
health 0 '' --now 2026-08-04T05:45:00Z
health 1 '20260801: stalled: in progress, and no sign of life for 31 min' --now 2026-08-04T06:01:00Z

change '.processing_phase.status = "failed" | .processing_phase.errors = ["old", "disk\nfull"]'
health 1 '20260801: processing failed: disk\x0afull' --now 2026-08-04T05:05:33Z
change '.download_phase.status = "failed"'
health 1 '20260801: download failed; processing failed: disk\x0afull' --now 2026-08-04T05:05:33Z

run 0 dx-marker -d "$T/data" -V 20260701 health --now 2026-08-04T05:05:33Z
rm "$T/data"/.extraction_status_20260[567]*
change '.download_phase.status = "completed" | .processing_phase.status = "pending"'
health 0 '' --now 2026-08-04T05:05:33Z
health 1 '20260801: overdue: no month was ever completed, and this one is 50 days old' --now 2026-09-20T00:00:00Z

# -- only some types were asked for: the month stays open, and that is well
at=(health --json --now 2026-08-20T04:36:00Z)
cp "$T/kept" "$newest"
printf '{"started":"2026-08-04T03:00:00Z","ended":"%s","version":"20260801","status":%s}\n' \
	2026-08-04T04:35:31Z 0 >"$T/data/.dx-history.ndjson"
health 1 '20260801: stalled: in progress, and no sign of life for 16 d' --now 2026-08-20T04:36:00Z
printf '{"started":"2026-08-04T03:00:00Z","ended":"%s","version":"20260801","status":%s}\n' \
	2026-08-04T04:35:32Z 69 >>"$T/data/.dx-history.ndjson"
health 1 '20260801: stalled: in progress, and no sign of life for 16 d' --now 2026-08-20T04:36:00Z
printf '{"started":"2026-08-04T03:00:00Z","ended":"%s","version":"20260801","status":%s}\n' \
	2026-08-04T04:35:32Z 0 >>"$T/data/.dx-history.ndjson"
health 0 '' --now 2026-08-20T04:36:00Z
json 0 '[.extraction_status, .current_task, .active_connections] | tojson' '["idle",null,0]' 'at rest' "${at[@]}"
health 1 '20260801: overdue: the newest completed month, 20260801, is 50 days old' --now 2026-09-20T00:00:00Z
rm "$T/data/.dx-history.ndjson"

# -- no marker, or none that can be read
echo 'no marker' >"$newest"
run 65 dx-marker --strict -d "$T/data" health
rm "$newest" && mkdir "$newest"
run 74 dx-marker -d "$T/data" health
says 'cannot be read: Is a directory' 'one that cannot be read'
rmdir "$newest"
run 66 dx-marker -d "$T/data" health
says 'no marker of any month there' 'none'
run 64 dx-marker -d "$T/data" health --stalled -1
run 64 dx-marker -d "$T/data" health now
done_testing
