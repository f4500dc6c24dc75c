#!/bin/bash
# SPDX-License-Identifier: MIT
# The units at work, under a systemd of their own: the timer, a month, nothing new, and stages that are killed, hang
# or wait. Whatever happened, in the end every record is there once.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/tools/boot-systemd.sh
. "$ROOT/tests/tools/boot-systemd.sh"
boot_needed
types=(artists labels masters releases)
stages=(dx-fetch dx-parse dx-publish)
slow=(DX_RATE=1000 DX_STATE_INTERVAL=50) # a month takes 7 s, time to step in

# What make install installs, a month, and pauses of a second where a user has 30 and more.
boot_install() {
	boot_dx
	cp -r "$ROOT/tests/data/month" "$new/srv/month"
	setting dx.timer '[Timer]' OnCalendar= OnActiveSec=1ms RandomizedDelaySec=0 AccuracySec=1ms
	pauses 1 3
}

# config LINE...: what dx.conf says from now on, besides where the month lies and where it goes.
config() {
	local destination=(DX_AMQP_URL=file:/var/lib/dx/out)
	[[ "$*" != *DX_AMQP_URL=* ]] || destination=()
	printf '%s\n' DX_MIRROR=/srv/month "${destination[@]}" "$@" >"$root/etc/dx/dx.conf"
}

# began UNIT: it was started since last time.
declare -A invocation=()
began() {
	local id
	id=$(property InvocationID "$1")
	[ -n "$id" ] && [ "$id" != "${invocation[$1]:-}" ] && invocation[$1]=$id
}

# A fresh start: no month, no failed unit, and a new page in the journal.
page=0
forget() {
	page=$(date +%s.%N)
	rm -rf "$root"/var/lib/dx/{out,.extraction*}
	inside systemctl reset-failed
}

# Some records are confirmed, and the marker says so.
recorded() {
	grep -Eq '"position": *[1-9]' "$root/var/lib/dx/.extraction_status_20260801.json"
}

# Every record is there once.
complete() {
	local type
	for type in "${types[@]}"; do
		same "$root/var/lib/dx/out/$type.ndjson" "$T/expected/$type.ndjson" "$1: $type, line by line"
	done
}

# said PATTERN: the journal has it.
said() {
	inside journalctl --no-pager -q -o cat --since "@$page" | grep -Eq -- "$1"
}

# How often.
said_times() {
	inside journalctl --no-pager -q -o cat --since "@$page" | grep -Ec -- "$1"
}

run 0 dx-fetch -m "$DATA/month" -d "$T/data"
dx-parse <"$T/out" | dx-publish -u "file:$T/expected"
check 'systemd runs' boot_systemd
[ "$failures" -eq 0 ] || { explain; done_testing; }
at_end explain

config
inside systemctl start dx.timer
check 'the timer starts the stages' wait_for 20 began dx-publish.service
check 'and they end' wait_for 60 ended
complete 'the month'
for stage in "${stages[@]}"; do
	equal "$(property Result "$stage.service") $(property ExecMainStatus "$stage.service")" 'success 0' "$stage ended well"
done
check 'nothing of the pipes is left' test ! -e "$root/run/dx"

stat -c %y "$root/var/lib/dx/out/"* >"$T/before"
inside systemctl restart dx.timer
check 'the next time it starts them again' wait_for 20 began dx-publish.service
check 'and they end again' wait_for 60 ended
equal "$(property ExecMainStatus dx-fetch.service) $(property ExecMainStatus dx-publish.service)" '0 0' 'nothing new is no failure'
equal "$(stat -c %y "$root/var/lib/dx/out/"*)" "$(cat "$T/before")" 'and nothing was written'

# Killed in the middle of the month.
for stage in dx-parse dx-publish; do
	forget
	config "${slow[@]}"
	inside systemctl start dx.target
	check "$stage: some of it is published" wait_for 20 recorded
	pid=$(property MainPID "$stage.service")
	if [ "$stage" = dx-parse ]; then
		grep -E '^(Seccomp|NoNewPrivs|CapEff|CapBnd):' "$root/proc/$pid/status" >"$T/confined"
		equal "$(tr -d '\t' <"$T/confined" | sort | tr '\n' ' ')" \
			'CapBnd:0000000000000000 CapEff:0000000000000000 NoNewPrivs:1 Seccomp:2 ' 'dx-parse may do nothing'
		equal "$(tr '\0' '\n' <"$root/proc/$pid/environ" | grep -c DX_AMQP_URL)" 0 'and knows no broker'
		check 'it tells how far it is' wait_for 10 eval '[[ $(property StatusText dx-parse) == *%* ]]'
		seen=$root/proc/$(property MainPID dx-publish.service)/root
		check 'dx-publish has its credential' test -s "$seen"/run/credentials/dx-publish.service/login
	fi
	config
	inside kill -KILL "$pid"
	check "$stage: killed, the stages run once more and end" wait_for 60 ended
	equal "$(property NRestarts "$stage.service")" 1 "$stage: was started again"
	check "$stage: after a pause" said '^dx-backoff: the next try is in 1 s$'
	check "$stage: goes on, and not from the start" said 'goes on after record [1-9]'
	complete "$stage killed"
done
# A stage that cannot go on for now (75) takes the others along: what they end with (65) starts nothing.
forget
exec 5<>"$root/var/lib/dx/.dx-fetch.lock"
flock 5
inside systemctl start dx.target 2>"$T/err"
check 'dx-fetch waits for another, and gives up' wait_for 30 said '^dx-backoff: given up after 3 tries$'
check 'then it is over' wait_for 20 ended
equal "$(said_times 'dx-fetch.service: Scheduled restart job') $(said_times '^dx-backoff: the next try is in 1 s$')" '3 2' \
	'there was a pause before every try'
