#!/bin/bash
# SPDX-License-Identifier: MIT
# Every call of each program that reads, writes or names a file fails once, or does half of what it was asked to:
# a message that names the file, status 74, whole files under the final names, and the next run completes the
# month. EINTR and short counts are overcome. Success is never said of what is not there.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/fault/sweep.sh
. "$(dirname "$0")/sweep.sh"

# CALL, who injects it, faults. `made`: only where the call may make a file.
faults=(
	'openat strace EIO EINTR'
	'openat/made strace ENOSPC EDQUOT'
	'mkdir strace EIO ENOSPC EDQUOT'
	'read strace EIO EINTR'
	'pread64 strace EIO EINTR'
	'getdents64 strace EIO'
	'write strace EIO ENOSPC EDQUOT EINTR'
	'fsync strace EIO ENOSPC EDQUOT EINTR'
	'fdatasync strace EIO ENOSPC EDQUOT EINTR'
	'ftruncate strace EIO EINTR'
	'flock strace ENOLCK EINTR'
	'link strace EIO ENOSPC EDQUOT'
	'unlink strace EIO'
	'rename strace EIO ENOSPC EDQUOT'
	'read shim short'
	'pread64 shim short'
	'write shim short'
	'close shim EIO ENOSPC EDQUOT EINTR' # it closes, as Linux does, and then fails
)

# How many faults of each program `make check` tries.
declare -A share=([fetch]=5 [parse]=5 [publish]=8 [marker]=8)

declare -A texts=(
	[EIO]='Input/output error' [ENOSPC]='No space left on device' [EDQUOT]='Disk quota exceeded'
	[ENOLCK]='No locks available'
)

# points_of PROGRAM: the points of the table: PROGRAM KEY CALL N PATH FAULT.
points_of() {
	local line call who list what errors
	for line in "${faults[@]}"; do
		read -r call who errors <<<"$line"
		list=$1
		[ "$who" = strace ] || list=shim$1
		for what in $errors; do
			[ "$who" = strace ] && what=error=$what
			[ "$who" = strace ] || what=shim=$what
			# Not the loader's files, nor those of the system, nor standard error.
			sweep_points "$list" | awk -F '\t' -v OFS='\t' -v call="${call%/made}" -v only="${call#*/}" -v what="$what" -v ours="$T/" '
				$3 == call && (only != "made" || $6 == "made") && $5 !~ /^2</ &&
				(index($5, ours) || $5 ~ /<(pipe|\/proc\/[0-9]+\/fd\/pipe):/) { print $1, $2, $3, $4, $5, what }'
		done
	done
}

# about CALL PATH: what the call that was hit is about, in the words of sweep_points; of two threads another may
# have come to it than when the points were listed. Fails if none was.
about() {
	local line
	line=$(grep -m 1 -e '(INJECTED)' -e "^$1	" "$W/strace.log" 2>/dev/null) || return
	case $line in
	"$1	"*) echo "${line##*	}" ;;
	*\([0-9]*\<*) sed -E 's/^[^(]*\(([0-9]+<[^>]*>).*/\1/' <<<"$line" ;;
	*) echo "$2" ;;
	esac
}

# names FILE PATH: a line of FILE says what PATH is about. A pipe is standard input or output, or an answer
# of dx-marker; a folder is named by what lies there.
names() {
	local path=${2#*<}
	path=${path%>}
	case $path in
	*pipe:*) grep -Eq '^dx-[a-z]+: (standard (input|output)|.*dx-marker)' "$1" ;;
	*)
		path=${path%.tmp}
		grep -qF -e "${path%.bak}" -e "$(basename "${path%.bak}")" "$1"
		;;
	esac
}

whole_lines() {
	local file
	for file in "$W"/out/*.ndjson; do
		[ ! -s "$file" ] || [ "$(tail -c 1 "$file" | wc -l)" -eq 1 ] || complain "$file: half a line"
	done
}

# PROGRAM KEY PATH FAULT: what must hold of a run that did not succeed.
failed_well() {
	local program=$1 stage=$1 what=${4#*=} i
	[ "$program" != marker ] || stage=${2%%,*} stage=${stage#dx-}
	case $what in
	EINTR | short) complain "$what is not overcome: ${ends[*]}" ;;
	*)
		for i in "${!sweep_stages[@]}"; do
			[ "${sweep_stages[i]}" != "$stage" ] || [ "${ends[i]}" = 74 ] || complain "$stage ends with ${ends[i]}, not 74"
		done
		grep -q "^dx-$program: .*${texts[$what]}" "$W/err.$stage" || complain "does not say: ${texts[$what]}"
		names "$W/err.$stage" "$3" || complain "does not name $3"
		;;
	esac
	[ -z "$(find "$W/data" -name '*.tmp' 2>/dev/null)" ] || complain 'a temporary file is left'
	whole_lines
}

fault_at() {
	local program=$1 key=$2 call=$3 n=$4 path=$5 what=$6
	hurt "$program" "$key" "$call" "$n" "$what"
	path=$(about "$call" "$path") && hit=$((hit + 1))
	if [ "${ends[*]}" = '0 0 0' ]; then
		all_there
	else
		failed=$((failed + 1))
		failed_well "$program" "$key" "$path" "$what"
	fi
	holds_now
	goes_on
	[ -z "$wrong" ] && return
	again fault_at "$@" && return
	bad=$((bad + 1))
	note "the call is about $path"
	by_hand "$program" "$key" "$call" "$n" "$what"
}

sweep_begin
list_points shim
for program in "${sweep_programs[@]}"; do
	tried=0 hit=0 failed=0 bad=0
	points_of "$program" | sample "${share[$program]}" >"$T/points"
	while IFS=$'\t' read -r -a point_words; do
		tried=$((tried + 1))
		fault_at "${point_words[@]}" </dev/null
	done <"$T/points"
	note "$program: $tried points, $hit faults arrived, $failed runs failed, $bad wrong"
	check "a call of dx-$program fails: told, nothing half done, goes on" \
		test "$bad" -eq 0 -a "$hit" -gt $((tried / 2))
done
total io
done_testing
