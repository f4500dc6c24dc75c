#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-status over real HTTP: its routes, who may start a run, what goes wrong, and who hands connections over.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

token=t0ken-of-the-tests-0123456789
echo "$token" >"$T/token"
chmod 600 "$T/token"
mkdir "$T/data"

# What stands in for dx-marker says what it was asked, or does what the file `behave` says.
cat >"$T/marker" <<EOF
#!/bin/bash
if [ -e '$T/behave' ]; then . '$T/behave'; fi
printf '%s\n' "\$*"
EOF
chmod 755 "$T/marker"
export DX_MARKER=$T/marker

# start NAME [OPTION...]: a server of that name, ended with the test. Sets BASE (its URL) and server (its pid).
start() {
	local log=$T/$1.log
	shift
	dx-status -vv -d "$T/data" --listen 0 "$@" 2>"$log" &
	server=$!
	at_end stop_server "$server"
	wait_for 30 grep -q 'listening on' "$log"
	BASE=http://$(sed -n 's/^dx-status: listening on //p' "$log")
}

stop_server() {
	kill "$1" 2>/dev/null
	wait "$1" 2>/dev/null
}

# ask STATUS PATH [OPTION...]: one test: curl gets this status. Leaves $T/head and $T/body.
ask() {
	local expected=$1 path=$2 got options
	shift 2
	got=$(curl -s -m 60 -o "$T/body" -D "$T/head" -w '%{http_code}' "$@" "$BASE$path")
	options=${*//$token/TOKEN}
	equal "$got" "$expected" "$path ${options:0:70} gives $expected"
}

# header NAME: its value in the last answer.
header() {
	tr -d '\r' <"$T/head" | sed -n "s/^$1: //Ip"
}

body_is() {
	equal "$(cat "$T/body")" "$1" "$2"
}

authorized=(-H "Authorization: Bearer $token")

# One that hangs takes its time; the tests go on beside it.
printf '#!/bin/sh\nexec sleep 600\n' >"$T/hangs"
chmod 755 "$T/hangs"
DX_MARKER=$T/hangs start hanging
curl -s -m 60 -o /dev/null -w '%{http_code}' "$BASE/health" >"$T/hanging" &
hanging=$!

### Routes

start first --token-file "$T/token" --trigger-command "touch '$T/triggered'"
ask 200 /
body_is "-q -d $T/data report" '/ is the report'
equal "$(header Content-Type)" 'text/html; charset=utf-8' 'it is HTML'
equal "$(header Content-Security-Policy | cut -d ';' -f 1)" "default-src 'none'" 'that may fetch nothing'
equal "$(header X-Content-Type-Options)" nosniff 'and is what it says'
ask 200 /health
body_is "-q -d $T/data health --json" '/health is health --json'
equal "$(header Content-Type)" application/json 'it is JSON'
equal "$(header Cache-Control)" no-store 'that is not kept'
ask 200 /metrics
body_is "-q -d $T/data metrics" '/metrics is metrics'
equal "$(header Content-Type)" 'text/plain; version=0.0.4; charset=utf-8' 'in the text format of Prometheus'
ask 200 /ready
ask 200 '/health?verbose=1'

for path in / /health /metrics /ready; do
	ask 200 "$path" -I
	check "HEAD $path says how long it would be" test "$(header Content-Length)" -gt 0
	ask 405 "$path" -X DELETE
	equal "$(header Allow)" 'GET, HEAD' "$path says what it allows"
done
ask 405 /health -d '{}'
ask 405 /health -X GE
ask 405 /health -X 'GET,'
ask 405 /trigger
equal "$(header Allow)" POST '/trigger allows POST'
ask 405 /trigger -I
for path in /nothing /health/ //health /HEALTH /../../etc/passwd /%2e%2e/%2e%2e/etc/passwd /.dx-trigger; do
	ask 404 "$path" --path-as-is
	equal "$(jq -r .status "$T/body")" 'not found' "$path says so in JSON"
done

equal "$(curl -s -m 60 -o /dev/null -o /dev/null -o /dev/null -w '%{num_connects} ' "$BASE"/{health,ready,metrics})" '1 0 0 ' \
	'one connection serves many requests'
equal "$(curl -s -m 60 -0 -o /dev/null -w '%{http_code}' "$BASE/health")" 200 'HTTP/1.0 is answered'

### The trigger

check 'nothing has been started yet' test ! -e "$T/triggered"
ask 401 /trigger -d ''
equal "$(header WWW-Authenticate | cut -d ' ' -f 1)" Bearer 'what is missing is a token'
ask 401 /trigger -d '' -H 'Authorization: Bearer wrong-token-of-the-tests-0123'
ask 401 /trigger -d '' -H "Authorization: Bearer ${token}x"
ask 401 /trigger -d '' -H "Authorization: Basic $token"
ask 401 /trigger -d '' -H "X-Token: $token"
ask 401 "/trigger?access_token=$token" -d ''
check 'none of them started anything' test ! -e "$T/triggered"
head -c 100000 /dev/zero >"$T/big"
ask 413 /trigger --data-binary "@$T/big" "${authorized[@]}"
ask 413 /trigger --data-binary "@$T/big" -H Expect: "${authorized[@]}"
ask 411 /trigger -X POST -T - "${authorized[@]}" <"$T/token"
ask 401 /trigger --data-binary "@$T/big" -H 'Authorization: Bearer x'
check 'nor did a request that is too large' test ! -e "$T/triggered"
ask 202 /trigger -d '{}' "${authorized[@]}"
equal "$(jq -r .status "$T/body")" started 'the right token starts a run'
check 'the command was run' test -e "$T/triggered"
check 'and no wish is left' test ! -e "$T/data/.dx-trigger"
ask 202 /trigger -X POST "${authorized[@]}"
equal "$(grep -c "$token" "$T/first.log")" 0 'no message shows the token'
check 'ps shows no token' test -z "$(tr '\0' '\n' <"/proc/$server/cmdline" | grep "$token")"

start failing --token-file "$T/token" --trigger-command 'no-such-command-of-dx'
ask 202 /trigger -d '' "${authorized[@]}"
equal "$(jq -r .status "$T/body")" recorded 'a command that cannot be run leaves a wish'
equal "$(stat -c '%s %a' "$T/data/.dx-trigger")" '0 644' 'an empty file'
ask 202 /trigger -d '' "${authorized[@]}"
rm "$T/data/.dx-trigger"
ln -s "$T/elsewhere" "$T/data/.dx-trigger"
ask 503 /trigger -d '' "${authorized[@]}"
check 'no link is followed' test ! -e "$T/elsewhere"
rm "$T/data/.dx-trigger"

start closed
ask 403 /trigger -d '' "${authorized[@]}"
ask 403 /trigger -d ''
check 'without a token there is no wish either' test ! -e "$T/data/.dx-trigger"

# As a unit with LoadCredential= has it; the one that is named wins.
mkdir "$T/credentials"
cp "$T/token" "$T/credentials/status-token"
CREDENTIALS_DIRECTORY=$T/credentials start unit --trigger-command true
ask 202 /trigger -d '' "${authorized[@]}"
echo >"$T/credentials/status-token"
CREDENTIALS_DIRECTORY=$T/credentials start empty
ask 403 /trigger -d '' "${authorized[@]}"
cp "$T/token" "$T/credentials/status-token"
echo another-token-0123456789 >"$T/other"
chmod 600 "$T/other"
CREDENTIALS_DIRECTORY=$T/credentials DX_STATUS_TOKEN_FILE=$T/other start both --trigger-command true
ask 401 /trigger -d '' "${authorized[@]}"
ask 202 /trigger -d '' -H 'Authorization: Bearer another-token-0123456789'

### A dx-marker that does not do as it should

start marker --timeout 30s
echo 'echo no; exit 1' >"$T/behave"
ask 503 /health
body_is no 'a month that is not healthy is told of all the same'
ask 503 /metrics
equal "$(jq -r .status "$T/body")" unavailable 'of no metrics nothing is handed on'
fields=active_connections,current_task,error_count,extraction_progress,extraction_status,last_extraction_time,progress,service,status,timestamp
# broken NAME BEHAVIOUR: all that is asked of such a dx-marker is answered with 503.
broken() {
	echo "$2" >"$T/behave"
	ask 503 /health
	equal "$(jq -r 'keys | join(",")' "$T/body")" "$fields" "$1: the members are there all the same"
	equal "$(jq -r '.status + " " + .extraction_status' "$T/body")" 'unhealthy unknown' "$1: and say that nothing is known"
	ask 503 /
	check "$1: /ready does not need it" curl -sf -m 60 -o /dev/null "$BASE/ready"
}
broken 'one that fails' 'echo half; exit 74'
broken 'one that crashes' 'kill -SEGV $$'
broken 'one that prints without end' 'exec yes'
wait "$hanging"
equal "$(cat "$T/hanging")" 503 'one that hangs is given up'
echo 'exit 0' >"$T/behave"
ask 503 /health
rm "$T/behave"
DX_MARKER=$T/nothing start none
ask 503 /health
ask 503 /
rm -r "$T/data"
ask 503 /ready
: >"$T/data"
ask 503 /ready
rm "$T/data"
mkdir "$T/data"
ask 200 /ready

### Clients that do not do as they should

start clients --timeout 2s
address=${BASE#http://}
# raw TEXT...: sends the parts of a request with pauses between them and prints what comes back until the end.
raw() {
	local part
	exec 8<>"/dev/tcp/${address%:*}/${address#*:}"
	for part; do
		printf '%b' "$part" >&8 2>/dev/null
		sleep 0.3
	done
	timeout 60 cat <&8
	exec 8<&- 8>&-
}
# drip: a request that goes on for half a minute, a byte at a time, unless somebody ends it.
# shellcheck disable=SC2317 # called by check
drip() (
	trap '' PIPE
	exec 8<>"/dev/tcp/${address%:*}/${address#*:}"
	printf 'GET /ready HTTP/1.1\r\nHost: x\r\nX: ' >&8
	for _ in {1..100}; do
		printf a >&8 || exit 0
		sleep 0.3
	done 2>/dev/null
	exit 1
)
check 'a request that never ends is ended' drip
equal "$(raw 'GET /re' 'ady HTTP/1.1\r\nHo' 'st: x\r\nConnection: close\r\n\r\n' | head -n 1 | tr -d '\r')" 'HTTP/1.1 200 OK' \
	'a slow one is'
equal "$(raw 'GET /ready HTTP/1.1\r\n\r\n' | head -n 1 | cut -d ' ' -f 2)" 400 'one without Host is refused'
equal "$(raw 'HEAD /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n' | sed '1,/^\r$/d')" '' 'HEAD has no body'
equal "$(raw 'nonsense\r\n\r\n' | head -n 1 | grep -c 200)" 0 'nor is nonsense taken'
equal "$(raw 'GET /ready HTTP/1.1\r\nHost: x\r\n\r\nGET /nothing HTTP/1.1\r\nHost: x\r\n\r\n' | grep -c '^HTTP/1.1 [24]0[04]')" 2 \
	'two requests at once are answered in order'
ask 431 /ready -H "X-Long: $(head -c 20000 /dev/zero | tr '\0' x)"
ask 200 /ready

start many
echo 'sleep 0.2' >"$T/behave"
seq 60 | xargs -P 60 -I N curl -s -m 60 -o /dev/null -w '%{http_code}\n' "$BASE/health" >"$T/codes"
equal "$(sort "$T/codes" | uniq -c | tr -s ' ')" ' 60 200' 'many at once are all answered'
echo "touch '$T/asked'; sleep 1" >"$T/behave"
curl -s -m 60 -o "$T/body" -w '%{http_code}' "$BASE/health" >"$T/code" &
client=$!
wait_for 30 test -e "$T/asked"
kill "$server"
wait "$server"
equal "$?" 0 'a server that is told to end ends with 0'
wait "$client"
equal "$(cat "$T/code")" 200 'and answers first'
rm "$T/behave"

### Who hands connections over

# handed MODE: two connections at once, the second while the first is open; then their exit statuses.
handed() {
	rm -f "$T/port"
	mkfifo "$T/port"
	dx=$(type -P dx-status)
	"$ROOT/tests/tools/handover.py" "$1" 2 "$dx" -vv -d "$T/data" --timeout 20s >"$T/port" 2>"$T/$1.log" &
	local parent=$! number
	at_end stop_server "$parent"
	exec 9<"$T/port"
	read -r number <&9
	BASE=http://127.0.0.1:$number
	equal "$(curl -s -m 60 -o "$T/body" -o "$T/second" -w '%{http_code} %{num_connects} ' "$BASE/health" "$BASE/ready")" \
		'200 1 200 0 ' "$1: a connection is served, keep-alive too"
	body_is "-q -d $T/data health --json" "$1: nothing but the answer is on it"
	equal "$(curl -s -m 60 -o "$T/body" -w '%{http_code}' "$BASE/ready")" 200 "$1: and the next one by another process"
	equal "$(cat <&9)" $'0\n0' "$1: each ends with 0 when its client has gone"
	exec 9<&-
}
handed systemd
handed inetd

if command -v systemd-socket-activate >/dev/null; then
	port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
	systemd-socket-activate --accept -l "127.0.0.1:$port" -E DX_MARKER -E "PATH=$PATH" "$(type -P dx-status)" -d "$T/data" \
		2>"$T/activate.log" &
	at_end stop_server $!
	BASE=http://127.0.0.1:$port
	wait_for 30 curl -s -o /dev/null "$BASE/ready"
	ask 200 /health
else
	skip 'systemd-socket-activate hands a connection over' 'there is none here'
fi

### Usage

run 64 dx-status -d "$T/data" </dev/null
says 'needs a socket' 'it says what it needs'
run 64 dx-status --listen 0
says 'data folder' 'it says what it needs'
run 64 dx-status -d "$T/data" --listen nowhere
run 64 dx-status -d "$T/data" --listen 0 more
run 66 dx-status -d "$T/data" --listen 0 --token-file "$T/no-token"
echo short >"$T/short"
run 78 dx-status -d "$T/data" --listen 0 --token-file "$T/short"
chmod 644 "$T/short"
run 78 dx-status -d "$T/data" --listen 0 --token-file "$T/short"
says 'everybody can read it' 'a token that everybody can read is warned of'
run 69 dx-status -d "$T/data" --listen "${address}"
says 'cannot listen' 'a port that is taken is named'
done_testing
