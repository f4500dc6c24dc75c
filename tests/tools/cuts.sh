# SPDX-License-Identifier: MIT
# What the tests of dx-fetch with connections that end everywhere source after lib.sh and httpd.sh.
# shellcheck shell=bash

file=discogs_20260801_labels.xml.gz
tries=0
losses=0

# month FOLDER BYTES: one whose labels have so many random bytes.
month() {
	mkdir "$T/$1"
	cp "$DATA/month"/*_{artists,releases}.xml.gz "$T/$1/"
	{ printf '\037\213' && head -c $(($2 - 2)) /dev/urandom; } >"$T/$1/$file"
	(cd "$T/$1" && sha256sum ./*.gz | sed 's|\./||; s/  / /') >"$T/$1/discogs_20260801_CHECKSUM.txt"
}

# cut NAME MONTH KEYS: one test; the places are in $T/places. One run of dx-fetch meets up to 1,001 of them,
# and the next goes on where the last gave up.
cut() {
	local name=$1 month=$T/$2 keys=$3 places bad=0 runs=0 code=69
	places=$(wc -l <"$T/places")
	rm -rf "$T/d"
	misbehave "$file cuts=$T/places $keys" "$file $keys"
	while [ $code -eq 69 ] && [ $runs -le $((places / 1000 + 2)) ]; do
		code=0
		runs=$((runs + 1))
		dx-fetch -q -b "$BASE" -d "$T/d" -V 20260801 -t labels --retries 1000 --retry-delay 0s >"$T/out" 2>"$T/err" || code=$?
		if [ $code -ne 0 ] && { [ -e "$T/d/$file" ] || grep -q '"end"' "$T/out"; }; then
			bad=$((bad + 1))
			note "run $runs: status $code and a file, or an end"
		fi
	done
	[ $code -eq 0 ] || bad=$((bad + 1))
	cmp "$T/d/$file" "$month/$file" || bad=$((bad + 1))
	equal "$bad $(requests "$file")" "0 $((places + 1))" "$name: $places cuts, in $runs runs"
	[ "$bad" -eq 0 ] || note "$(cat "$T/err")"
	tries=$((tries + places))
	losses=$((losses + bad))
}

# every FIRST LAST STEP: places.
every() {
	seq "$1" "$3" "$2" >"$T/places"
}

step=${FULL:+1}
step=${step:-331}
places=${FULL:+1000}
places=${places:-20}
bytes=${FULL:+50000000}
bytes=${bytes:-5000000}
