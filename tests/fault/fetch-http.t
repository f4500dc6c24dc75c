#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# dx-fetch against a server that misbehaves: right bytes under the final name, or an error.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/tools/httpd.sh
. "$ROOT/tests/tools/httpd.sh"

month=$DATA/month
file=discogs_20260801_labels.xml.gz
serve "$month"

# fetch STATUS LINE...: labels into the empty folder $T/d while the server does LINE...; right or nothing.
fetch() {
	local expected=$1
	shift
	rm -rf "$T/d"
	misbehave "$@"
	note "server: $*"
	run "$expected" dx-fetch -v -b "$BASE" -d "$T/d" -V 20260801 -t labels --retries 2 --retry-delay 5ms --stall-timeout 1s
	if [ "$expected" -eq 0 ]; then
		same "$T/d/$file" "$month/$file" "  the file is right"
		equal "$(tail -n 1 "$T/out")" '{"type":"end","stage":"fetch"}' "  the stream ends well"
	else
		check "  no file under the final name" test ! -e "$T/d/$file"
		check "  no file line and no end line" bash -c "! grep -Eq '\"(file|end)\"' '$T/out'"
	fi
}

# marker_says STATUS: of the download phase.
marker_says() {
	equal "$(jq -r .download_phase.status "$T/d/.extraction_status_20260801.json")" "$1" "  the marker says $1"
}

# What can pass is tried again.
for line in status=500 status=502 status=503 status=408 reset=-1 reset=100000 cut=100000 "chunked cut=100000" \
	"chunked reset=70000" "bare cut=100000" stall=-1 stall=50000 length=900000 "chunked stall=1000" length=0; do
	fetch 0 "$file times=1 $line"
	case $line in
	bare*) says 'checksum mismatch' "  what looked whole was not believed" ;;
	*) equal "$(requests "$file")" 2 "  tried twice" ;;
	esac
done
fetch 0 "$file chunked"
fetch 0 "$file bare"
equal "$(requests "$file")" 1 "  asked once"
fetch 0 "$file chunked slow=2000000"

# Not for ever, and not for what cannot pass.
fetch 69 "$file status=500"
equal "$(requests "$file")" 3 "  tried three times"
says 'HTTP 500; given up after 3 tries' "  it is said why"
marker_says failed
fetch 69 "$file cut=1000"
fetch 69 "$file reset=-1"
fetch 69 "$file stall=-1"
fetch 66 "$file status=404"
equal "$(requests "$file")" 1 "  asked once"
marker_says failed
fetch 66 "$file status=410"
fetch 77 "$file status=403 body=html"
equal "$(requests "$file")" 1 "  asked once"
says 'not allowed: HTTP 403' "  it is said"
fetch 77 "$file status=401"
fetch 69 "$file status=400"
equal "$(requests "$file")" 1 "  asked once"

# A page instead of the file.
fetch 69 "$file body=html"
says 'web page' "  it is said"
equal "$(requests "$file")" 1 "  asked once"
fetch 69 "$file body=\"<html>with the type of a file\""
fetch 69 "*CHECKSUM* body=html"
fetch 77 "*CHECKSUM* status=403"
fetch 75 "*CHECKSUM* status=404"
says 'no CHECKSUM' "  it is said"
fetch 65 "*CHECKSUM* body=nonsense"
fetch 65 "*CHECKSUM* body=\"$(printf '%064d' 0) discogs_20260701_labels.xml.gz\""

# Wrong bytes.
fetch 0 "$file flip=1000 times=1"
says 'checksum mismatch' "  it is said"
equal "$(requests '.*CHECKSUM.txt')" 2 "  CHECKSUM was asked for again"
fetch 65 "$file flip=1000"
equal "$(requests "$file")" 2 "  asked twice"
marker_says failed
check "  no part is left that a next run would trust" test ! -s "$T/d/$file.part"
fetch 65 "$file length=1000"
fetch 69 "$file body=x"
says 'no gzip file' "  it is said"

# More than can be: where a listing gives the size, and for texts.
rm -rf "$T/d"
misbehave "$file endless"
run 65 dx-fetch -b "$BASE" -d "$T/d" -t labels
says 'more than can be true' "an endless file is cut off"
check "and thrown away" test ! -s "$T/d/$file.part"
misbehave "*CHECKSUM* endless"
run 65 dx-fetch -b "$BASE" -d "$T/d2" -V 20260801
misbehave "root endless"
run 65 dx-fetch -b "$BASE" --list
fetch 65 "$file length=999999999999999"

