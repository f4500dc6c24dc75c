#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-parse: each option, operands and standard input, and the status of each mistake.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

labels=$DATA/month/discogs_20260801_labels.xml.gz
masters=$DATA/month/discogs_20260801_masters.xml.gz
dx-parse "$labels" >"$T/labels"
dx-parse "$masters" >"$T/masters"
total=$(wc -l <"$T/labels")

# Mistakes: 64, one line, nothing on standard output.
mistake() {
	local pattern=$1
	shift
	run 64 dx-parse "$@"
	says "^dx-parse: $pattern" "$*: $pattern"
	equal "$(grep -c . "$T/err") $(wc -c <"$T/out")" '1 0' "$*: in one line"
}
mistake 'invalid value for --type: singles' -t singles "$labels"
mistake 'invalid value for --type: Labels' --type=Labels "$labels"
mistake 'invalid value for --type: ' -t '' "$labels"
mistake 'invalid value for --shape: flat' -s flat "$labels"
for number in 0 65 -1 x 1.5 '' ' 1' 99999999999999999999; do
	mistake "invalid value for --jobs: $number" --jobs="$number" "$labels"
done
for option in skip limit max-rejects; do
	for number in -1 x 1k '' 18446744073709551616; do
		mistake "invalid value for --$option: $number" --$option="$number" "$labels"
	done
done
mistake 'invalid value for --block: 0' --block 0 "$labels"
mistake 'unknown option --nonsense' --nonsense "$labels"
mistake 'unknown option -x' -x "$labels"
mistake '(--type|-t) needs an argument' "$labels" --type
mistake '--type given twice: labels and masters' -t labels --type masters "$labels"
mistake '--skip given twice: 1 and 2' --skip 1 --skip 2 "$labels"
mistake '--jobs given twice' -j 1 -j2 "$labels"
run 0 dx-parse -t labels -t labels -v -v -q "$labels"
same "$T/out" "$T/labels" 'the same value twice is no contradiction'
DX_JOBS=none run 64 dx-parse "$labels"
says '^dx-parse: invalid value for DX_JOBS: none' 'the environment is checked too'
DX_JOBS=1 DX_SHAPE=xmltodict DX_MAX_REJECTS=5 run 0 dx-parse -s discogsography "$labels"
same "$T/out" "$T/labels" 'an option wins over the environment'

# --help and --version.
run 0 dx-parse --help
for option in -t,.--type -s,.--shape -j,.--jobs --skip --limit --rejects --max-rejects --strict --control -q,.--quiet \
	-v,.--verbose -h,.--help --version; do
	check "--help has $option" grep -qE -- "^ +$option\\b" "$T/out"
done
check '--help fits a terminal' test -z "$(grep -E '^.{121}' "$T/out")"
run 0 dx-parse -h
run 0 dx-parse --version
check '--version is one line' grep -qxE 'dx-parse [0-9]+\.[0-9]+\.[0-9]+' "$T/out"

# Where input comes from.
run 0 dx-parse "$labels" "$masters"
cat "$T/labels" "$T/masters" >"$T/wanted"
same "$T/out" "$T/wanted" 'several files, in order'
run 0 dx-parse - <"$labels"
same "$T/out" "$T/labels" '-'
run 0 dx-parse <"$labels"
same "$T/out" "$T/labels" 'standard input'
run 0 dx-parse "$masters" - "$masters" <"$labels"
cat "$T/masters" "$T/labels" "$T/masters" >"$T/wanted"
same "$T/out" "$T/wanted" '- between files'
gzip -dc "$labels" >"$T/x.xml"
cp "$T/x.xml" "$T/-t"
(cd "$T" && dx-parse -- -t) >"$T/out"
same "$T/out" "$T/labels" '-- ends the options'
cp "$labels" "$T/packed"
run 0 dx-parse "$T/packed"
same "$T/out" "$T/labels" 'gzip is known by its first bytes, not by its name'
run 0 dx-parse "$T/x.xml" -s discogsography
same "$T/out" "$T/labels" 'options behind operands'
if command -v jq >/dev/null; then
	gzip -dc "$labels" | dx-parse -t labels | jq -r .name >"$T/names"
	equal "$(wc -l <"$T/names") $(head -n 1 "$T/names")" "$total Planet E" 'zcat FILE | dx-parse -t labels | jq .name'
fi

# What cannot be read.
run 66 dx-parse "$T/none.xml.gz"
says "^dx-parse: $T/none.xml.gz: No such file or directory\$" 'a file that is missing'
run 66 dx-parse "$T"
says "^dx-parse: $T: Is a directory\$" 'a folder'
status=0
dx-parse <"$T" >"$T/out" 2>"$T/err" || status=$?
equal $status 66 'a folder as standard input'
run 66 dx-parse ''
if [ "$(id -u)" -ne 0 ]; then
	chmod 0 "$T/packed"
	run 66 dx-parse "$T/packed"
	says 'Permission denied$' 'a file that must not be read'
