#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-marker batch: words as in sh, all operations or none, one change, mistakes named by line.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

month=20260801
file=discogs_${month}_artists.xml.gz
marker=$T/.extraction_status_$month.json

m() {
	dx-marker -d "$T" -V $month "$@"
}

run 0 m batch </dev/null
equal "$(find "$T" -name '.ext*')" '' 'an empty batch makes no file'
run 0 m batch <<'EOF'

# a comment
   	# another
EOF
equal "$(find "$T" -name '.ext*')" '' 'nor do comments'

run 0 m batch <<'EOF'
start-download 4
  fail-download   'one word'   # why
fail-download "it's \"$HOME\" `x` \n \\ \$"
fail-download \'a\ b\'c'd'"e"''#f
fail-download ''
fail-download '--resume'
EOF
equal "$(cat "$T/out" "$T/err")" '' 'a batch is silent'
jq -r '.download_phase.errors[]' "$marker" >"$T/errors"
cat >"$T/wanted" <<'EOF'
one word
it's "$HOME" `x` \n \ $
'a b'cde#f

--resume
EOF
same "$T/errors" "$T/wanted" 'words as in sh, nothing expanded'
check 'one change: no .bak of it' test ! -e "$marker.bak"
printf 'start-download 3' | m batch
equal "$(m get download_phase.files_total)" 3 'the last line needs no line feed'

# All or none: what is wrong is found before anything is done, or undone.
cp "$marker" "$T/before"
refuse() {
	local status=$1 pattern=$2 name=$3
	run "$status" m batch
	says "$pattern" "$name"
	equal "$(cat "$T/out")" '' "$name: nothing is printed"
	same "$marker" "$T/before" "$name: nothing is changed"
}
refuse 64 '^dx-marker: line 2: no-such: no such operation' 'unknown operation' <<<$'start-download 1\nno-such 2\nstart-download 3'
refuse 64 '^dx-marker: line 4: start-download: not a count: x \(usage: start-download N\)' 'wrong operand' \
	<<<$'start-download 1\n\n#\nstart-download x'
refuse 64 '^dx-marker: line 1: batch: a batch cannot hold a batch' 'batch in a batch' <<<'batch'
refuse 64 '^dx-marker: line 2: update-file-progress: nothing to set' 'nothing to set' \
	<<<$'start-download 9\nupdate-file-progress x.xml.gz'
refuse 65 '^dx-marker: line 3: completion-sent: discogs' 'an operation that fails' \
	<<<$'should-process\nstart-download 9\ncompletion-sent '$file
refuse 65 '^dx-marker: line 2: a single quote has no end' 'open quote' <<<$'start-download 9\nfail-download \'x'
refuse 65 '^dx-marker: line 1: a double quote has no end' 'open double quote' <<<'fail-download "x\"'
refuse 65 '^dx-marker: line 1: a backslash at the end' 'backslash' <<<$'fail-download x\\'
refuse 65 '^dx-marker: line 2: a NUL byte' 'NUL' < <(printf 'start-download 9\nfail-download \0x\n')
refuse 65 'more than 4194304 bytes' 'too much' < <(yes 'start-download 9' | head -c 5000000)
refuse 74 'standard input: ' 'unreadable' <"$T"

# Questions see what the lines above them did.
run 0 m batch <<EOF
start-processing 1
start-file-processing $file
update-file-progress $file 5 4 3 --position 2
file-counts $file
path
EOF
equal "$(cat "$T/out")" "2 5 4 3"$'\n'"$marker" 'questions in a batch'
cp "$marker" "$T/before"
run 1 m batch <<<$'get nothing\nstart-download 8\nget download_phase.files_total'
equal "$(cat "$T/out")" 8 'no is the status, and the changes are made'
cp "$marker" "$T/before"
run 0 m batch <<<'should-process'
same "$marker" "$T/before" 'a batch of questions changes nothing'
m batch <<<$'start-download 7\nreset\nstart-download 6'
same "$marker.bak" "$T/before" 'a reset in a batch: the .bak is the marker before the batch'
equal "$(m get download_phase.files_total)" 6 'and what follows is done on the new one'

# Waiting for standard input holds no lock, and can be stopped.
mkfifo "$T/fifo"
dx-marker -d "$T" -V $month batch <"$T/fifo" 2>"$T/err" &
pid=$!
exec 7>"$T/fifo"
echo 'start-download 55' >&7
run 0 m --lock-timeout 0 start-download 5
kill -TERM "$pid"
status=0
wait "$pid" || status=$?
exec 7>&-
equal "$status" 75 'SIGTERM while reading: 75'
equal "$(m get download_phase.files_total)" 5 'and nothing of the batch is done'
done_testing
