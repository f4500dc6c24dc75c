#!/bin/bash
# SPDX-License-Identifier: MIT
# A password is nowhere to be seen: not in what is printed or written, not in the arguments of any process,
# not in the environment of one that need not know it, not in the core dump of one that does.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
cd "$T" || exit

secret=Zauberwort+7
encoded=Zauberwort%2B7
month=(-m "$DATA/month" -d "$T/data" --publish-rejects "$T/rejects" -v -v)
mkdir seen cores

# A broker that refuses every login, or with "silent" takes connections and says nothing. Notes its port, and
# each connection.
cat >broker.py <<'PYTHON'
import os, socket, struct, sys
server = socket.create_server(("127.0.0.1", 0))
open("port.new", "w").write(str(server.getsockname()[1]))
os.rename("port.new", "port")
held = []
def method(c, class_id, method_id, fields):
    payload = struct.pack(">HH", class_id, method_id) + fields
    c.sendall(struct.pack(">BHI", 1, 0, len(payload)) + payload + b"\xce")
def text(t):
    return struct.pack(">I", len(t)) + t
while True:
    c = server.accept()[0]
    open("connections", "a").write(".")
    if sys.argv[1] == "silent":
        held.append(c)
        continue
    try:
        c.recv(8, socket.MSG_WAITALL)
        method(c, 10, 10, b"\0\x09" + text(b"") + text(b"PLAIN") + text(b"en_US"))
        c.recv(65536)
        why = b"ACCESS_REFUSED - Login was refused"
        method(c, 10, 50, struct.pack(">HB", 403, len(why)) + why + struct.pack(">HH", 0, 0))
        c.recv(65536)
    except OSError:
        pass
    c.close()
PYTHON

broker_pid=''
stop_broker() {
	[ -z "$broker_pid" ] || kill "$broker_pid" 2>/dev/null
	[ -z "$broker_pid" ] || wait "$broker_pid" 2>/dev/null
	broker_pid=''
}
at_end stop_broker

# start_broker MODE: its port is $port.
start_broker() {
	stop_broker
	rm -f port connections
	/usr/bin/python3 broker.py "$1" &
	broker_pid=$!
	wait_for 20 test -s port
	port=$(cat port)
}

# attempt STATUS NAME COMMAND...: as run, with what is printed kept, and without showing the arguments.
attempt() {
	local wanted=$1 name=$2
	shift 2
	status=0
	"$@" >"$T/out" 2>"$T/err" || status=$?
	cat "$T/out" "$T/err" >>seen/printed
	equal "$status" "$wanted" "$name"
}

hidden() {
	! grep -raqF -e "$secret" -e "$encoded" -e Zauberwort "$@"
}

# Every process that comes from $1, itself included.
family() {
	local child
	echo "$1"
	for child in $(ps -o pid= --ppid "$1"); do
		family "$child"
	done
}

# watch PID: notes arguments and environments of the family, by program.
watch() {
	local pid name
	for pid in $(family "$1"); do
		name=$(cat "/proc/$pid/comm" 2>/dev/null) || continue
		tr '\0' ' ' <"/proc/$pid/cmdline" >>seen/arguments 2>/dev/null
		tr '\0' '\n' <"/proc/$pid/environ" >>"seen/environment-$name" 2>/dev/null
		echo "$name" >>seen/names
	done
}

connected() {
	[ -s connections ]
}

# The dx-marker that the stages call notes what it gets.
cat >marker <<MARKER
#!/bin/bash
env >>"$T/seen/environment-marker"
printf '%s ' "\$@" >>"$T/seen/arguments"
exec "$BUILD/bin/dx-marker" "\$@"
MARKER
chmod +x marker
export DX_MARKER=$T/marker

# Refused, unreachable, and the mistakes one makes with a URL, in each way there is to give it.
printf 'user:%s\n' "$secret" >login
printf '%s\n' "$secret" >no-login
chmod 600 login no-login
echo '{}' >record
start_broker refuse
host=127.0.0.1:$port
url=amqp://user:$encoded@$host
publish=(dx-publish -t labels -v -v --retry-for 0)
attempt 77 'refused, URL as argument' "${publish[@]}" -u "$url" <record
DX_AMQP_URL=$url attempt 77 'refused, URL in the environment' "${publish[@]}" <record
attempt 77 'refused, login in a file' "${publish[@]}" -u "amqp://$host" --credentials login <record
attempt 77 'refused, the list' "${publish[@]}" -u "$url,amqp://u:$encoded@$host/v" <record
attempt 69 'unreachable' "${publish[@]}" -u "amqp://user:$encoded@127.0.0.1:1" <record
attempt 69 'TLS with one that has none' "${publish[@]}" -u "amqps://user:$encoded@$host" <record
for wrong in "amqp://user:$secret@$host:x" "amqpx://user:$secret@$host" "amqp://user:$secret/1@$host" \
	"amqp://user:$secret,1@$host" "amqp://user:$secret%@$host" "user:$secret@$host" "amqp://u:$secret@h?x" \
	"$url,$url,amqp://u:$secret@h:0"; do
	attempt 64 'a wrong URL as argument' "${publish[@]}" -u "$wrong" <record
	DX_AMQP_URL=$wrong attempt 64 'a wrong URL in the environment' "${publish[@]}" <record
	attempt 64 'a URL for an option that takes none' "${publish[@]}" --window "$wrong"
	attempt 64 'a URL for an option that there is not' "${publish[@]}" "--urll=$wrong"
	attempt 64 'a URL as operand' "${publish[@]}" -u "$url" "$wrong"
	attempt 64 'two of what there may be one' "${publish[@]}" --cacert "$wrong" --cacert "$wrong/"
	attempt 64 'dx-run: a wrong URL' dx-run "${month[@]}" -u "$wrong"
	attempt 64 'dx-run: a URL for an option that there is not' dx-run "--urll=$wrong"
	attempt 64 'dx-run: a URL as operand' dx-run "$wrong"
