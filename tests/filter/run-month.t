#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-run: the bundled month to files, twice; what the stages note, and what is said when one fails.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# Each line of standard input has the id and digest of its record.
cat >"$T/digests.py" <<'EOF'
import hashlib, json, sys
lines = 0
for line in sys.stdin:
    record = json.loads(line)
    assert list(record)[:3] == ["type", "id", "sha256"], line[:100]
    assert record.pop("type") == "data", line[:100]
    wanted = record.pop("sha256")
    text = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == wanted, line[:100]
    lines += 1
print(lines)
EOF

run 0 dx-run -m "$DATA/month" -d "$T/data" -u "file:$T/sent"
equal "$(cat "$T/out" "$T/err")" '' 'success is silent'
for pair in artists:3368 labels:1614 masters:1049 releases:1011; do
	type=${pair%:*}
	equal "$(python3 "$T/digests.py" <"$T/sent/$type.ndjson")" "${pair#*:}" "$type: each digest is right"
	zcat "$DATA/month/discogs_20260801_$type.xml.gz" | dx-parse -t "$type" >"$T/alone"
	same "$T/sent/$type.ndjson" "$T/alone" "$type: the same as dx-parse alone gives"
done
equal "$(jq -r .type "$T/sent/control.ndjson" | sort | uniq -c | tr -s ' ')" \
	$' 1 extraction_complete\n 4 file_complete' 'each file and the month are reported complete'
equal "$(dx-marker -d "$T/data" -V 20260801 should-process)" skip 'the marker says done'

equal "$(jq -c 'select(.ended) | [.version, .status, .records]' "$T/data/.dx-history.ndjson")" '["20260801",0,7042]' 'the run is in the history'

# Again: nothing to do, nothing done.
touch "$T/data/.dx-trigger"
cp -r "$T/sent" "$T/before"
run 0 dx-run -m "$DATA/month" -d "$T/data" -u "file:$T/sent"
for file in "$T"/before/*; do
	same "$T/sent/$(basename "$file")" "$file" "$(basename "$file") is as it was"
done
check 'a wish to run is fulfilled' test ! -e "$T/data/.dx-trigger"
equal "$(grep -c '"ended"' "$T/data/.dx-history.ndjson")" 2 'and this run is in the history too'

# One type after another; the month stays open until the last.
for type in releases labels artists; do
	run 0 dx-run -t "$type" -m "$DATA/month" -d "$T/data2" -u "file:$T/sent2"
	equal "$(dx-marker -d "$T/data2" -V 20260801 should-process)" continue "after $type: the month is open"
done
run 0 dx-run -t masters -m "$DATA/month" -d "$T/data2" -u "file:$T/sent2"
equal "$(dx-marker -d "$T/data2" -V 20260801 should-process)" skip 'after masters: it is done'
equal "$(cat "$T"/sent2/[a-z]*s.ndjson | wc -l)" 7042 'and every record is there'

# How far it is, second by second; nothing stays behind that somebody waits for.
dx-run -t labels --rate 500 --state-interval 100 --sample 1 -m "$DATA/month" -d "$T/data4" -u "file:$T/sent4" 2>&1 | cat >"$T/out"
equal "$(cat "$T/out")" '' 'a run with samples says nothing more'
check 'there are some' eval '[ "$(jq -r "select(.sampled and .positions.labels).positions.labels" "$T/data4/.dx-history.ndjson" | sort -u | wc -l)" -ge 2 ]'
run 0 dx-run -t masters --rate 1000 --sample 0 -m "$DATA/month" -d "$T/data4" -u "file:$T/sent4"
equal "$(tail -n 2 "$T/data4/.dx-history.ndjson" | grep -c ended)" 2 'none, if so wished'
run 64 dx-run --sample often -u "file:$T/sent4"

# The other shape reaches dx-parse.
run 0 dx-run -s xmltodict -t labels -m "$DATA/month" -d "$T/data3" -u "file:$T/sent3"
zcat "$DATA/month/discogs_20260801_labels.xml.gz" | dx-parse -t labels -s xmltodict >"$T/alone"
same "$T/sent3/labels.ndjson" "$T/alone" 'xmltodict: the same as dx-parse alone gives'

# Failures: the stage that fails is named, the status is its own.
run 66 dx-run -m "$T/nothing-here" -d "$T/data4" -u "file:$T/sent4"
says '^dx-run: dx-fetch ended with status 66: ' 'no mirror: dx-fetch is named'
mkdir "$T/file-parent"
: >"$T/file-parent/file"
run 74 dx-run -m "$DATA/month" -d "$T/data5" -u "file:$T/file-parent/file/out"
says '^dx-run: dx-publish ended with status 74: ' 'no folder: dx-publish is named'
run 64 dx-run -m "$DATA/month" -d "$T/data6" -s nonsense -u "file:$T/sent6"
says '^dx-run: dx-parse ended with status 64: ' 'a wrong shape: dx-parse is named'

# A standard output that is closed is not the next file that is opened.
status=0
dx-fetch -m "$DATA/month" -d "$T/data7" >&- 2>"$T/err" || status=$?
equal "$status" 74 'dx-fetch with standard output closed: 74'
says '^dx-fetch: ' 'dx-fetch with standard output closed: says so'
equal "$(cat "$T/data7/.dx-fetch.lock")" '' 'and its lock file is empty'
done_testing
