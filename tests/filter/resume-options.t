#!/bin/bash
# SPDX-License-Identifier: MIT
# A file that was broken off goes on only with the same bytes, shape and options; else it starts again and says why.
# What is complete stays where it was sent, and that is said too.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

labels=discogs_20260801_labels.xml.gz
month=$DATA/month
mkdir "$T/w"
cd "$T/w" || exit
here=$(pwd -P)
for shape in discogsography xmltodict; do
	dx-parse -t labels -s $shape "$month/$labels" >"$shape.labels" || exit
done

# m OPERATION...: of the month in the folder data.
m() {
	dx-marker -d data -V 20260801 "$@"
}

# broken_off [OPTION OF DX-PARSE...]: labels on their way from $month to the folder out, and not all there.
broken_off() {
	rm -rf data out
	dx-fetch -m "$month" -d data -t labels | dx-parse "$@" 2>"$T/err" | head -n 1300 |
		dx-publish -u file:out --state-interval 1 2>>"$T/err"
	position=$(m file-counts $labels)
	position=${position%% *}
	check "${*:-without options}: broken off after record $position" test "$position" -ge 500
	rm -rf before && cp -r out before
}

# again STATUS [OPTION...]: the next run.
again() {
	local expected=$1
	shift
	run "$expected" dx-run -m "$month" -d data -t labels "$@"
}

# told NAME [LINE...]: what was said, dx-run's advice aside.
told() {
	local name=$1
	shift
	equal "$(grep -v '^dx-run: ' "$T/err")" "$(IFS=$'\n' && echo "$*")" "$name: what is said"
}

goes_on() {
	told "$1" "dx-publish: $labels: goes on after record $position; so many are not sent again"
	same out/labels.ndjson discogsography.labels "$1: every record once"
}

# set_back NAME OPTIONS BEGUN-WITH: nothing is sent, and the next run begins anew.
set_back() {
	told "$1" "dx-marker: $labels: starts again: it was begun with other options: $2" \
		"dx-publish: $labels: is set back to its first record; run again to send it"
	says '^dx-run: dx-publish ended with status 75: ' "$1: and dx-run says that it goes on"
	same out/labels.ndjson before/labels.ndjson "$1: nothing was sent"
	equal "$(m file-counts $labels)" '0 0 0 0' "$1: the marker knows"
}

# -- the same, and what does not matter
broken_off
again 0 -u file:out
goes_on 'the same options'
again 0 -u file:out
told 'nothing skipped'
broken_off
again 0 -q -u file:out
told 'quiet'
broken_off
ln -s out link
again 0 -u "file:$here/./link/" -j 3 --window 7 --batch 3 --state-interval 9 --max-rejects 3 --rate 100000 --layout topic
goes_on 'options that change no message'
broken_off --strict
again 0 --strict -u file:out
goes_on 'with --strict both times'

# -- another shape, other bytes: dx-parse begins anew at once
broken_off
again 0 -s xmltodict -u file:out
told 'another shape' "dx-marker: $labels: starts again: the shape was discogsography"
same out/labels.ndjson xmltodict.labels 'another shape: all in that shape'
broken_off
mkdir mirror
zcat "$month/$labels" | gzip -1 >mirror/$labels
(cd mirror && sha256sum $labels >discogs_20260801_CHECKSUM.txt)
run 0 dx-run -m mirror -d data -t labels -u file:out
told 'other bytes' "dx-marker: $labels: starts again: its bytes are others than those that were processed"
same out/labels.ndjson discogsography.labels 'other bytes: every record once'

# -- other options: dx-publish sets the file back
broken_off
again 75 --strict -u file:out
set_back 'now with --strict' "file:$here/out"
again 0 --strict -u file:out
told 'now with --strict, again'
same out/labels.ndjson discogsography.labels 'now with --strict, again: every record once'
broken_off --strict
again 75 -u file:out
set_back 'now without --strict' "strict; file:$here/out"
broken_off
again 75 -q -u file:other
told 'another folder, quiet' "dx-publish: $labels: is set back to its first record; run again to send it"
broken_off
rm -r other
again 75 -u file:other
set_back 'another folder' "file:$here/out"
equal "$(cat other/labels.ndjson 2>/dev/null)" '' 'another folder: nothing is there'
again 0 -u file:other
told 'another folder, again'
same other/labels.ndjson discogsography.labels 'another folder, again: every record once'
same out/labels.ndjson before/labels.ndjson 'another folder, again: the old one is as it was'

# -- what the marker says of another destination holds no password
broken_off
m start-file-processing $labels --sha256 "$(sha256sum <"$month/$labels" | cut -d ' ' -f 1)" --shape discogsography \
	--options 'amqp://h:5672/, fanout discogsography-discogs-%t'
m update-file-progress $labels --position "$position" --messages "$position"
again 75 -u file:out
set_back 'from a broker to a folder' 'amqp://h:5672/, fanout discogsography-discogs-%t'

# -- a marker of before knows no options
broken_off
jq 'del(.processing_phase.progress_by_file[].options)' data/.extraction_status_20260801.json >old
cp old data/.extraction_status_20260801.json
again 0 --strict -u file:out
goes_on 'a marker without options'

# -- complete: a file, then the month
broken_off
again 0 -u file:out
run 0 dx-run -m "$month" -d data -t masters -u file:other
told 'a complete file' "dx-publish: $labels: is complete, and was sent to file:$here/out; --force sends the month again"
run 0 dx-run -m "$month" -d whole -u file:out
told 'a month'
run 0 dx-run -m "$month" -d whole -u file:out --strict
told 'a complete month, the same destination'
DX_AMQP_URL=amqp://user:Zauberwort@nowhere.invalid/ run 0 dx-run -m "$month" -d whole
told 'a complete month, another destination' \
	"dx-publish: month 20260801: is complete, and was sent to file:$here/out; --force sends it again"
run 0 dx-run -q -m "$month" -d whole -u file:new
told 'a complete month, quiet'
check 'a complete month is not sent' test ! -e new
run 0 dx-run --force -m "$month" -d whole -u file:new
told 'a complete month, with --force'
same new/labels.ndjson discogsography.labels 'with --force: it is sent'
equal "$(m completed | cut -f 2 | sort -u)" "file:$here/other"$'\n'"file:$here/out" 'each file knows where it went'
check 'no password in the markers' test -z "$(grep -r Zauberwort data whole)"
done_testing
