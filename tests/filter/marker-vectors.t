#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-marker: each vector's operations, one process each and as one batch, leave the marker it has.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

vectors=("$DATA"/marker/[0-9]*.json)

# marked VECTOR FOLDER NAME: what dx-marker says of FOLDER is what VECTOR says.
marked() {
	local vector=$1 folder=$2 name=$3 version files
	version=$(jq -r .version "$vector")
	mapfile -t files < <(printf "discogs_${version}_%s.xml.gz\n" artists labels masters releases)
	run 0 dx-marker -d "$folder" -V "$version" show
	"$DATA/marker/compare.py" "$vector" "$T/out" >"$T/differences" || :
	equal "$(cat "$T/differences")" '' "$name: the marker"
	if [ -e "$folder/.extraction_status_$version.json" ]; then
		same "$T/out" "$folder/.extraction_status_$version.json" "$name: show prints the file"
	fi
	equal "$(dx-marker -d "$folder" -V "$version" should-process)" "$(jq -r .decision "$vector")" \
		"$name: the decision"
	equal "$(dx-marker -d "$folder" -V "$version" pending-files "${files[@]}")" \
		"$(jq -r '.pending[]' "$vector")" "$name: the pending files"
}

equal "${#vectors[@]}" 18 'all vectors are there'
for vector in "${vectors[@]}"; do
	name=$(basename "$vector" .json)
	version=$(jq -r .version "$vector")
	jq -r '.ops[] | @sh' "$vector" >"$T/operations"

	mkdir "$T/single" "$T/batch"
	while read -r line; do
		declare -a words="($line)"
		dx-marker -d "$T/single" -V "$version" "${words[@]}" || ok 1 "$name: $line"
	done <"$T/operations"
	marked "$vector" "$T/single" "$name"
	equal "$(find "$T/single" -name '*.corrupt*' -o -name '*.json.??????')" '' "$name: nothing is left over"

	run 0 dx-marker -d "$T/batch" -V "$version" batch <"$T/operations"
	marked "$vector" "$T/batch" "$name, as a batch"
	rm -r "$T/single" "$T/batch"
done
done_testing