done
attempt 64 'a bad option beside it' "${publish[@]}" -u "$url" --window 0
attempt 78 'a file without a login' "${publish[@]}" -u "amqp://$host" --credentials no-login
attempt 66 'the login for the name of its file' "${publish[@]}" -u "amqp://$host" --credentials "user:$secret"
attempt 77 'dx-run: refused, URL as argument' dx-run "${month[@]}" -u "$url" --retry-for 0
DX_AMQP_URL=$url attempt 77 'dx-run: refused, URL in the environment' dx-run "${month[@]}" --retry-for 0
attempt 77 'dx-run: refused, login in a file' dx-run "${month[@]}" -u "amqp://$host" --credentials login --retry-for 0
attempt 69 'dx-run: unreachable' dx-run "${month[@]}" -u "amqp://user:$encoded@127.0.0.1:1" --retry-for 0
fetch=(dx-fetch -d "$T/data" -v -v --retries 0)
attempt 69 'dx-fetch: unreachable' "${fetch[@]}" -b "http://user:$encoded@127.0.0.1:1/"
DX_BASE_URL=http://user:$secret@127.0.0.1:1/ attempt 69 'dx-fetch: from the environment' "${fetch[@]}"
attempt 64 'dx-fetch: a wrong URL' "${fetch[@]}" -b "ftp://user:$secret@127.0.0.1/"
attempt 64 'dx-fetch: a URL that cannot be read' "${fetch[@]}" -b "http://user:$secret@127.0.0.1:x/"
attempt 64 'dx-fetch: a URL for an option that there is not' "${fetch[@]}" "--bse-url=http://u:$secret@h/"
check 'something was printed' test "$(wc -l <seen/printed)" -gt 50
check 'what was printed shows no password' hidden seen
check 'what was written shows no password' hidden data "$(find "$T" -maxdepth 1 -name 'rejects*' | grep . || echo data)"

# While it runs: a broker that never answers.
start_broker silent
# seen_running NAME COMMAND...: looks at all processes when the broker was reached.
seen_running() {
	local name=$1 pid
	shift
	rm -f connections
	"$@" <record >"$T/out" 2>"$T/err" &
	pid=$!
	check "$name: it runs" wait_for 20 connected
	watch "$pid"
	# dx-run hands it on to its stages.
	kill "$pid"
	wait "$pid" 2>/dev/null
	cat "$T/out" "$T/err" >>seen/printed
}
url=amqp://user:$encoded@127.0.0.1:$port
seen_running 'dx-publish' "${publish[@]}" -u "$url"
seen_running 'dx-run with an argument' dx-run "${month[@]}" -u "$url"
check 'the URL moved out of the arguments of dx-run' grep -q dx-run seen/arguments
DX_AMQP_URL=$url seen_running 'dx-run with the variable' dx-run "${month[@]}"
rm -f seen/environment-dx-run # which has to know it
for name in dx-run dx-publish; do
	check "$name was looked at" grep -qx "$name" seen/names
done
check 'and dx-marker' test -s seen/environment-marker
check 'arguments, environments and messages show no password' hidden seen
check 'nor is it there in disguise' eval '! grep -q DX_RUN_ARGUMENTS seen/*'

# Core dumps. Those who know no password still leave one.
core_needed() {
	[[ $(cat /proc/sys/kernel/core_pattern) != [\|/]* ]] || return 1
	ulimit -S -c unlimited 2>/dev/null || return 1
	{ (cd cores && exec bash -c 'kill -ABRT $$'); } 2>/dev/null
	compgen -G 'cores/core*' >/dev/null
}
if core_needed; then
	for name in dx-publish dx-run; do
		rm -f connections cores/*
		case $name in
		dx-publish) command=("${publish[@]}" -u "$url") ;;
		dx-run) command=(dx-run "${month[@]}" -u "$url") ;;
		esac
		(cd cores && exec "${command[@]}") <record >"$T/out" 2>"$T/err" &
		pid=$!
		wait_for 20 connected
		family "$pid" >pids
		kill -ABRT "$pid"
		wait "$pid" 2>/dev/null
		equal $? 134 "$name: ended by SIGABRT"
		# What dx-run leaves behind ends with it.
		xargs kill -ABRT <pids 2>/dev/null
		check "$name: no core shows a password" hidden cores
		[ "$name" = dx-run ] || check "$name: there is none" test ! -e cores/core
	done
	# A sanitizer forbids them.
	[ -n "${SANITIZE:-}" ] || check 'the other stages leave theirs' wait_for 60 compgen -G 'cores/core*'
else
	skip 'core dumps' 'this machine writes none to the working folder'
fi
done_testing
