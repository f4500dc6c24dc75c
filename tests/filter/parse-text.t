#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-parse against Python: what is repaired (as bytes.decode with "replace" has it), what is stripped (as
# str.strip), how JSON escapes (as json.dumps), and the digest of every line, over random text and the
# bundled month. More seeds with FULL=1 (make check-full).
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

seeds=${FULL:+40}
for seed in $(seq "${seeds:-3}"); do
	for shape in discogsography xmltodict; do
		python3 "$ROOT/tests/tools/text-cases.py" "$seed" 4000 $shape "$T/in.xml" "$T/wanted"
		run 0 dx-parse -q -s $shape --max-rejects 0 "$T/in.xml"
		same "$T/out" "$T/wanted" "seed $seed, $shape: as Python has it"
		run 0 dx-parse -q -s $shape -j 1 --block 777 "$T/in.xml"
		same "$T/out" "$T/wanted" "seed $seed, $shape: in small blocks"
	done
done

# The check can fail.
dx-parse "$DATA/month/discogs_20260801_labels.xml.gz" >"$T/labels"
for change in 's/"name":"/&x/' 's/,"/, "/' 's/,"sha256":"[^"]*"//' 's/"name":"[^"]*"/"name":1/' 's/}$/,"a":null}/'; do
	sed "5$change" "$T/labels" >"$T/wrong"
	run 1 "$ROOT/tests/tools/check-records.py" "$T/wrong"
	says 'line 5: ' "$change is seen"
done
run 1 "$ROOT/tests/tools/check-records.py" -n 1 "$T/labels"

declare -A records=([artists]=3368 [labels]=1614 [masters]=1049 [releases]=1011)
for type in artists labels masters releases; do
	for shape in discogsography xmltodict; do
		run 0 dx-parse -s $shape "$DATA/month/discogs_20260801_$type.xml.gz"
		check "$type, $shape: every digest is right" \
			"$ROOT/tests/tools/check-records.py" -n "${records[$type]}" "$T/out"
	done
done
done_testing
