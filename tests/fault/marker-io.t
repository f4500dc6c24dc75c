#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-marker: reads, writes and output that fail end in 74 with a message, and leave a whole marker.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

month=20260801
mkdir "$T/data"
marker=$T/data/.extraction_status_$month.json
call=(dx-marker -d "$T/data" -V "$month")
# A traced process cannot look for leaks.
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0"

"${call[@]}" start-download 1 && "${call[@]}" start-download 2
cp "$marker" "$T/before"

# -- standard output
for question in show should-process path unsent 'get .' "pending-files a.xml.gz"; do
	status=0
	# shellcheck disable=SC2086 # words
	"${call[@]}" $question >/dev/full 2>"$T/err" || status=$?
	if [ "$question" = unsent ]; then
		equal "$status" 0 'nothing to print into a full device'
		continue
	fi
	equal "$status" 74 "$question into a full device: 74"
	says '^dx-marker: standard output: No space left' "$question into a full device: says so"
done
"${call[@]}" start-download 2 >/dev/full
equal $? 0 'a change prints nothing'

# -- places that cannot be
run 74 dx-marker -f /sys/kernel/marker.json -V $month start-download 4
says '/sys/kernel/marker.json.lock: cannot be opened' 'a folder where nothing can be made'
mkdir "$T/folder.json"
run 74 dx-marker -f "$T/folder.json" -V $month show
says 'folder.json: cannot be read: Is a directory' 'a folder instead of a marker'
run 74 dx-marker -f "$T/folder.json" -V $month start-download 4
check 'the folder is still there' test -d "$T/folder.json"
run 66 dx-marker -f "$T/before/x.json" -V $month start-download 4

# -- as a user without rights
if [ "$(id -u)" -eq 0 ] && setpriv --reuid=65534 --regid=65534 --clear-groups \
	test -x "$BUILD/bin/dx-marker" 2>/dev/null; then
	as_user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
elif [ "$(id -u)" -ne 0 ]; then
	as_user=(env)
fi
if [ -n "${as_user[*]:-}" ]; then
	chmod 755 "$T"
	chmod 555 "$T/data"
	run 0 "${as_user[@]}" "${call[@]}" should-process
	run 74 "${as_user[@]}" "${call[@]}" start-download 4
	says 'cannot be written|cannot be opened|Permission denied' 'a folder that is read only: says so'
	chmod 000 "$marker"
	run 74 "${as_user[@]}" "${call[@]}" should-process
	says 'cannot be read: Permission denied' 'a marker that may not be read: says so'
	chmod 644 "$marker"
	chmod 755 "$T/data"
else
	skip 'a folder without rights' 'the programs cannot be run as another user here'
fi

# -- each system call fails
if ! strace -o /dev/null true 2>/dev/null; then
	skip 'system calls that fail' 'no strace here'
	done_testing
fi
# fails CALL:ERROR[:when=N] STATUS: a change in which that fails; the marker is the one before.
fails() {
	cp "$T/before" "$marker"
	run "$2" strace -o /dev/null -e trace="${1%%:*}" -e inject="${1%%:*}:error=${1#*:}" \
		"${call[@]}" start-download 3
	[ "$2" -eq 0 ] || says '^dx-marker: .*json.*: ' "$1: says where"
	equal "$(find "$T/data" -name '*.json.??????' -o -name '*.tmp')" '' "$1: nothing is left over"
	if [ "$2" -eq 0 ]; then
		equal "$("${call[@]}" --strict get download_phase.files_total)" 3 "$1: is overcome"
	else
		same "$marker" "$T/before" "$1: the marker is the one before"
	fi
}
# Writes before the temporary file's do not happen; messages go to standard error after it.
fails write:ENOSPC:when=1 74
fails write:EDQUOT:when=1 74
fails write:EIO:when=1 74
fails write:EINTR:when=1 0
fails fsync:EIO:when=1 74
fails fsync:ENOSPC:when=1 74
fails flock:ENOLCK 74
fails flock:EINTR:when=1 0
fails link:EACCES 74
# A file system without links: copies, which are durable and whole.
for error in EPERM EOPNOTSUPP EMLINK ENOSYS; do
	fails "link:$error" 0
	same "$marker.bak" "$T/before" "link:$error: the .bak is the marker before"
done
no_links() {
	strace -f -o /dev/null -e trace=link,linkat -e inject=link,linkat:error=EPERM "$@"
}
echo damage >"$marker"
run 0 no_links "${call[@]}" -q start-download 3
equal "$(cat "$marker".corrupt-*)" damage 'without links: the damaged one is kept'
echo 'more damage' >"$marker"
run 0 no_links "${call[@]}" -q start-download 3
equal "$(sort "$marker".corrupt-*)" $'damage\nmore damage' 'without links: no name is taken twice'
rm "$marker".corrupt-* "$marker"
run 0 no_links "${call[@]}" start-download 3
equal "$(find "$T/data" -name '*.tmp')" '' 'without links: nothing is left over'
fails rename:EIO:when=1 74
fails rename:EACCES:when=2 74
fails fchmod:EPERM 74

# The folder cannot be made durable: the new marker is there, but nobody may count on it.
cp "$T/before" "$marker"
run 74 strace -o /dev/null -e trace=fsync -e inject=fsync:error=EIO:when=2 "${call[@]}" start-download 3
says 'cannot make the folder durable' 'fsync of the folder: says so'
equal "$("${call[@]}" --strict get download_phase.files_total)" 3 'fsync of the folder: a whole marker'

# A small file system that is full.
if mkdir "$T/small" && mount -t tmpfs -o size=8k tmpfs "$T/small" 2>/dev/null; then
	at_end umount "$T/small"
	run 0 dx-marker -d "$T/small" -V $month start-download 1
	cp "$T/small/.extraction_status_$month.json" "$T/before"
	head -c 100000 /dev/zero >"$T/small/fill" 2>/dev/null
	run 74 dx-marker -d "$T/small" -V $month start-download 2
	says 'No space left' 'a full disk: says so'
	same "$T/small/.extraction_status_$month.json" "$T/before" 'a full disk: the marker is the one before'
	rm "$T/small/fill"
	run 0 dx-marker -d "$T/small" -V $month start-download 2
else
	skip 'a full disk' 'no file system can be mounted here'
fi
done_testing
