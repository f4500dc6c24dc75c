#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-status.socket under a systemd of its own: a process for each connection, with the rights of its unit and no more.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
new='' root='' init_pid='' # boot-systemd.sh sets them
[ -e "$ROOT/tests/tools/boot-systemd.sh" ] || { echo '1..0 # SKIP tests/tools/boot-systemd.sh is not there'; exit; }
# shellcheck disable=SC1091
. "$ROOT/tests/tools/boot-systemd.sh"
command -v ip >/dev/null || { echo '1..0 # SKIP there is no ip(8) for the loopback of a namespace'; exit; }
boot_needed

boot_install() {
	boot_dx
	cp -r "$ROOT/tests/data/month" "$new/srv/month"
	printf '%s\n' DX_MIRROR=/srv/month DX_AMQP_URL=file:/var/lib/dx/out >"$new/etc/dx/dx.conf"
}

# ask STATUS WORD PATH [OPTION...]: one test: the status, and that of the JSON.
ask() {
	local expected="$1 $2" path=$3 got
	shift 3
	got=$(inside curl -s -m 30 -w '\n%{http_code}' "$@" "http://127.0.0.1:8000$path")
	equal "$(tail -n 1 <<<"$got") $(sed '$d' <<<"$got" | jq -r .status)" "$expected" "$path is answered: $expected"
}

# The month is told to the end.
published() {
	grep -q extraction_complete "$root/var/lib/dx/out/control.ndjson" 2>/dev/null
}

# Nothing is left of the units of connections, ended or failed.
none_left() {
	[ -z "$(inside systemctl list-units --all --no-legend 'dx-status@*')" ]
}

check 'systemd runs' boot_systemd
[ "$failures" -eq 0 ] || { explain; done_testing; }
at_end explain
nsenter -t "$init_pid" --net ip link set lo up
check 'the socket can be started' inside systemctl start dx-status.socket

cp "$root/usr/local/lib/systemd/system/dx-status@.service" "$T/dx-status@1.service"
run 0 systemd-analyze security --no-pager --offline=true --threshold=10 "$T/dx-status@1.service"

ask 200 ready /ready
ask 503 unhealthy /health
inside dx-marker -d /var/lib/dx -V "$(date +%Y%m01)" start-download 4
ask 200 healthy /health
ask 403 forbidden /trigger -X POST
token='token-of-this-test-0123456789'
(umask 077 && echo "$token" >"$root/etc/dx/status-token")
ask 401 unauthorized /trigger -X POST
inside systemctl stop dx-trigger.path
ask 202 recorded /trigger -X POST -H "Authorization: Bearer $token"
equal "$(stat -c '%s %u' "$root/var/lib/dx/.dx-trigger")" "0 $(stat -c %u "$root/var/lib/dx")" 'the wish is in the data folder'
clients=()
for _ in 1 2 3 4 5 6 7 8 9 10; do
	inside curl -s -m 30 -o /dev/null -w '%{http_code}\n' http://127.0.0.1:8000/health >>"$T/codes" &
	clients+=($!)
done
wait "${clients[@]}"
equal "$(sort "$T/codes" | uniq -c | tr -s ' ')" ' 10 200' 'ten at once are answered'
check 'of connections that have ended nothing is left' wait_for 30 none_left

inside systemctl start dx-trigger.path
check 'the wish starts a run' wait_for 60 published
check 'which ends' wait_for 20 eval '! inside systemctl -q is-active dx.target'
check 'and takes the wish away' test ! -e "$root/var/lib/dx/.dx-trigger"
check 'the next is waited for' inside systemctl -q is-active dx-trigger.path
run 0 inside systemctl stop dx-status.socket
check 'while there is somebody to tell of it' eval '! inside systemctl -q is-active dx-trigger.path'
run 0 inside systemctl start dx-status.socket
check 'as there is now' inside systemctl -q is-active dx-trigger.path
done_testing
