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
