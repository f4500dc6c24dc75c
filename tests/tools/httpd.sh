# SPDX-License-Identifier: MIT
# What tests of dx-fetch source after lib.sh: a server of their own (httpd.py).
# shellcheck shell=bash

# serve FOLDER [OPTION...]: starts a server for it, ended with the test. Sets BASE (its URL) and httpd (its
# pid).
# What it shall do wrong goes to $T/control; its requests are in $T/log.
serve() {
	rm -f "$T/port"
	mkfifo "$T/port"
	"$ROOT/tests/tools/httpd.py" "$@" --control "$T/control" --log "$T/log" >"$T/port" &
	httpd=$!
	# shellcheck disable=SC2034 # for the tests that source this
	BASE=http://127.0.0.1:$(head -n 1 "$T/port")/
	at_end stop_server "$httpd"
	: >"$T/control"
	: >"$T/log"
}

stop_server() {
	kill "$1" 2>/dev/null
	wait "$1" 2>/dev/null
}

# misbehave LINE...: the control file is these lines; the log starts afresh.
misbehave() {
	printf '%s\n' "$@" >"$T/control"
	: >"$T/log"
}

# requests [TARGET]: how many there were, of all or of one target (root, a year, a file's name).
requests() {
	if [ $# -eq 0 ]; then
		wc -l <"$T/log"
	else
		grep -c "\"target\": \"$1\"" "$T/log"
	fi
}

# header TARGET NAME: that header of each request, empty where it is missing.
# shellcheck disable=SC2317 # called by the tests that source this
header() {
	jq -r --arg t "$1" --arg h "$2" 'select(.target == $t) | .headers[$h] // ""' "$T/log"
}
