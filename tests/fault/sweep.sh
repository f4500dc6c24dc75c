# SPDX-License-Identifier: MIT
# A pipeline that is hurt at one system call of one program, and what must hold then and after the next run.
#
#   . "$(dirname "$0")/../lib.sh"
#   . "$(dirname "$0")/sweep.sh"
#   sweep_begin                                # the month, the expected files, the list of points
#   sweep_points publish >"$T/points"          # PROGRAM KEY CALL N PATH, tab-separated, in the order they happen
#   hurt publish - write 3 signal=KILL         # one run; $ends, $W/err.STAGE, $W/strace.log
#   holds_now; goes_on                         # what must hold; each complains in $wrong
#
# A point is the N-th CALL of a program that is run by itself (fetch, parse, publish), or of one run of
# dx-marker, which the KEY names: who runs it, the operation and its first arguments. strace counts
# each thread by itself, and so do we: the N-th of whichever thread comes to it first. What runs in place of
# a stage's child, before it is dx-marker, is counted likewise; after that it is left alone (-b execve).
# To repeat a point by hand, take the line that a failure prints.
#
# $W is the folder of one run: data (marker), out (file:), err.STAGE.
# shellcheck shell=bash

# The programs that are hurt; SWEEP_PROGRAMS="fetch marker" is for trying by hand.
# shellcheck disable=SC2034 # for the tests that source this
read -ra sweep_programs <<<"${SWEEP_PROGRAMS:-fetch parse publish marker}"
sweep_stages=(fetch parse publish)

# The month: labels, read first, have two marks; the rest is small. TYPE=RECORDS.
sweep_month=(artists=40 labels=1100 masters=30 releases=30)
sweep_version=20260801

# No stage takes longer than this with a fault, in seconds; what does is stuck.
sweep_limit=120

# One set of options for every run. One worker: the calls come in the same order each time. Each mark is recorded.
W=$T/w
month=$T/month
marker=$W/data/.extraction_status_$sweep_version.json
declare -A stage_command=(
	[fetch]="dx-fetch -m $month -d $W/data"
	[parse]="dx-parse -j 1"
	[publish]="dx-publish -u file:$W/out --state-interval 1"
)
# A traced process cannot look for leaks.
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0"

points_tried=0 losses=0 duplicates=0 repeated=0

