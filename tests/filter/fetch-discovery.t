#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# dx-fetch: which month is taken, from a server's pages and from a local mirror.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/tools/httpd.sh
. "$ROOT/tests/tools/httpd.sh"

# add VERSION TYPE...: those files of a month in $T/site; CHECKSUM makes one for what is there.
add() {
	local version=$1 type
	shift
	for type; do
		if [ "$type" = CHECKSUM ]; then
			(cd "$T/site" && sha256sum discogs_"$version"_*.xml.gz | sed 's/  / /') >"$T/site/discogs_${version}_CHECKSUM.txt"
		else
			printf '%s %s' "$version" "$type" | gzip -n >"$T/site/discogs_${version}_$type.xml.gz"
		fi
	done
}

# version: the month of the last run.
version() {
	jq -r 'select(.type == "dump") | .version' "$T/out"
}

mkdir "$T/site"
add 20251101 artists labels masters releases CHECKSUM
add 20251201 artists labels masters releases CHECKSUM
add 20260101 artists labels masters releases
serve "$T/site"

run 0 dx-fetch -b "$BASE" -d "$T/a"
equal "$(version)" 20251201 "the newest complete month may be last year's"
equal "$(requests 2026) $(requests 2025)" "1 1" "both years were looked at"
run 0 dx-fetch -b "$BASE" --list
printf '%s\n' "20251101 complete artists,labels,masters,releases" "20251201 complete artists,labels,masters,releases" \
	"20260101 incomplete artists,labels,masters,releases" >"$T/want"
same "$T/out" "$T/want" "--list shows the months of both years"
run 75 dx-fetch -b "$BASE" -d "$T/a" -V 20260101
says 'no CHECKSUM' "a month without CHECKSUM is not complete"
run 75 dx-fetch -b "$BASE" -d "$T/a" -V 20260201
run 0 dx-fetch -b "$BASE" -d "$T/unverified" -V 20260101 --no-verify
equal "$(jq -c 'select(.type == "dump") | .files_total' "$T/out")" 4 "--no-verify goes without"
add 20260101 CHECKSUM
: >"$T/log"
run 0 dx-fetch -b "$BASE" -d "$T/a"
equal "$(version)" 20260101 "with its CHECKSUM it is the newest"
equal "$(requests 2025)" 0 "the older year is not asked for then"

# Three files, and a CHECKSUM in the spelling of 2008.
add 20080309 artists labels releases
(cd "$T/site" && sha256sum --binary discogs_20080309_*.xml.gz) >"$T/site/discogs_20080309_CHECKSUM.txt"
run 0 dx-fetch -b "$BASE" -d "$T/a" -V 20080309
equal "$(jq -c 'select(.type == "dump") | .files_total' "$T/out")" 3 "an old month has three files"
equal "$(jq -r .download_phase.status "$T/a/.extraction_status_20080309.json")" completed "and is complete with them"
run 66 dx-fetch -b "$BASE" -d "$T/a" -V 20080309 -t masters
run 0 dx-fetch -b "$BASE" -d "$T/a" -V 20080309 -t masters,labels
says 'has no masters file' "what a month lacks is said"
# Two spaces, capitals, CRLF, other files, doubles.
(cd "$T/site" && sha256sum discogs_20251101_*.xml.gz) | sed 's/^\(.\{64\}\)/\U\1/;s/$/\r/' >"$T/sums"
{ cat "$T/sums" "$T/sums" && printf '\n%064d  other.txt\n' 0; } >"$T/site/discogs_20251101_CHECKSUM.txt"
run 0 dx-fetch -b "$BASE" -d "$T/a" -V 20251101
head -c 300 "$T/sums" | tr -d '\r' >"$T/site/discogs_20251101_CHECKSUM.txt"
run 65 dx-fetch -b "$BASE" -d "$T/a" -V 20251101
says 'line [0-9]+ is no whole checksum line' "a line that is cut is an error: a file may hide in it"