# No room on the disk: known from the listing before the file is asked for, or from the length.
mkdir "$T/big"
cp "$month"/* "$T/big/"
curl -s "$BASE?prefix=data%2F2026%2F" | sed 's/214.9 KB/900000.0 GB/' >"$T/page"
check "the page was changed" grep -q '900000.0 GB' "$T/page"
cp "$T/page" "$T/big/2026.html"
serve "$T/big"
run 74 dx-fetch -b "$BASE" -d "$T/d3" -t labels
says 'the disk has' "a full disk is foreseen from the listing"
equal "$(requests "$file")" 0 "and the file not asked for"
rm "$T/big/2026.html"
mkdir "$T/small"
# in_small COMMAND...: runs it with a disk of 200 KB mounted on $T/small.
in_small() {
	# shellcheck disable=SC2016 # expanded by the inner shell
	unshare -rm sh -c 'mount -t tmpfs -o size=200k none "$1" && shift && exec "$@"' sh "$T/small" "$@"
}
if in_small true 2>/dev/null; then
	for keys in "" chunked; do
		misbehave "$file $keys"
		run 74 in_small dx-fetch -b "$BASE" -d "$T/small" -V 20260801 -t labels
		says 'the disk has|No space left' "a full disk is named ($keys)"
		equal "$(requests "$file")" 1 "and nothing tried again"
	done
else
	skip "a full disk" "this user cannot mount one"
fi

# Redirects: within the server only.
fetch 0 "$file status=302 times=1 to=/?download=data%2F2026%2F$file"
fetch 69 "$file status=302 to=http://localhost:%d/?download=data%2F2026%2F$file"
says 'another server' "  it is said"
equal "$(requests "$file")" 1 "  the other was not asked"
fetch 69 "$file status=301 to=file:///etc/passwd"
fetch 69 "$file status=307 to=/?download=data%2F2026%2F$file"
says 'too many redirects' "  a circle ends"

# An error page that is cut or silent: its status counts all the same.
for how in cut=10 stall=10 stall=0 reset=10; do
	fetch 66 "$file status=404 $how"
	equal "$(requests "$file")" 1 "  asked once"
	fetch 77 "$file status=403 $how"
	equal "$(requests "$file")" 1 "  asked once"
	fetch 75 "$file status=429 retry-after=3570 $how"
	equal "$(requests "$file")" 1 "  asked once"
	check "  the time is remembered" test -s "$T/d/.dx-fetch-wait"
done

# A CHECKSUM that is cut inside its last name is no smaller month, nor one that lacks a file of every month.
fetch 65 "*CHECKSUM.txt bare cut=382"
says 'no whole checksum line' "  it is said"
head -n 1 "$month/discogs_20260801_CHECKSUM.txt" >"$T/one"
fetch 75 "*CHECKSUM.txt from=$T/one"
says 'does not name the' "  it is said"

# Without the checksum: what is shorter than listed is tried again.
rm -rf "$T/d"
misbehave "$file times=1 bare cut=100000"
run 0 dx-fetch -b "$BASE" -d "$T/d" -t labels --no-verify --retry-delay 5ms
same "$T/d/$file" "$month/$file" "a body shorter than listed is not taken for the file"
rm -rf "$T/d"
misbehave "$file body=some_text"
run 69 dx-fetch -b "$BASE" -d "$T/d" -V 20260801 -t labels --no-verify --retries 1 --retry-delay 5ms
check "what is no gzip never gets the final name" test ! -e "$T/d/$file"

# A folder in the place of a file.
mkdir -p "$T/blocked/$file"
misbehave
run 74 dx-fetch -b "$BASE" -d "$T/blocked" -V 20260801 -t labels
says 'not a regular file' "a folder under the final name is named"
equal "$(requests "$file")" 0 "and the file not asked for"

# A wrong file is removed only if it is asked for.
mkdir "$T/unwanted"
echo old >"$T/unwanted/discogs_20260801_masters.xml.gz"
run 0 dx-fetch -b "$BASE" -d "$T/unwanted" -V 20260801 -t labels
says 'masters.*checksum mismatch' "a wrong file that is not wanted is named"
equal "$(cat "$T/unwanted/discogs_20260801_masters.xml.gz")" old "and left alone"

# A file that was replaced after CHECKSUM was read.
cp -r "$month" "$T/new"
chmod -R u+w "$T/new"
printf 'new labels' | gzip -n >"$T/new/$file"
sed -i "s/^[0-9a-f]*\( $file\)/$(sha256sum <"$T/new/$file" | cut -c 1-64)\1/" "$T/new/discogs_20260801_CHECKSUM.txt"
serve "$T/new"
rm -rf "$T/d"
misbehave "*CHECKSUM* times=1 from=$month/discogs_20260801_CHECKSUM.txt"
run 0 dx-fetch -b "$BASE" -d "$T/d" -V 20260801 -t labels
same "$T/d/$file" "$T/new/$file" "a file that was replaced is good by its new CHECKSUM"
equal "$(requests "$file")" 1 "and downloaded once"
same "$T/d/discogs_20260801_CHECKSUM.txt" "$T/new/discogs_20260801_CHECKSUM.txt" "the new CHECKSUM is kept"

# One that was good before: the month is not complete by the new sums.
rm -rf "$T/d"
mkdir "$T/d"
cp "$month/$file" "$T/d/"
misbehave "*CHECKSUM* from=$month/discogs_20260801_CHECKSUM.txt times=1" "*_masters* times=1 flip=1000"
run 75 dx-fetch -b "$BASE" -d "$T/d" -V 20260801
says 'labels.* was replaced' "a file that was replaced after it was named is found out"
equal "$(jq -r .download_phase.status "$T/d/.extraction_status_20260801.json")" in_progress "the month stays open"
check "no end line" bash -c "! grep -q '\"end\"' '$T/out'"
run 0 dx-fetch -b "$BASE" -d "$T/d" -V 20260801
same "$T/d/$file" "$T/new/$file" "the next run has the new one"

done_testing
