#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-marker: every wrong command line ends in 64 with one line, and touches nothing.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

month=20260801
good=$(printf 'a%.0s' {1..64})

# wrong PATTERN ARGUMENTS...: of an operation on a month in an empty folder
wrong() {
	local pattern=$1
	shift
	mkdir "$T/data"
	run 64 dx-marker -d "$T/data" -V $month "$@"
	says "^dx-marker: $pattern" "says $pattern"
	equal "$(wc -l <"$T/err") $(wc -c <"$T/out")" '1 0' 'in one line, on standard error'
	equal "$(ls -A "$T/data")" '' 'no file was made'
	rm -r "$T/data"
}

wrong 'needs an operation'
wrong 'no-such: no such operation' no-such
wrong ': no such operation' ''
wrong 'start-download: too few operands \(usage: start-download N\)' start-download
wrong 'start-download: too many operands: 5' start-download 4 5
for n in -1 +1 1.0 0x1 '' ' 1' 9223372036854775808 99999999999999999999 four; do
	wrong 'start-download: not a count' start-download "$n"
done
for f in '' . .. a/b /a $'a\nb' $'a\x7fb' $'a\xc2\x85b' $'\xff' $'\xed\xa0\x80' "$(printf 'a%.0s' {1..256})"; do
	wrong 'start-file-download: not a file name' start-file-download "$f"
done
wrong 'pending-files: too few' pending-files
wrong 'pending-files: not a file name' pending-files a b c/d
wrong 'file-downloaded: not a SHA-256' file-downloaded a 1 --sha256 "${good}a"
wrong 'file-downloaded: not a SHA-256' file-downloaded a 1 --sha256 "${good^^}"
wrong 'file-downloaded: needs a value: --sha256' file-downloaded a 1 --sha256
wrong 'file-downloaded: given twice: --sha256' file-downloaded a 1 --sha256 "$good" --sha256 "$good"
wrong 'file-downloaded: unknown option: --shape' file-downloaded a 1 --shape x
wrong 'file-downloaded: unknown option: --sha' file-downloaded a 1 --sha "$good"
wrong 'start-file-processing: not the name of a shape' start-file-processing a --shape 'a b'
wrong 'start-file-processing: not the name of a shape' start-file-processing a --shape ''
wrong 'start-processing: takes no value' start-processing 4 --resume=1
wrong 'resume-point: needs: --sha256' resume-point a --shape x
wrong 'resume-point: needs: --shape' resume-point a --sha256 "$good"
for o in '' $'two\tlines' $'a\x7fb' $'\xff'; do
	wrong 'start-file-processing: not a line of text' start-file-processing a --options "$o"
done
printf '%65537s' '' >"$T/long"
check 'options that are too long' test "$(dx-marker -d "$T" -V $month start-file-processing a --options "$(<"$T/long")" 2>&1 |
	grep -c 'not a line of text')" -eq 1
wrong 'update-file-progress: nothing to set' update-file-progress a
wrong 'update-file-progress: RECORDS without MESSAGES' update-file-progress a 1
wrong 'update-file-progress: too many' update-file-progress a 1 2 3 4
wrong 'update-file-progress: a count given twice' update-file-progress a 1 2 --records 1
wrong 'update-file-progress: a count given twice' update-file-progress a 1 2 3 --batches 1
wrong 'complete-processing: too many' complete-processing 4
wrong 'fail-download: too many' fail-download several words
wrong 'get: too few' get
wrong 'path: too many' path x

run 64 dx-marker show
says 'needs a marker' 'neither folder nor file'
run 64 dx-marker -d "$T" show
says 'needs a marker' 'no month'
for v in 2026 20261301 20260230 2026080a ''; do
	run 64 dx-marker -d "$T" -V "$v" show
done
run 64 dx-marker -d '' -V $month show
run 64 dx-marker -d "$T" -d /tmp -V $month show
run 64 dx-marker -d "$T" -V $month --lock-timeout soon show
run 64 env DX_LOCK_TIMEOUT=-1 dx-marker -d "$T" -V $month show
run 64 dx-marker --no-such-option
run 66 dx-marker -d "$T/none" -V $month start-download 4
says "$T/none/.*No such file" 'a change where no folder is'

run 0 dx-marker --help
operations=0
while read -r operation; do
	check "--help has $operation" grep -q "^  $operation " "$T/out"
	operations=$((operations + 1))
done < <(grep -oE '\{\.name = "[a-z-]+"' "$ROOT/marker/main.c" | cut -d '"' -f 2)
equal "$operations" 34 'so many operations there are'
run 0 dx-marker --version
run 0 dx-marker -d "$T" -V $month file-downloaded --sha256 "$good" -- --odd.xml.gz 5
equal "$(dx-marker -d "$T" -V $month get download_phase.downloads_by_file.--odd.xml.gz.bytes_downloaded)" 5 \
	'behind -- there are only operands'
done_testing
