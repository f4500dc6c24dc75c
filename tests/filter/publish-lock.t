#!/bin/bash
# SPDX-License-Identifier: MIT
# Two pipelines on one month: the second does nothing and says 75; nothing comes twice.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

mkfifo "$T/slow"
{ dx-fetch -m "$DATA/month" -d "$T/data" -t labels | dx-parse >"$T/stream"; } || exit 1
dx-publish -u "file:$T/first" <"$T/slow" >"$T/log" 2>&1 &
first=$!
exec 3>"$T/slow"
head -n 100 "$T/stream" >&3
check 'the first has the month' wait_for 20 test -e "$T/data/.extraction_status_20260801.json.publish.lock"
wait_for 20 test -e "$T/first/labels.ndjson"

run 75 dx-publish -u "file:$T/second" <"$T/stream"
says 'another dx-publish works on this month$' 'the second says why'
check 'and sends nothing' test ! -s "$T/second/labels.ndjson"
equal "$(dx-marker -d "$T/data" -V 20260801 get publishing_phase.errors)" '[]' 'nor does it tell the marker'

tail -n +101 "$T/stream" >&3
exec 3>&-
wait "$first"
equal $? 0 'the first completes'
equal "$(wc -l <"$T/first/labels.ndjson")" 1614 'every record once'

# A stream made before the file was completed by another run.
run 75 dx-publish -u "file:$T/second" <"$T/stream"
says 'was completed by another run meanwhile$' 'a stream from before: says why'
equal "$(dx-marker -d "$T/data" -V 20260801 pending-files discogs_20260801_labels.xml.gz)" '' 'the file stays complete'

done_testing