equal "$(property NRestarts dx-parse.service) $(property NRestarts dx-publish.service)" '0 0' \
	'nothing else was started again for its own sake'
equal "$(inside systemctl --failed --no-legend --plain | grep -c dx-pipe.service)" 1 'and that is a failure'
exec 5>&-
inside systemctl start dx.target
check 'when the other is done, all go on' wait_for 60 ended
complete 'after the wait'

# Stopped during the pause.
exec 5<>"$root/var/lib/dx/.dx-fetch.lock"
flock 5
new=$root pauses 60 3
inside systemctl daemon-reload
for unit in dx.target dx.service; do
	forget
	inside systemctl start --no-block "$unit"
	check "$unit: there is a pause" wait_for 30 said '^dx-backoff: the next try is in 60 s$'
	run 0 inside systemctl stop "$unit"
	check 'that is not waited for when it is stopped' wait_for 20 ended
	equal "$(property Result dx-pipe.service) $(property Result dx.service)" 'success success' 'and no failure'
done
new=$root pauses 1 3
inside systemctl daemon-reload
exec 5>&-

# Stopped and started.
forget
config "${slow[@]}"
inside systemctl start dx.target
check 'some is published' wait_for 20 recorded
run 0 inside systemctl stop dx-parse.service
check 'to stop one is to stop all' ended
equal "$(inside systemctl --failed --no-legend)" '' 'and no failure'
config
run 0 inside systemctl start dx.target
check 'it goes on another time' wait_for 60 ended
complete 'stopped and started'

# What nobody but a person can mend.
forget
config DX_AMQP_URL=nothing:at-all
inside systemctl start dx.target 2>"$T/err"
check 'a wrong setting ends all' wait_for 60 ended
equal "$(property ExecMainStatus dx-publish.service)" 64 'and says so'
check 'once' eval '! said "^dx-backoff: the next try"'

forget
config DX_JBOS=3
inside systemctl start dx.target 2>"$T/err"
check 'a setting that is none ends all' wait_for 20 ended
check 'and is named' said 'dx.conf:3: DX_JBOS: there is no such setting'
equal "$(property ExecMainStatus dx-pipe.service)$(property Result dx-pipe.service)" '0exit-code' 'before a stage begins'
check 'nothing was begun' test ! -e "$root/var/lib/dx/.extraction_status_20260801.json"

# A run that dx-status was asked for is tried once, and the next one is not forgotten for it.
forget
: >"$root/var/lib/dx/.dx-trigger"
inside systemctl start dx-trigger.path
check 'a run that was asked for ends the same way' wait_for 20 said 'DX_JBOS: there is no such setting'
check 'and is over' wait_for 20 ended
equal "$(said_times 'DX_JBOS: there is no such setting') $(property ActiveState dx-trigger.path)" '1 active' 'once'
config
: >"$root/var/lib/dx/.dx-trigger"
check 'another is granted' wait_for 60 eval '[ ! -e "$root/var/lib/dx/.dx-trigger" ] && ended'
inside systemctl stop dx-trigger.path
complete 'asked for'

# A file of settings that only root may read, as one does where it holds a password.
chmod 600 "$root/etc/dx/dx.conf"
for unit in dx.target dx.service; do
	forget
	inside systemctl start "$unit" 2>"$T/err"
	check "$unit: settings for root alone are read" wait_for 60 ended
	complete "$unit"
done
chmod 644 "$root/etc/dx/dx.conf"

# All in one unit.
forget
config "${slow[@]}"
inside systemctl start dx.service
check 'dx.service publishes' wait_for 20 recorded
check 'and tells how far it is' wait_for 10 eval '[[ $(property StatusText dx) == *discogs_* ]]'
config
inside pkill -KILL -x dx-parse
check 'it goes on after a kill' wait_for 60 ended
check 'because it was started again' said 'dx.service: Scheduled restart job, restart counter is at 1'
check 'after a pause as well' said '^dx-backoff: the next try is in 1 s$'
complete 'one unit'

if [ -z "${FULL:-}" ]; then
	note 'a stage that hangs: only with FULL=1'
	done_testing
fi
forget
config "${slow[@]}"
new=$root setting dx-parse.service '[Service]' WatchdogSec=3s TimeoutAbortSec=1s
inside systemctl daemon-reload
inside systemctl start dx.target
wait_for 20 recorded
inside kill -STOP "$(property MainPID dx-parse.service)"
config
check 'a stage that hangs is found' wait_for 30 said 'dx-parse.service: Watchdog timeout'
check 'and the stages run once more' wait_for 60 ended
complete 'dx-parse hung'

for unit in dx.target dx.service; do
	forget
	config DX_AMQP_URL=amqp://127.0.0.1:1/ DX_RETRY_FOR=0
	inside systemctl start "$unit" 2>"$T/err"
	check "$unit: without a broker it is given up" wait_for 60 said '^dx-backoff: given up after 3 tries$'
	check 'and over' wait_for 20 ended
	sleep 3 # nothing may come
	check 'for good' ended
	equal "$(said_times '^dx-backoff: the next try')" 2 \
		'after as many tries as there should be'
	equal "$(inside systemctl --failed --no-legend --plain | grep -c '^dx')" 1 'and that is a failure'
done
done_testing
