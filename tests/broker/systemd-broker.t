#!/bin/bash
# SPDX-License-Identifier: MIT
# The units between a real server and a real broker, with its login as a credential: each stage is killed once in the
# middle of a month. Every record arrives, and the password is seen nowhere.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/broker/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/tools/httpd.sh
. "$ROOT/tests/tools/httpd.sh"
# shellcheck source=tests/tools/boot-systemd.sh
. "$ROOT/tests/tools/boot-systemd.sh"
broker_needed
command -v ip >/dev/null || { echo '1..0 # SKIP there is no ip(8) for the loopback of a namespace'; exit; }
boot_needed
types=(artists labels masters releases)
export secret='p:a@s/s%20 1' # boot_install runs in another shell

# What make install installs, and pauses of a second where a user has 30 and more.
boot_install() {
	boot_dx
	(umask 077 && printf 'pipeline:%s\n' "$secret" >"$new/etc/dx/login")
	printf '%s\n' "DX_BASE_URL=$BASE" DX_VERSION=20260801 "DX_AMQP_URL=amqp://127.0.0.1:$amqp_port" DX_RATE=1000 DX_WINDOW=100 \
		DX_STATE_INTERVAL=50 DX_KEEP=0 >"$new/etc/dx/dx.conf"
	pauses 1 9
}

# How many records are recorded as confirmed.
records() {
	jq '.processing_phase.records_extracted' "$root/var/lib/dx/.extraction_status_20260801.json" 2>/dev/null || echo 0
}

# goes_on COUNT: it is further than COUNT records, and all stages are there.
goes_on() {
	[ "$(records)" -gt "$1" ] && [[ $(property MainPID dx-fetch) -gt 0 && $(property MainPID dx-publish) -gt 0 ]]
}

journal() {
	inside journalctl --no-pager -q -o cat
}

broker_start
run 0 broker_ctl add_user pipeline "$secret"
run 0 broker_ctl set_permissions pipeline '.*' '.*' '.*'
for type in "${types[@]}"; do
	amqp bind "discogsography-discogs-$type" fanout "mine-$type"
	zcat "$DATA/month/discogs_20260801_$type.xml.gz" | dx-parse -t "$type" | sort >"$T/$type.wanted"
done
# The last file comes so slowly that dx-fetch is there as long as the files before are sent.
serve "$DATA/month"
misbehave 'discogs_20260801_releases.xml.gz slow=50000'
export BASE amqp_port
check 'systemd runs' boot_systemd
[ "$failures" -eq 0 ] || { explain; done_testing; }
at_end explain
nsenter -t "$init_pid" --net ip link set lo up
port=${BASE#http://*:}
"$ROOT/tests/tools/into-namespace.py" "$init_pid" "$amqp_port" "${port%%/*}" >"$T/carrier" &
at_end kill $!
wait_for 20 test -s "$T/carrier"

inside systemctl start dx.target
at=0
for stage in dx-publish dx-parse dx-fetch; do
	check "$stage: the month goes on" wait_for 60 goes_on "$at"
	at=$(records)
	inside kill -KILL "$(property MainPID "$stage.service")"
	check "$stage: was started again" wait_for 30 eval '[ "$(property NRestarts '"$stage"'.service)" -gt 0 ]'
done
misbehave 'discogs_20260801_releases.xml.gz'
check 'and all end' wait_for 120 ended
equal "$(property Result dx-publish) $(property Result dx-parse) $(property Result dx-fetch)" 'success success success' 'well'
for type in "${types[@]}"; do
	amqp bodies "mine-$type" >"$T/bodies"
	equal "$(tail -n 1 "$T/bodies" | jq -r .type)" extraction_complete "$type end with the month"
	grep '^{"type":"data"' "$T/bodies" | sort >"$T/came"
	sort -u "$T/came" >"$T/once"
	same "$T/once" "$T/$type.wanted" "$type: every record arrived"
	check "$type: hardly any twice" test $(($(wc -l <"$T/came") - $(wc -l <"$T/once"))) -le $((3 * (100 + 50 + 500)))
done
check 'the files of the month are there' test -e "$root/var/lib/dx/discogs_20260801_labels.xml.gz"
inside systemctl start dx.target
check 'and next time' wait_for 30 ended
equal "$(cd "$root/var/lib/dx" && echo discogs_*.gz)" 'discogs_*.gz' 'they are gone, as the settings say'
equal "$(journal | grep -cF "$secret")" 0 'the journal does not know the password'
check 'the status neither' eval '! inside systemctl show "dx*" | grep -qF "$secret"'
done_testing
