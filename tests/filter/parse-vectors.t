#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-parse: real records of five eras, both shapes, come out as the vectors have them, byte for byte,
# with any number of workers, from gzip, plain file and pipe, in blocks of any size, and however
# reads are cut. The long sweeps are for FULL=1 (make check-full); without it a sample is taken.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

FULL=${FULL:-}
eras=(2019-12 2020-08 2020-09 2025-09 2026-03)
types=(artists labels masters releases)
shim=$T/shortread.so
differ=()
runs=0

# matches NAME WANTED COMMAND...: COMMAND exits 0 and prints the file WANTED; else NAME is noted.
matches() {
	local name=$1 wanted=$2
	shift 2
	runs=$((runs + 1))
	"$@" 2>"$T/err" | cmp -s - "$wanted" && [ "${PIPESTATUS[0]}" -eq 0 ] && [ ! -s "$T/err" ] ||
		differ+=("$name")
}

# verdict NAME: one test over all runs since the last.
verdict() {
	ok "${#differ[@]}" "$1 ($runs runs)"
	[ "${#differ[@]}" -eq 0 ] || note "differ: ${differ[*]}"
	differ=()
	runs=0
}

# sweep FUNCTION ERA...: FUNCTION NAME XML GZ WANTED SHAPE for each file of the eras in both shapes.
sweep() {
	local function=$1 era type shape
	shift
	for era; do
		for type in "${types[@]}"; do
			for shape in discogsography xmltodict; do
				"$function" "$era/$type/$shape" "$T/$era.$type.xml" \
					"$DATA/dumps/$era/$type.xml.gz" "$T/$era.$type.$shape" "$shape"
			done
		done
	done
}

shortened() {
	local bytes=$1
	shift
	env SHORTREAD="$bytes" LD_PRELOAD="$shim" \
		ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" "$@"
}

piped() {
	local file=$1
	shift
	# shellcheck disable=SC2002 # a pipe, not a file
	cat "$file" | "$@"
}

for era in "${eras[@]}"; do
	for type in "${types[@]}"; do
		gzip -dc "$DATA/dumps/$era/$type.xml.gz" >"$T/$era.$type.xml"
		for shape in discogsography xmltodict; do
			gzip -dc "$DATA/vectors/$era/$type.$shape.ndjson.gz" >"$T/$era.$type.$shape"
		done
	done
done
check 'the shim for short reads compiles' \
	"${CC:-cc}" -D_DEFAULT_SOURCE -shared -fPIC -o "$shim" "$ROOT/tests/tools/shortread.c"

# Every file, each way to come in.
everything() {
	matches "$1 gz" "$4" dx-parse -s "$5" "$3"
	matches "$1 gz -j1" "$4" dx-parse -j 1 -s "$5" "$3"
	matches "$1 gz -j4" "$4" dx-parse -j 4 -s "$5" "$3"
	matches "$1 plain" "$4" dx-parse -j 4 -s "$5" "$2"
	matches "$1 pipe" "$4" piped "$3" dx-parse -j 4 -s "$5"
	matches "$1 plain pipe" "$4" piped "$2" dx-parse -j 1 -s "$5" -
}
sweep everything "${eras[@]}"
verdict 'every era, type and shape'

# The type by name and by the environment; all files of an era at once.
for era in "${eras[@]}"; do
	for shape in discogsography xmltodict; do
		for type in "${types[@]}"; do cat "$T/$era.$type.$shape"; done >"$T/all"
		matches "$era $shape" "$T/all" env DX_SHAPE="$shape" dx-parse \
			"$DATA/dumps/$era/"{artists,labels,masters,releases}.xml.gz
	done
done
named() {
	local type=${1#*/}
	matches "$1 -t" "$4" dx-parse -t "${type%/*}" -s "$5" "$3"
}
sweep named "${eras[@]}"
verdict 'several operands, types by name'

# Workers and blocks.
blocks() {
	local block jobs
	for block in $block_sizes; do
		for jobs in $job_counts; do
			matches "$1 --block $block -j$jobs" "$4" \
				dx-parse -s "$5" -j "$jobs" --block "$block" "$2"
		done
		matches "$1 gz --block $block" "$4" dx-parse -s "$5" --block "$block" "$3"
	done
}
block_sizes='1 2 3 7 64 4096' job_counts='1 4'
[ -z "$FULL" ] || job_counts='1 2 3 4 5 6 7 8'
sweep blocks 2025-09
verdict 'blocks of 1, 2, 3, 7, 64, 4096 bytes'
block_sizes='1000 4096' job_counts='1 2 8'
[ -z "$FULL" ] || block_sizes='64 1000 4096 65537'
sweep blocks 2020-09 2026-03
[ -z "$FULL" ] || sweep blocks 2019-12 2020-08
verdict 'blocks smaller and larger than records'

# Reads cut short.
cuts() {
	local bytes
	for bytes in $cut_sizes; do
		matches "$1 gz cut at $bytes" "$4" shortened "$bytes" dx-parse -j 4 -s "$5" "$3"
		matches "$1 gz pipe cut at $bytes" "$4" \
			piped "$3" shortened "$bytes" dx-parse -j 1 -s "$5"
		[ -z "$cut_plain" ] ||
			matches "$1 plain cut at $bytes" "$4" shortened "$bytes" dx-parse -j 4 -s "$5" "$2"
	done
}
cut_sizes='1 2 3 7' cut_plain=yes
sweep cuts 2025-09
cut_plain=$FULL
# Each read costs a sanitizer and valgrind many times what it costs otherwise.
[ -z "${SANITIZE:-}${VALGRIND:-}" ] || cut_sizes=101
sweep cuts 2020-09 2026-03
if [ -n "$FULL" ]; then
	sweep cuts 2019-12 2020-08
else
	cut_sizes=${cut_sizes##* }
	sweep cuts 2019-12
fi
verdict 'reads of 1, 2, 3, 7 bytes'
# Control lines that come in pieces are the business of parse-stream.t.
done_testing
