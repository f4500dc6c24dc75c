#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# dx-fetch: a month from a server that behaves, and all that is told of it.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/tools/httpd.sh
. "$ROOT/tests/tools/httpd.sh"

month=$DATA/month
name=discogs_20260801
serve "$month"

# A marker that notes what it is asked, and is the real one.
cat >"$T/marker" <<'END'
#!/bin/sh
real=$(command -v dx-marker)
(
	case $1 in -f) shift 2 ;; *) shift 4 ;; esac
	echo "$*" >>"$OPERATIONS"
)
exec "$real" "$@"
END
chmod +x "$T/marker"
export OPERATIONS=$T/operations

# lines FOLDER DATA_FOLDER DECISION TYPE...: what dx-fetch must print.
lines() {
	local folder=$1 data=$2 decision=$3 type file
	shift 3
	printf '{"type":"dump","version":"20260801","files_total":4,"decision":"%s","marker":"%s/.extraction_status_20260801.json"}\n' "$decision" "$data"
	for type; do
		file=${name}_$type.xml.gz
		printf '{"type":"file","data_type":"%s","file":"%s","path":"%s/%s","bytes":%d,"sha256":"%s","version":"20260801"}\n' \
			"$type" "$file" "$folder" "$file" "$(stat -c %s "$month/$file")" "$(sha256sum <"$month/$file" | cut -c 1-64)"
	done
	echo '{"type":"end","stage":"fetch"}'
}

# From an empty folder.
export DX_MARKER=$T/marker
run 0 dx-fetch -b "$BASE" -d "$T/d"
lines "$T/d" "$T/d" continue labels masters artists releases >"$T/want"
same "$T/out" "$T/want" "the stream is as specified"
equal "$(cat "$T/err")" "" "success is silent"
for type in artists labels masters releases; do
	same "$T/d/${name}_$type.xml.gz" "$month/${name}_$type.xml.gz" "$type came whole"
done
check "nothing half done is left" bash -c "! ls '$T/d' | grep part"
equal "$(requests)" 7 "seven requests: root, year, CHECKSUM, four files"
equal "$(jq -r .method "$T/log" | sort -u)" GET "no HEAD"
equal "$(jq -r '.headers["Accept-Encoding"]' "$T/log" | sort -u)" identity "identity encoding is asked for"
check "the User-Agent names the program" bash -c "jq -e '.headers[\"User-Agent\"] | startswith(\"dx/\")' '$T/log'"
equal "$(jq -r .path "$T/log" | sed -n 2,4p | tr '\n' ' ')" \
	"/?prefix=data%2F2026%2F /?download=data%2F2026%2F${name}_CHECKSUM.txt /?download=data%2F2026%2F${name}_labels.xml.gz " "URLs have the server's form"

# What the marker was told, in order.
{
	printf '%s\n' path should-process 'start-download 4'
	for type in labels masters artists releases; do
		file=${name}_$type.xml.gz
		printf '%s\n' "start-file-download $file" \
			"file-downloaded $file $(stat -c %s "$month/$file") --sha256 $(sha256sum <"$month/$file" | cut -c 1-64)" \
			"pending-files $file"
	done
	echo complete-download
} >"$T/want"
same "$T/operations" "$T/want" "the marker is told in the order of the specification"
marker=$T/d/.extraction_status_20260801.json
equal "$(jq -r '.download_phase | .status, .files_downloaded, .files_total' "$marker" | tr '\n' ' ')" "completed 4 4 " "the marker says completed"

# Again: verified, not fetched.
: >"$T/log" && : >"$T/operations"
run 0 dx-fetch -b "$BASE" -d "$T/d"
lines "$T/d" "$T/d" continue labels masters artists releases >"$T/want"
same "$T/out" "$T/want" "a second run names the files again"
equal "$(requests)" 3 "and asks for no file"
check "cached files have no start" bash -c "! grep -q start-file-download '$T/operations'"
unset DX_MARKER

# With -V there is no listing; a relative folder gives absolute paths.
: >"$T/log"
(cd "$T" && dx-fetch -b "$BASE" -d d -V 20260801 >"$T/out")
same "$T/out" "$T/want" "-V with a relative folder names absolute paths"
equal "$(requests)" 1 "-V and a full folder cost one request"

# A file that is wrong on disk is fetched again, a file missing too.
: >"$T/log"
printf x | dd of="$T/d/${name}_masters.xml.gz" bs=1 seek=1000 conv=notrunc 2>/dev/null
rm "$T/d/${name}_labels.xml.gz"
run 0 dx-fetch -b "$BASE" -d "$T/d" -V 20260801
says 'masters.*checksum mismatch: removed' "the wrong file is named"
lines "$T/d" "$T/d" continue artists releases labels masters >"$T/want"
same "$T/out" "$T/want" "cached files come first, then downloads"
same "$T/d/${name}_masters.xml.gz" "$month/${name}_masters.xml.gz" "the wrong file was replaced"
equal "$(requests)" 3 "only those two and CHECKSUM were asked for"