# sweep_begin: makes what every run needs. Skips the whole test where there is no strace.
sweep_begin() {
	if ! strace -f -b execve -o /dev/null true 2>/dev/null; then
		skip 'a fault at each system call' 'no strace here, or it may not trace'
		done_testing
	fi
	local pair
	mkdir "$month" "$T/expected"
	for pair in "${sweep_month[@]}"; do
		python3 "$ROOT/tests/bench/mkdump.py" "${pair%=*}" -r "${pair#*=}" \
			"$month/discogs_${sweep_version}_${pair%=*}.xml.gz" 2>/dev/null || exit
		dx-parse -t "${pair%=*}" "$month/discogs_${sweep_version}_${pair%=*}.xml.gz" \
			>"$T/expected/${pair%=*}.ndjson" || exit
	done
	(cd "$month" && sha256sum ./*.gz | sed 's| \./| |' >sums && mv sums discogs_${sweep_version}_CHECKSUM.txt)
	make_marker_wrapper
	list_points
}

# A dx-marker that is traced when its key is the one that is wanted, the first time, or always, to list the points.
make_marker_wrapper() {
	cat >"$T/marker" <<-EOF
		#!/bin/sh
		read -r parent </proc/\$PPID/comm
		key="\$parent \$3 \${4:-} \${6:-}"
		case \$1 in -d) key="\$parent \$5" ;; esac
		key=\$(echo "\$key" | sed 's/ --.*//; s/ *\$//; s/ /,/g')
		if [ "\$key" = "\${SWEEP_KEY:-}" ] && [ ! -e "$W/strace.log" ]; then
			exec \$SWEEP_TRACE "$BUILD/bin/dx-marker" "\$@"
		elif [ "\${SWEEP_LIST:-}" = strace ]; then
			exec strace -f -y -o "$T/logs/marker,\$key" "$BUILD/bin/dx-marker" "\$@"
		elif [ "\${SWEEP_LIST:-}" = shim ]; then
			exec env LD_PRELOAD=$T/fault.so FAULT=-:0:list:dx-marker:"$T/logs/marker,\$key" "$BUILD/bin/dx-marker" "\$@"
		fi
		exec "$BUILD/bin/dx-marker" "\$@"
	EOF
	chmod +x "$T/marker"
}

# run_stage STAGE: in place of this shell, with what is to be in front of it. Descriptor 9 is
# the lock that tells who is still alive.
run_stage() {
	local stage=$1
	# shellcheck disable=SC2086 # words
	exec timeout -s KILL "$sweep_limit" ${before[$stage]:-} ${stage_command[$stage]} 2>"$W/err.$stage"
}

# pipeline: one run; the statuses in $ends. Returns when everybody is gone, children of the killed included.
declare -A before
pipeline() {
	local started=$SECONDS
	(
		exec 9>"$W/alive"
		flock 9
		run_stage fetch </dev/null | run_stage parse | run_stage publish
		echo "${PIPESTATUS[*]}" >"$W/ends"
	) 2>/dev/null
	read -ra ends <"$W/ends"
	[ $((SECONDS - started)) -lt "$sweep_limit" ] || starved=1
	if ! flock -w "$sweep_limit" "$W/alive" true; then
		complain 'somebody is left over'
	fi
}

fresh() {
	rm -rf "$W"
	mkdir "$W"
	wrong=
	starved=0
	before=()
}

# list_points: all calls of each program in a run without faults, as strace sees them. With `shim`: those that
# our library to preload sees, which it makes first; sweep_points shim.PROGRAM then prints them.
list_points() {
	local kind=${1:-strace} stage log
	fresh
	mkdir "$T/logs"
	if [ "$kind" = shim ]; then
		"${CC:-cc}" -shared -fPIC -o "$T/fault.so" "$ROOT/tests/tools/fault.c" || exit
		export ASAN_OPTIONS+=:verify_asan_link_order=0
	fi
	for stage in "${sweep_stages[@]}"; do
		before[$stage]="strace -f -b execve -y -o $T/logs/$stage,-"
		[ "$kind" != shim ] ||
			before[$stage]="env LD_PRELOAD=$T/fault.so FAULT=-:0:list:dx-$stage:$T/logs/$stage,-"
	done
	export DX_MARKER=$T/marker
	SWEEP_LIST=$kind pipeline
	unset DX_MARKER
	all_there
	equal "${ends[*]}$wrong" '0 0 0' "a run without faults, traced ($kind)"
	for log in "$T"/logs/*; do
		stage=$(basename "$log")
		"calls_of_$kind" "${stage%%,*}" "${stage#*,}" <"$log" >>"$T/points.${kind#strace}${stage%%,*}"
	done
	rm -rf "$T/logs"
}

calls_of_shim() {
	awk -v program="$1" -v key="$2" -v OFS='\t' '{ print program, key, $1, $2, $3, "-", "handled" }'
}

# calls_of_strace PROGRAM KEY: the points in the log on standard input. PATH is what the call is about: the file
# of its descriptor or its argument; ! where the file may be made; handled from where signals are.
calls_of_strace() {
	awk -v program="$1" -v key="$2" -v OFS='\t' '
		/rt_sigaction\(SIGTERM, \{sa_handler=0x/ { handled = 1 }
		$2 ~ /^[a-z_0-9]+\(/ {
			call = $2; sub(/\(.*/, "", call)
			n = ++count[$1, call]
			if (seen[call, n]++ || call == "execve" || call == "exit_group" || call == "exit")
				next
			path = ""
			if (call ~ /^(openat|mkdir|rename|link|unlink|access|readlink)$/) {
				if (match($0, /"[^"]*"/)) path = substr($0, RSTART + 1, RLENGTH - 2)
			} else if (match($0, /\([0-9]+<[^>]*>/)) {
				path = substr($0, RSTART + 1, RLENGTH - 1)
			}
			made = /O_CREAT/ ? "made" : "-"
			print program, key, call, n, path == "" ? "-" : path, made, handled ? "handled" : "-"
		}'
}

# sweep_points PROGRAM: prints its points. What dx-marker does before it looks at anything, the loader's calls
# above all, is the same for each operation: of the first only.
sweep_points() {
	awk -F '\t' '$1 != "marker" { print; next }
		!first { first = $2 }
		$2 == first || $7 == "handled"' "$T/points.$1"
}

# sample COUNT: so many lines of standard input, spread evenly, half of them in a slow build; all of them with FULL.
# SWEEP_SHARE is another count, for trying by hand.
sample() {
	local count=$1
	[ -z "${SANITIZE:-}" ] || count=$(((count + 1) / 2))
	if [ -n "${FULL:-}" ]; then
		cat
	else
		awk -v want="${SWEEP_SHARE:-$count}" '{ line[NR] = $0 }
			END { for (i = 0; i < want && i < NR; i++) print line[int((i + 0.5) * (NR > want ? NR / want : 1)) + 1] }'
	fi
}

complain() {
	wrong+=" [$*]"
}

# hurt PROGRAM KEY CALL N FAULT: one run in which FAULT, as strace's inject= or our shim has it, comes there.
hurt() {
	local program=$1 key=$2 call=$3 n=$4 fault=$5 trace
	fresh
	points_tried=$((points_tried + 1))
	counts_before=("$points_tried" "$losses" "$duplicates")
	point="$program $key $call $n $fault"
	case $fault in
	shim=*) trace="env LD_PRELOAD=$T/fault.so FAULT=$call:$n:${fault#shim=}:dx-$program:$W/strace.log" ;;
	*) trace="strace -f -b execve -ttt -y -o $W/strace.log -e trace=$call -e inject=$call:$fault:when=$n" ;;
	esac
	if [ "$program" = marker ]; then
		DX_MARKER=$T/marker SWEEP_KEY=$key SWEEP_TRACE=$trace pipeline
	else
		before[$program]=$trace
		pipeline
		before=()
	fi
}

