#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-parse: memory is bounded by the largest record and the workers, not by the file.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

if [ -n "${SANITIZE:-}${VALGRIND:-}" ]; then
	skip 'memory' 'sanitizers and valgrind need memory of their own'
	done_testing
fi
megabytes=${FULL:+400}
megabytes=${megabytes:-100}

# peak COMMAND...: its peak resident memory in KiB, to $T/peak, with its output thrown away.
peak() {
	/usr/bin/time -q -f %M -o "$T/peak" "$@" >/dev/null
}

# below LIMIT NAME COMMAND...: COMMAND exits 0 and stays below LIMIT KiB.
below() {
	local limit=$1 name=$2
	shift 2
	check "$name exits 0" peak "$@"
	check "$name: $(cat "$T/peak") KiB of $limit" test "$(cat "$T/peak")" -lt "$limit"
}

python3 "$ROOT/tests/bench/mkdump.py" releases "$T/one.xml.gz" -b "$megabytes" -l 1 2>/dev/null
python3 "$ROOT/tests/bench/mkdump.py" releases "$T/two.xml.gz" -b $((megabytes * 2)) -l 1 2>/dev/null
for jobs in 1 2 4; do
	below 65536 "-j $jobs, $megabytes MiB" dx-parse -j $jobs "$T/one.xml.gz"
	first=$(cat "$T/peak")
	below 65536 "-j $jobs, twice as much" dx-parse -j $jobs "$T/two.xml.gz"
	# Which worker gets the large records is chance: 10 %, or two blocks and what they become.
	allowed=$((first / 10 > 2048 ? first / 10 : 2048))
	check "-j $jobs: $first and $(cat "$T/peak") KiB" test "$(cat "$T/peak")" -le $((first + allowed))
done
below 65536 'a pipe' sh -c "gzip -dc '$T/one.xml.gz' | dx-parse -j 2"
below 65536 'skipping all' dx-parse --skip 1000000000 "$T/two.xml.gz"
rm "$T"/*.gz

# A reader that is slow makes dx-parse wait, not collect.
python3 "$ROOT/tests/bench/mkdump.py" labels "$T/labels.xml" -b 50 2>/dev/null
below 65536 'a slow reader' sh -c "dx-parse -j 4 '$T/labels.xml' | { sleep 2; cat; }"

# Names that no record had before, 60 MiB of them.
python3 - >"$T/names.xml" <<'EOF'
print("<labels>")
for i in range(60000):
    print("<label><id>%d</id>%s</label>" % (i, "".join("<n%08d%s/>" % (i * 20 + k, "x" * 40) for k in range(20))))
print("</labels>")
EOF
below 65536 'names that never come again' dx-parse -j 2 "$T/names.xml"
rm "$T/names.xml"
# White space, comments and rejects that never end.
{ echo '<labels>' && yes '                              ' | head -c 100000000 && echo '</labels>'; } >"$T/in.xml"
below 65536 'white space alone' dx-parse "$T/in.xml"
{ echo '<labels>' && yes '<!-- a comment of no use -->' | head -n 3000000 && echo '</labels>'; } >"$T/in.xml"
below 65536 'comments alone' dx-parse "$T/in.xml"
{ echo '<labels>' && yes '<label><id></id></label>' | head -n 1000000 && echo '</labels>'; } >"$T/in.xml"
below 65536 'rejects alone' dx-parse -q --max-rejects 10000000 --rejects "$T/rejects" "$T/in.xml"
# 1,000 times what it was before it was unpacked.
{
	echo '<labels><label><id>1</id><name>'
	head -c 300000000 /dev/zero | tr '\0' ' '
	echo '</name></label></labels>'
} | gzip >"$T/bomb.gz"
peak dx-parse "$T/bomb.gz" 2>"$T/err"
check "a record that never ends: $(cat "$T/peak") KiB" test "$(cat "$T/peak")" -lt 300000
says 'is larger than 32 MiB$' 'is refused'
done_testing
