#!/bin/bash
# SPDX-License-Identifier: MIT
# The stages as a service manager starts them: what they tell it, and that waiting for each other is living.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

"$ROOT/tests/tools/notify-listen.py" "$T/socket" >"$T/heard" &
listener=$!
at_end kill "$listener"
check 'somebody listens' wait_for 20 test -S "$T/socket"

# told STAGE COMMAND...: a stage with a watchdog of its own that wants to hear of it every 0.2 s.
told() {
	env NOTIFY_SOCKET="$T/socket" WATCHDOG_USEC=200000 "$@"
}

heard() {
	[ "$(grep -c "$1" "$T/heard")" -ge "$2" ]
}

mkfifo "$T/files" "$T/records"
told dx-parse <"$T/files" >"$T/records" 2>"$T/parse.err" &
parser=$!
exec 3>"$T/files" 4<"$T/records"
check 'dx-parse says that it is ready' wait_for 20 heard '^READY=1$' 1
check 'and that it lives, while it waits for something to do' wait_for 20 heard '^WATCHDOG=1$' 10

# More than two pipes hold, so that it has to wait for who reads.
dx-fetch -m "$DATA/month" -d "$T/data" >&3
exec 3>&-
check 'how far it is' wait_for 20 heard '^STATUS=discogs_20260801_[a-z]*.xml.gz  [0-9]*% [0-9.]* MB' 1
before=$(grep -c '^WATCHDOG=1$' "$T/heard")
check 'and that it lives, while nobody reads' wait_for 20 heard '^WATCHDOG=1$' "$((before + 10))"
check 'it has not ended' kill -0 "$parser"

told dx-publish -u "file:$T/sent" <&4 2>"$T/publish.err" &
publisher=$!
exec 4<&-
wait "$parser"
equal $? 0 'dx-parse ends well'
wait "$publisher"
equal $? 0 'and dx-publish too'
check 'which was ready' heard '^READY=1$' 2
check 'and told how far it is' heard '^STATUS=\(waiting for the next file\|.* records confirmed\)' 1

# XML from a pipe is read by a thread of its own.
mkfifo "$T/xml"
told dx-parse -t labels <"$T/xml" >"$T/labels" &
parser=$!
exec 3>"$T/xml"
printf '<labels>\n' >&3
before=$(grep -c '^WATCHDOG=1$' "$T/heard")
check 'dx-parse lives while it waits for more of a file' wait_for 20 heard '^WATCHDOG=1$' "$((before + 10))"
printf '</labels>\n' >&3
exec 3>&-
wait "$parser"
equal $? 0 'and ends well'

# The same as without anybody.
run 0 dx-fetch -m "$DATA/month" -d "$T/other"
dx-parse <"$T/out" | dx-publish -u "file:$T/expected"
for type in artists labels masters releases; do
	same "$T/sent/$type.ndjson" "$T/expected/$type.ndjson" "$type: nothing else comes out"
done

before=$(wc -l <"$T/heard")
told dx-fetch -m "$DATA/month" -d "$T/data" >"$T/stream"
check 'dx-fetch is ready, too' wait_for 20 heard '^READY=1$' 4
NOTIFY_SOCKET=$T/socket WATCHDOG_USEC=200000 dx-fetch -d "$T/none" -b http://127.0.0.1:1/ --retry-delay 60s 2>"$T/fetch.err" &
fetcher=$!
check 'dx-fetch is ready, too, where there is no server' wait_for 20 heard '^READY=1$' 5
before=$(grep -c '^WATCHDOG=1$' "$T/heard")
check 'and lives between two tries' wait_for 20 heard '^WATCHDOG=1$' "$((before + 10))"
kill -TERM "$fetcher"
wait "$fetcher"
equal $? 75 'until it is told to end'
run 64 told dx-fetch -d "$T/data" --no-such-option
run 0 env NOTIFY_SOCKET="$T/nobody" dx-fetch -m "$DATA/month" -d "$T/data"
equal "$(cat "$T/err")" '' 'nobody listens, and nothing is said of it'
check 'wrong options are never ready' test "$(grep -c '^READY=1$' "$T/heard")" -eq 5
done_testing
