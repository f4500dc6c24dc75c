#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-publish behind a bad line to a broker that has a bad day: faults in a random order (SEED, printed) at random
# places of a file, while a consumer takes what comes. At the end every record came, and whatever the
# marker counted as confirmed on the way had come too.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/broker/lib.sh
. "$(dirname "$0")/lib.sh"
broker_needed

full=${FULL:-}
seed=${SEED:-$((RANDOM * 32768 + RANDOM))}
RANDOM=$((seed % 32768))
deck=(reset half slice swallow delay dies alarm deleted rights closed)
faults=10
if [ -n "$full" ]; then
	deck+=(cut refuse reset half slice swallow)
	faults=200
fi
step=1000 # records between faults
records=$((faults * step))
window=500
quiet=8 # seconds without a confirm, two heartbeats of 2 and what a busy machine takes, must have a reason told
ids=$T/ids
gate=$T/gate
note "seed $seed: $faults faults during $records records"

broker_start
broker_ctl add_user dx dx
broker_ctl set_permissions dx '.*' '.*' '.*'
marker=$(dx-marker -d "$T" -V 20260801 path)
: >"$ids"
: >"$T/err"

# The line, which takes about 2000 records a second and hears commands on descriptor 5; and the consumer.
mkfifo "$T/commands" "$T/feed"
"$ROOT/tests/tools/flaky-proxy.py" "$amqp_port" 800000 <"$T/commands" >"$T/proxy" 2>"$T/proxy.err" &
proxy=$!
at_end kill "$proxy"
exec 5>"$T/commands"
wait_for 20 test -s "$T/proxy"
url=amqp://dx:dx@127.0.0.1:$(cat "$T/proxy")
"$ROOT/tests/tools/amqp-client.py" "$AMQP" collect records "$ids" 5>&- &
consumer=$!
at_end kill "$consumer"

# Opens the gate for records below N, as far as there are.
open_gate() {
	reach=$(($1 < records ? $1 : records))
	echo "$reach" >"$gate.new"
	mv "$gate.new" "$gate"
}

# Publishes from where the marker is; what it ended with is written to status.
publish() {
	rm -f "$T/status"
	(
		"$ROOT/tests/tools/amqp-stream.py" --marker "$marker" --gate "$gate" artists="$records" >"$T/feed" &
		dx-publish -u "$url" --queue records --window "$window" --state-interval 500 --heartbeat 2 \
			<"$T/feed" 2>>"$T/err"
		echo "$?" >"$T/status.new"
		mv "$T/status.new" "$T/status"
		kill "$!" 2>/dev/null # the feed may be waiting at the gate
	) 5>&- &
	publisher=$!
}

# The last one, however the test ends.
end_publisher() {
	kill_tree "$publisher"
}

# The id of the last record that came.
last() {
	local id
	id=$(tail -c 8 "$ids")
	echo $((10#0$id))
}

is_past() {
	[ "$(last)" -ge "$1" ] || [ -e "$T/status" ]
}

# came_below N: each id below N came.
came_below() {
	[ "$(sort -u "$ids" | awk -v n="$1" '$1 < n' | wc -l)" -eq "$1" ]
}

recorded() {
	local counts
	counts=$(dx-marker -f "$marker" file-counts discogs_20260801_artists.xml.gz)
	echo "${counts%% *}"
}

# a_while MAX: seconds, up to MAX, with a fraction.
a_while() {
	printf '%d.%d' $((RANDOM % $1)) $((RANDOM % 10))
}

# What a fault does. Some are over when it returns, some go on.
fault() {
	local counted
	case $1 in
	reset | cut) echo "$1" >&5 ;;
	half) echo "half $((RANDOM * 2))" >&5 ;;
	slice) echo "slice $((RANDOM * 2))" >&5 ;;
	swallow | refuse) echo "$1 $(a_while 3)" >&5 ;;
	delay) echo "delay $(a_while 7)" >&5 ;;
	dies)
		broker_kill
		sleep "$(a_while 2)"
		broker_start
		;;
	alarm)
		broker_ctl set_vm_memory_high_watermark absolute 1MB
		sleep "$(a_while 3)"
		broker_ctl set_vm_memory_high_watermark absolute 2GB
		;;
	closed) broker_ctl close_all_user_connections dx 'somebody closed it' ;;
	deleted)
		# What is in a queue, or on its way there, goes with it: nothing is for the moment.
		open_gate 0
		sleep 0.2
		wait_for 20 was_quiet
		amqp delete records
		open_gate $((k * step + 2 * step))
		;;
	rights)
		broker_ctl clear_permissions dx
		broker_ctl close_all_user_connections dx 'rights are gone'
		wait_for 20 test -e "$T/status"
		equal "$(cat "$T/status")" 77 "fault $k: without rights it ends"
		counted=$(recorded)
		check "fault $k: and the $counted records that the marker counts came" wait_for 20 came_below "$counted"
		broker_ctl set_permissions dx '.*' '.*' '.*'
		publish
		;;
	esac
}

# Nothing came, and nothing lies in the queue, for a moment.
was_quiet() {
	local size
	size=$(stat -c %s "$ids")
	sleep 0.3
	[ "$(stat -c %s "$ids")" -eq "$size" ] && [ "$(amqp count records 2>"$T/count")" = 0 ]
}

# goes_on TOLD: it goes on after a fault, and what took long had a reason, which is more than the TOLD bytes of
# messages before.
# Time is counted in looks of a tenth of a second, not by the clock: the whole test may be stopped for a while.
goes_on() {
	local goal looks
	goal=$(($(last) + 100))
	for ((looks = 0; looks < 600; looks++)); do
		is_past $((goal < reach ? goal : reach - 1)) && break
		sleep 0.1
	done
	[ "$looks" -lt 600 ] || return
	[ ! -e "$T/status" ] || [ "$(cat "$T/status")" -eq 0 ] || return
	[ "$looks" -le $((quiet * 10)) ] || [ "$(stat -c %s "$T/err")" -gt "$1" ]
}

open_gate $step
publish
at_end end_publisher
cards=()
failed=0
for ((k = 0; k < faults; k++)); do
	[ "${#cards[@]}" -gt 0 ] || cards=("${deck[@]}")
	pick=$((RANDOM % ${#cards[@]}))
	name=${cards[pick]}
	cards=("${cards[@]:0:pick}" "${cards[@]:pick+1}")
	open_gate $((k * step + 2 * step))
	wait_for 60 is_past $((k * step + RANDOM % step))
	before=$(stat -c %s "$T/err")
	at=$(last)
	fault "$name"
	if ! goes_on "$before"; then
		failed=$((failed + 1))
		note "fault $k, $name at record $at: it does not go on, or waits without a word; it is at $(last) of $reach"
		note "$(tail -c "+$((before + 1))" "$T/err")"
		[ ! -e "$T/status" ] || break
	fi
done
equal "$failed" 0 "it goes on after each of $faults faults"
open_gate "$records"
wait_for 120 test -e "$T/status"
equal "$(cat "$T/status")" 0 'and ends well'
check 'every record came' wait_for 20 came_below "$records"
equal "$(dx-marker -f "$marker" file-counts discogs_20260801_artists.xml.gz)" \
	"$records $records $records $((records / 100))" 'the marker counts each once'
equal "$(cat "$T/proxy.err")" '' 'the line itself was well'
came=$(sort -u "$ids" | wc -l)
echo "# total: broker-faults points=$faults losses=$((records - came)) duplicates=$(($(wc -l <"$ids") - came))" \
	"seconds=$SECONDS"
[ "$failures" -eq 0 ] || note "$(tail -n 40 "$T/err")"
done_testing
