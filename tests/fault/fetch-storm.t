#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-fetch and a server that does something else wrong at each request, by chance: right bytes under the final name
# or a documented status, an end in time, and a whole month as soon as the server is well.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/tools/httpd.sh
. "$ROOT/tests/tools/httpd.sh"

month=$DATA/month
file=discogs_20260801_labels.xml.gz
serve "$month"
seed=${SEED:-$$}
note "SEED=$seed"
RANDOM=$seed
head -c 100 "$month/discogs_20260801_CHECKSUM.txt" >"$T/short"
sed 's/^./0/' "$month/discogs_20260801_CHECKSUM.txt" >"$T/wrong"
for name in short wrong; do
	check "$name is none" bash -c "! cmp -s '$T/$name' '$month/discogs_20260801_CHECKSUM.txt'"
done

# Ways to go wrong, for any answer: one a line. N is a place by chance.
cat >"$T/ways" <<EOF
status=500
status=502 body=html
status=503
status=503 retry-after=1
status=503 retry-after=+2
status=429
status=429 retry-after=1
status=429 retry-after=+2
status=429 retry-after=0
status=429 retry-after=nonsense
status=408
status=404
status=403 body=html
status=401
status=400
status=416
status=204
status=206
status=304
status=302 to=/?download=data%2F2026%2F$file
status=302 to=/
status=301 to=http://localhost:%d/
status=301 to=file:///etc/passwd
status=302 to=http://[
status=307
reset=-1
reset=0
reset=N
cut=0
cut=N
chunked
chunked cut=N
chunked reset=N
bare
bare cut=N
length=0
length=1
length=1000
length=900000
length=999999999999999
body=html
body=
body=x
body=some_text
flip=N
flip=0
flip=N chunked
badrange=start
badrange=unknown
badrange=short
badrange=total
badrange=half
badrange=half cut=N
ignore-if-range etag=v2
etag=v2
etag=v2 cut=N
etag=none
etag=none modified=none cut=N
etag=W/v1 cut=N
etag=none modified=Mon,_03_Aug_2026_10:00:00_GMT ignore-if-range
from=$month/discogs_20260801_masters.xml.gz
from=$month/discogs_20260801_masters.xml.gz cut=N
from=$T/short
from=$T/wrong
EOF
if [ -n "${FULL:-}" ]; then
	printf 'stall=%s\n' -1 0 N >>"$T/ways"
fi
mapfile -t ways <"$T/ways"
targets=("$file" "$file" "$file" "*CHECKSUM.txt" root 2026)

# storm: control lines for the next requests, each for one.
storm() {
	local i way target
	for ((i = 1 + RANDOM % 6; i > 0; i--)); do
		target=${targets[RANDOM % ${#targets[@]}]}
		way=${ways[RANDOM % ${#ways[@]}]}
		while [[ $way == *=N* ]]; do
			way=${way/=N/=$(((RANDOM * 32768 + RANDOM) % 220098))}
		done
		# The server counts the requests of a line: a number tells two that are the same apart.
		echo "$target times=1 n=$n.$i range $way"
	done
	echo '* range'
}

points=0
losses=0
# lost WHAT
lost() {
	losses=$((losses + 1))
	[ $losses -gt 20 ] || note "lost: $1" "$(cat "$T/control")" "$(head -c 1000 "$T/err")"
}

# once TRIES: one run in the storm; what it leaves is right.
once() {
	local code=0
	rm -f "$T/d/.dx-fetch-wait"
	timeout -k 1 30 dx-fetch -v -b "$BASE" -d "$T/d" -t labels "${how[@]}" --retries "$1" --retry-delay 0s \
		--stall-timeout 1s >"$T/out" 2>"$T/err" || code=$?
	points=$((points + 1))
	seen[code]=$((${seen[code]:-0} + 1))
	case $code in
	0)
		[ "$(tail -n 1 "$T/out")" = '{"type":"end","stage":"fetch"}' ] || lost 'success without an end'
		cmp -s "$T/d/$file" "$month/$file" || lost 'success without the file'
		;;
	65 | 66 | 69 | 75 | 77)
		! grep -q '"end"' "$T/out" || lost "status $code with an end"
		grep -q '^dx-fetch: ' "$T/err" || lost "status $code without a word"
		;;
	*) lost "status $code" ;;
	esac
	[ ! -e "$T/d/$file" ] || cmp -s "$T/d/$file" "$month/$file" || lost 'a wrong file under the final name'
	return $code
}

# A folder with a part of the file, as an earlier run left it.
misbehave "$file range cut=50000"
dx-fetch -q -b "$BASE" -d "$T/part" -V 20260801 -t labels --retries 0 >"$T/out" 2>"$T/err"
check 'a part was left' test -s "$T/part/$file.part"

# weather LINE...: runs while the server does LINE..., until one succeeds, three at most; then one with a server
# that is well. Half of them begin with a part.
weather() {
	rm -rf "$T/d"
	[ $((RANDOM % 2)) -eq 0 ] || cp -r "$T/part" "$T/d"
	how=()
	[ $((RANDOM % 2)) -eq 0 ] || how=(-V 20260801)
	misbehave "$@"
	for ((run = 0; run < 3; run++)); do
		! once $((RANDOM % 4)) || return 0
	done
	misbehave '* range'
	once 1 || lost 'a server that is well again does not help'
}

seen=()
storms=${FULL:+400}
storms=${storms:-40}
for ((n = storms; n > 0; n--)); do
	weather "$(storm)"
done
if [ -n "${FULL:-}" ]; then
	# Each misbehaviour once, and as the only thing that the server does.
	for way in "${ways[@]//=N/=70001}"; do
		for target in "$file" "*CHECKSUM.txt" root 2026; do
			weather "$target times=1 range $way" '* range'
			weather "$target range $way" '* range'
		done
	done
fi
equal "$losses" 0 "$storms storms"
for code in "${!seen[@]}"; do
	note "status $code: ${seen[code]} runs"
done
echo "# total: http-storms points=$points losses=$losses"
done_testing