elif command -v setpriv >/dev/null; then
	chmod 755 "$T"
	chmod 600 "$T/packed"
	# A folder on the way to the program may be closed to others.
	cp "$(command -v dx-parse)" "$T/dx-parse"
	if setpriv --reuid 65534 --clear-groups "$T/dx-parse" --version >/dev/null 2>&1; then
		run 66 setpriv --reuid 65534 --clear-groups "$T/dx-parse" "$T/packed"
		says 'Permission denied$' 'a file that must not be read'
	else
		skip 'a file that must not be read' 'the program cannot run as another user here'
	fi
else
	skip 'a file that must not be read' 'root reads everything'
fi
: >"$T/empty"
run 65 dx-parse "$T/empty"
says "^dx-parse: $T/empty: is empty\$" 'an empty file'
run 65 dx-parse </dev/null
says '^dx-parse: standard input: is empty$' 'empty standard input'
run 74 sh -c 'dx-parse <&-'
run 65 dx-parse -t masters "$labels"
says 'root element is <labels>, not <masters>$' 'the wrong type'
# The first that fails ends it.
run 66 dx-parse "$labels" "$T/none" "$masters"
same "$T/out" "$T/labels" 'what came before a failure is whole'

# --skip and --limit: the same records as tail and head give.
for jobs in 1 4; do
	for skip in 0 1 2 499 500 501 $((total - 1)) "$total" $((total + 1)) 18446744073709551615; do
		run 0 dx-parse -j $jobs --block 5000 --skip "$skip" "$labels"
		if [ ${#skip} -lt 10 ]; then
			tail -n +$((skip + 1)) "$T/labels" >"$T/wanted"
		else
			: >"$T/wanted"
		fi
		same "$T/out" "$T/wanted" "-j $jobs --skip $skip"
	done
	for limit in 0 1 2 500 $((total - 1)) "$total" $((total + 1)) 18446744073709551615; do
		run 0 dx-parse -j $jobs --limit "$limit" "$labels"
		head -n "$limit" "$T/labels" >"$T/wanted" 2>/dev/null || cp "$T/labels" "$T/wanted"
		same "$T/out" "$T/wanted" "-j $jobs --limit $limit"
	done
	run 0 dx-parse -j $jobs --skip 100 --limit 10 "$labels"
	sed -n 101,110p "$T/labels" >"$T/wanted"
	same "$T/out" "$T/wanted" "-j $jobs --skip 100 --limit 10"
	run 0 dx-parse -j $jobs --skip 18446744073709551615 --limit 18446744073709551615 "$labels"
	check 'largest numbers' test ! -s "$T/out"
done
run 0 dx-parse --limit 1 "$labels" "$masters"
{ head -n 1 "$T/labels" && head -n 1 "$T/masters"; } >"$T/wanted"
same "$T/out" "$T/wanted" '--limit is for each file'
# Skipped records are not parsed: no complaints about them.
{
	echo '<labels>'
	for i in 1 2 3; do echo "<label><name>$i</name></label>"; done
	for i in 4 5 6; do echo "<label><id>$i</id></label>"; done
	echo '</labels>'
} >"$T/in.xml"
run 0 dx-parse -v --strict --skip 3 "$T/in.xml"
equal "$(grep -o '"id":"."' "$T/out" | tr -d '\n') $(cat "$T/err")" \
	"\"id\":\"4\"\"id\":\"5\"\"id\":\"6\" dx-parse: $T/in.xml: 6 records, 0 repaired, 0 rejected" \
	'what is skipped is not looked at'
# With a limit the rest is not read: a writer that goes on is not waited for.
mkfifo "$T/fifo"
timeout 20 dx-parse --limit 2 <"$T/fifo" >"$T/out" &
pid=$!
exec 3>"$T/fifo"
head -c 20000 "$T/x.xml" >&3
if wait_for 10 test -s "$T/out"; then
	wait_for 10 sh -c "! kill -0 $pid"
fi
exec 3>&-
wait $pid
equal "$? $(wc -l <"$T/out")" '0 2' '--limit ends when it has its records'

# -v and -q, and no progress bar where there is no terminal.
run 0 dx-parse "$labels"
equal "$(cat "$T/err")" '' 'silence is success'
run 0 dx-parse -v "$labels" "$masters"
equal "$(cat "$T/err")" "dx-parse: $labels: $total records, 0 repaired, 0 rejected
dx-parse: $masters: $(wc -l <"$T/masters") records, 0 repaired, 0 rejected" '-v counts each file'
if command -v script >/dev/null; then
	script -qec "dx-parse '$labels' >'$T/out'" /dev/null </dev/null >"$T/terminal"
	same "$T/out" "$T/labels" 'with a terminal for messages'
	script -qec "dx-parse -q '$labels' >'$T/out'" /dev/null </dev/null >"$T/terminal"
	equal "$(cat "$T/terminal")" '' '-q draws no progress'
fi
# --help and --version answer whatever the environment holds; a wrong option before them does not.
DX_JOBS=x run 0 dx-parse --help
DX_JOBS=x run 0 dx-parse --version
DX_JOBS=x run 64 dx-parse --nonsense --help
says 'invalid value for DX_JOBS|unknown option --nonsense' 'what is wrong is said first'
run 64 dx-parse --control -t labels --limit 3 "$DATA/month/discogs_20260801_labels.xml.gz"
says '^dx-parse: --control and --limit' 'no end of a file that was not reached'
equal "$(cat "$T/out")" '' 'and nothing comes out'

done_testing
