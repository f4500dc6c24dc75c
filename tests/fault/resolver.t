#!/bin/bash
# SPDX-License-Identifier: MIT
# A name server that is silent: who is told to end ends at once, not when the resolver gives up.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

run 69 dx-publish -t labels -u amqp://localhost:1/ --queue q --retry-for 0 <<<'{"id":1}'
says 'Connection refused' 'a name that is known without asking'

if ! command -v ip >/dev/null || ! unshare --mount --net true 2>/dev/null; then
	skip 'a silent name server' 'no namespace can be had here, or there is no ip(8)'
	done_testing
fi

# Runs the rest of its arguments where the only name server says nothing, tells it to end when the server was asked,
# and prints the status and the milliseconds that took.
cat >"$T/asked.py" <<'EOF'
import signal, socket, subprocess, sys, time
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 53))
child = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE)
try:
    child.stdin.write(b'{"id":1}\n')
    child.stdin.flush()
except BrokenPipeError:
    pass  # dx-fetch reads nothing
server.settimeout(30)
server.recv(512)
started = time.monotonic()
child.send_signal(signal.SIGTERM)
print(child.wait(), int((time.monotonic() - started) * 1000))
EOF
printf 'nameserver 127.0.0.1\noptions timeout:15 attempts:2\n' >"$T/resolv.conf"
in_silence() {
	unshare --mount --net sh -c 'ip link set lo up && mount --bind "$0/resolv.conf" /etc/resolv.conf &&
		exec python3 "$0/asked.py" "$@"' "$T" "$@"
}

for program in fetch publish; do
	case $program in
	fetch) what=(dx-fetch -b http://nowhere.example/ -d "$T/data") ;;
	publish) what=(dx-publish -t labels -u amqp://nowhere.example/ --queue q) ;;
	esac
	run 0 in_silence "${what[@]}"
	read -r status ms <"$T/out"
	equal "$status" 75 "dx-$program is stopped while it asks for an address"
	check "dx-$program does not wait for the answer: $ms ms" test "$ms" -le 4000
done
done_testing