# What is done is not named again; with everything done there are only the first and last lines.
mark() {
	dx-marker -d "$T/d" -V 20260801 "$@"
}
sum=$(sha256sum <"$month/${name}_labels.xml.gz" | cut -c 1-64)
mark start-processing 4
mark start-file-processing ${name}_labels.xml.gz --sha256 "$sum" --shape xmltodict
mark complete-file-processing ${name}_labels.xml.gz 10
run 0 dx-fetch -b "$BASE" -d "$T/d"
lines "$T/d" "$T/d" continue masters artists releases >"$T/want"
same "$T/out" "$T/want" "a file that is processed is not named"
mark complete-processing
mark complete-extraction
: >"$T/log"
run 0 dx-fetch -b "$BASE" -d "$T/d"
lines "$T/d" "$T/d" skip >"$T/want"
same "$T/out" "$T/want" "a month that is done is skipped"
equal "$(requests)" 3 "for the price of the listing and CHECKSUM"
: >"$T/log"
run 0 dx-fetch -b "$BASE" -d "$T/d" -V 20260801
same "$T/out" "$T/want" "so it is with -V"
equal "$(requests)" 1 "for one request"
misbehave '*CHECKSUM* status=404'
run 0 dx-fetch -b "$BASE" -d "$T/d" -V 20260801
same "$T/out" "$T/want" "without a CHECKSUM to look at too"
equal "$(cat "$T/err")" "" "in silence"
misbehave '*CHECKSUM* status=500'
run 0 dx-fetch -v -b "$BASE" -d "$T/d" -V 20260801
says 'cannot see whether' "-v says so"
equal "$(requests)" 1 "after one try"
misbehave

# A file of a done month that was replaced: the month goes on with it.
cp -r "$T/d" "$T/old"
sed -i "s|$T/d|$T/old|" "$T/want"
cp -r "$month" "$T/new"
chmod -R u+w "$T/new"
printf 'new labels' | gzip -n >"$T/new/${name}_labels.xml.gz"
sed -i "s/^[0-9a-f]*\( ${name}_labels\)/$(sha256sum <"$T/new/${name}_labels.xml.gz" | cut -c 1-64)\1/" "$T/new/${name}_CHECKSUM.txt"
first=$BASE
serve "$T/new"
run 0 dx-fetch -b "$BASE" -d "$T/old" -V 20260801 -t artists
same "$T/out" "$T/want" "what is not wanted is not looked at"
run 0 dx-fetch -b "$BASE" -d "$T/old" -V 20260801 --no-verify
same "$T/out" "$T/want" "nor with --no-verify"
: >"$T/log"
run 0 dx-fetch -b "$BASE" -d "$T/old" -V 20260801
says 'labels.*was replaced' "a replaced file of a done month is seen"
equal "$(jq -r 'select(.type == "dump") | .decision' "$T/out")" continue "the month goes on"
check "with that file" grep -q "$(sha256sum <"$T/new/${name}_labels.xml.gz" | cut -c 1-64)" "$T/out"
same "$T/old/${name}_labels.xml.gz" "$T/new/${name}_labels.xml.gz" "which is downloaded"
equal "$(requests)" 2 "CHECKSUM and the file were asked for, once"
run 0 dx-fetch -m "$T/new" -d "$T/d"
equal "$(jq -r 'select(.type == "file") | .data_type' "$T/out" | head -n 1)" labels "in a mirror too"
BASE=$first
rm -r "$T/d"
cp -r "$month" "$T/d"
run 0 dx-fetch -b "$BASE" -d "$T/d"
: >"$T/log"

# --force: again from the start, but no file twice.
run 0 dx-fetch -b "$BASE" -d "$T/d" --force
lines "$T/d" "$T/d" reprocess labels masters artists releases >"$T/want"
same "$T/out" "$T/want" "--force names all files"
equal "$(requests)" 3 "--force fetches none that is good"
check "--force keeps the old marker" test -e "$marker.bak"

# -t: the month stays open until all four are there.
run 0 dx-fetch -b "$BASE" -d "$T/types" -t masters
lines "$T/types" "$T/types" continue masters >"$T/want"
same "$T/out" "$T/want" "-t names that type"
marker=$T/types/.extraction_status_20260801.json
equal "$(jq -r '.download_phase | .status, .files_downloaded, .files_total' "$marker" | tr '\n' ' ')" "in_progress 1 4 " "the month stays open"
run 0 dx-fetch -b "$BASE" -d "$T/types" -t artists,labels
equal "$(jq -r '.download_phase | .status, .files_downloaded' "$marker" | tr '\n' ' ')" "in_progress 3 " "earlier files are registered again"
run 0 dx-fetch -b "$BASE" -d "$T/types" -t releases
equal "$(jq -r '.download_phase.status' "$marker")" completed "with the last type it is complete"
lines "$T/types" "$T/types" continue releases >"$T/want"
same "$T/out" "$T/want" "only the type asked for is named"

# A failed download starts afresh.
dx-marker -d "$T/again" -V 20260801 path >/dev/null
mkdir -p "$T/again"
dx-marker -d "$T/again" -V 20260801 start-download 4
dx-marker -d "$T/again" -V 20260801 fail-download "once"
run 0 dx-fetch -b "$BASE" -d "$T/again"
lines "$T/again" "$T/again" reprocess labels masters artists releases >"$T/want"
same "$T/out" "$T/want" "a failed download is done again"
equal "$(jq -r '.download_phase.status, .summary.overall_status' "$T/again/.extraction_status_20260801.json" | head -n 1)" completed "and completes"

# Two at once.
exec 9>"$T/again/.dx-fetch.lock"
flock 9
run 75 dx-fetch -b "$BASE" -d "$T/again"
says 'another dx-fetch' "a second run in the same folder is told so"
exec 9>&-

# Credentials: sent, not shown.
: >"$T/log"
run 0 dx-fetch -vv -b "${BASE/127/user:geheim@127}" -d "$T/secret"
equal "$(jq -r '.headers.Authorization' "$T/log" | sort -u)" "Basic $(printf user:geheim | base64)" "credentials of the base URL are sent"
check "and never shown" bash -c "! grep -q geheim '$T/out' '$T/err'"
misbehave '* status=500'
run 69 dx-fetch -vv -b "${BASE/127/user:geheim@127}" -d "$T/secret2" --retries 1 --retry-delay 1ms
check "not in errors either" bash -c "! grep -rq geheim '$T/out' '$T/err' '$T/secret2'"

done_testing