# again FUNCTION ARG...: if the last point took as long as it may, the machine was perhaps busy or stopped us: tries it
# once more by FUNCTION, and forgets the first. A program that hangs does so again. Fails if it was not so.
again() {
	[ "$starved" -eq 1 ] && [ "$repeated" -eq 0 ] || return 1
	note "$point took $sweep_limit s, once more"
	points_tried=$((counts_before[0] - 1)) losses=${counts_before[1]} duplicates=${counts_before[2]}
	repeated=1
	"$@"
	repeated=0
}

# by_hand: how to repeat the last point.
by_hand() {
	note "$point:$wrong"
	case $point in
	*shim=*) note "    FAULT=$3:$4:${5#shim=}:dx-$1:log LD_PRELOAD=tests/tools/fault.so, made of fault.c" ;;
	marker*) note "    DX_MARKER=(a wrapper that, for $2) exec strace -f -o log -e trace=$3 -e inject=$3:$5:when=$4 dx-marker \"\$@\"" ;;
	*) note "    strace -f -b execve -o log -e trace=$3 -e inject=$3:$5:when=$4 ${stage_command[$1]}" ;;
	esac
	note "    ends: ${ends_hurt:-}"
	note "$(cat "$W"/hurt.err.* 2>/dev/null | head -n 6 | cut -c 1-300)"
}

lines_of() {
	local n=0
	[ ! -e "$W/out/$1.ndjson" ] || n=$(wc -l <"$W/out/$1.ndjson")
	echo "$n"
}

# holds_now: the marker is a whole one, and counts nothing that is not there.
holds_now() {
	local pair type file position records messages batches lines done=''
	ends_hurt="${ends[*]}"
	for type in "${sweep_stages[@]}"; do cp "$W/err.$type" "$W/hurt.err.$type" 2>/dev/null; done
	[ -e "$marker" ] || return 0
	dx-marker --strict -f "$marker" show >"$W/show" 2>"$W/why" || complain "no marker: $(cat "$W/why")"
	[ ! -e "$marker.bak" ] || dx-marker --strict -V $sweep_version -f "$marker.bak" show >/dev/null 2>&1 ||
		complain 'no .bak'
	for pair in "${sweep_month[@]}"; do
		type=${pair%=*}
		file=discogs_${sweep_version}_$type.xml.gz
		grep -q "$file" "$W/show" || continue
		read -r position records messages batches < <(dx-marker -f "$marker" file-counts "$file")
		lines=$(lines_of "$type")
		if [ "$messages" -gt "$lines" ] || [ "$records" -gt "$lines" ] || [ "$position" -gt "$lines" ]; then
			complain "$type: the marker counts $position/$records/$messages/$batches, there are $lines"
		fi
		[ -n "$(dx-marker -f "$marker" pending-files "$file")" ] || done+=" $type"
	done
	for type in $done; do
		cmp -s "$W/out/$type.ndjson" "$T/expected/$type.ndjson" || complain "$type is complete in the marker only"
		dx-marker -f "$marker" unsent | grep -q "_$type" || told "$type" ||
			complain "$type: the marker says that completion was told"
	done
	[ "$(dx-marker -f "$marker" should-process)" != skip ] || tells_month ||
		complain 'the month is done in the marker only'
}

told() {
	grep -q "\"file_complete\",\"data_type\":\"$1\"" "$W/out/control.ndjson" 2>/dev/null
}

tells_month() {
	grep -q '"extraction_complete"' "$W/out/control.ndjson" 2>/dev/null
}

# goes_on: the next run, without faults, does all that is left.
goes_on() {
	pipeline
	[ "${ends[*]}" = '0 0 0' ] || complain "the next run ends with ${ends[*]}: $(head -q -n 1 "$W"/err.* | tr '\n' ' ')"
	all_there finally
}

# all_there [finally]: every record is there once, the month is done and told. Counts what is not, if this is
# how it stays.
all_there() {
	local pair type lost twice
	for pair in "${sweep_month[@]}"; do
		type=${pair%=*}
		told "$type" || complain "$type: completion was never told"
		cmp -s "$W/out/$type.ndjson" "$T/expected/$type.ndjson" && continue
		sort "$W/out/$type.ndjson" 2>/dev/null >"$W/sorted"
		lost=$(sort "$T/expected/$type.ndjson" | comm -13 "$W/sorted" - | wc -l)
		twice=$(sort "$T/expected/$type.ndjson" | comm -23 "$W/sorted" - | wc -l)
		if [ "${1:-}" = finally ]; then
			losses=$((losses + lost))
			duplicates=$((duplicates + twice))
		fi
		complain "$type: $lost missing, $twice too many, or another order"
	done
	tells_month || complain 'the end of the month was never told'
	[ "$(dx-marker --strict -f "$marker" should-process 2>&1)" = skip ] || complain 'the marker does not say skip'
	find "$W/data" -name '*.tmp' | grep -q . && complain 'a temporary file stays for ever'
	return 0
}

# total NAME: the closing line of a sweep.
total() {
	note "total: $1 points=$points_tried losses=$losses duplicates=$duplicates"
}