# The real pages, one with links that mean harm.
cp "$DATA/listing/root-oct-2026.html" "$T/site/root.html"
cp "$DATA/listing/2026-with-hostile-links.html" "$T/site/2026.html"
run 0 dx-fetch -b "$BASE" --list
equal "$(tail -n 2 "$T/out")" "20260901 incomplete artists,releases
20261001 complete artists,labels,masters,releases" "only links of the known form count"
: >"$T/log"
run 75 dx-fetch -b "$BASE" -d "$T/hostile"
equal "$(jq -r .target "$T/log" | tail -n 1)" discogs_20261001_CHECKSUM.txt "the newest real month is asked for"
check "no other path was asked for" bash -c "! grep -E 'passwd|evil|1101|1341' '$T/log'"
misbehave '2026 body=html'
run 69 dx-fetch -b "$BASE" -d "$T/hostile"
says 'no listing' "a page without links is an error"
misbehave 'root body=html'
run 69 dx-fetch -b "$BASE" --list
misbehave 'root body="<a href=\"?prefix=data%2F2026\">2026</a><a href=\"http://evil/?prefix=data%2F2027%2F\">2027</a>"'
run 69 dx-fetch -b "$BASE" --list
misbehave

# A local mirror: in place, in each of its forms, its marker in the data folder.
mkdir -p "$T/mirror/data/2026" "$T/mirror/2025"
cp "$T"/site/discogs_2026* "$T/mirror/data/2026/"
cp "$T"/site/discogs_202512* "$T/mirror/2025/"
cp "$T"/site/discogs_202511*gz "$T/mirror/"
chmod -R a-w "$T/mirror"
at_end chmod -R u+w "$T/mirror"
: >"$T/log"
run 0 dx-fetch -m "$T/mirror" -d "$T/m"
equal "$(version)" 20260101 "the mirror's newest month"
equal "$(jq -r 'select(.type == "file") | .path' "$T/out" | xargs -n 1 dirname | sort -u)" "$T/mirror/data/2026" "is used in place"
check "nothing was copied" bash -c "! ls '$T/m' | grep gz"
equal "$(jq -r .download_phase.status "$T/m/.extraction_status_20260101.json")" completed "its marker lies in the data folder"
run 0 dx-fetch -m "$T/mirror" -d "$T/m" -V 20251201
run 75 dx-fetch -m "$T/mirror" -d "$T/m" -V 20251101
says 'no-verify' "a mirror without CHECKSUM says how to go on"
run 0 dx-fetch -m "$T/mirror" -d "$T/m" -V 20251101 --no-verify
equal "$(jq -r 'select(.type == "file") | .sha256' "$T/out" | head -n 1)" "$(sha256sum <"$T/mirror/discogs_20251101_labels.xml.gz" | cut -c 1-64)" "--no-verify still tells the digest"
run 66 dx-fetch -m "$T/mirror" -d "$T/m" -V 20240101
run 0 dx-fetch -m "$T/mirror" --list
equal "$(cut -d ' ' -f 1,2 "$T/out" | tr '\n' ' ')" "20251101 incomplete 20251201 complete 20260101 complete " "--list shows a mirror"
equal "$(requests)" 0 "no server was asked"
chmod -R u+w "$T/mirror"
printf x >>"$T/mirror/data/2026/discogs_20260101_masters.xml.gz"
run 65 dx-fetch -m "$T/mirror" -d "$T/m2"
says 'masters.*checksum mismatch' "a wrong file in a mirror is an error"
check "and stays where it is" test -e "$T/mirror/data/2026/discogs_20260101_masters.xml.gz"
check "no end line" bash -c "! grep -q '\"end\"' '$T/out'"
equal "$(jq -r .download_phase.status "$T/m2/.extraction_status_20260101.json")" failed "the marker says failed"
run 0 dx-fetch -m "$T/mirror" -d "$T/m2" -t labels
says 'masters.*checksum mismatch' "what is not wanted is only a warning"
run 0 dx-fetch -m "$T/mirror" -d "$T/m3" --no-verify
rm "$T/mirror/data/2026/discogs_20260101_masters.xml.gz"
run 0 dx-fetch -m "$T/mirror" -d "$T/m4"
equal "$(version)" 20251201 "a month whose files are not all there yet is passed over"
mkdir "$T/empty"
run 66 dx-fetch -m "$T/empty" -d "$T/m"

done_testing
