#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-publish and a real RabbitMQ that does not simply say yes: refusals, missing queues, alarms, deaths on
# both sides.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib.sh"
broker_needed
broker_start 'max_message_size = 200000'

make_stream=$ROOT/tests/tools/amqp-stream.py
exchange=discogsography-discogs
secret='s3cr:t@%/pass'
encoded='s3cr%3At%40%25%2Fpass'
server=127.0.0.1:$amqp_port
cd "$T" || exit

new_month() {
	mkdir -p "$T/$1"
	dx-marker -d "$T/$1" -V 20260801 path
}

counts() {
	dx-marker -f "$marker" file-counts discogs_20260801_artists.xml.gz
}

# start_publish ARGUMENT...: in the background, standard input from the caller; $publisher, $T/err.
start_publish() {
	: >"$T/err" # before it starts: told must not see what the last one said
	# Bash gives what runs in the background no standard input, unless it is told to.
	{ dx-publish "$@" <&7 7<&- >"$T/out" 2>"$T/err" & } 7<&0
	publisher=$!
}

# ended STATUS NAME: the one in the background ends with STATUS.
ended() {
	status=0
	wait "$publisher" || status=$?
	equal "$status" "$1" "$2"
	[ "$status" -eq "$1" ] || note "$(head -c 1000 "$T/err")"
}

told() {
	grep -q "$1" "$T/err"
}

# Who may not, and what is not there.
broker_ctl add_user someone "$secret"
broker_ctl add_user writer writer
broker_ctl set_permissions -p / someone '.*' '.*' '.*'
broker_ctl set_permissions -p / writer '^$' '.*' '^$'
amqp bind $exchange-labels fanout labels
printf '{"id":1}\n' >input
SECONDS=0
run 77 dx-publish -t labels -u "amqp://someone:wrong-Password@$server" <input
check 'a wrong password is told at once' test "$SECONDS" -lt 5
says 'ACCESS_REFUSED' 'a wrong password is told'
check 'and not shown' sh -c "! grep -q wrong-Password $T/err"
run 0 dx-publish -t labels -u "amqp://someone:$encoded@$server/%2f" <input
DX_AMQP_URL="amqp://someone:$encoded@$server" run 0 dx-publish -t labels <input
printf 'someone:%s\n' "$secret" >credentials
chmod 600 credentials
run 0 dx-publish -t labels -u "amqp://$server" --credentials credentials <input
equal "$(amqp count labels)" 3 'user and password from URL, environment and file'
run 78 dx-publish -t labels -u "amqp://guest:guest@$server/nowhere" <input
says 'not found' 'a virtual host that is not there is told'
broker_ctl add_vhost closed
run 77 dx-publish -t labels -u "amqp://guest:guest@$server/closed" <input
run 0 dx-publish -t labels -u "amqp://writer:writer@$server" <input
run 77 dx-publish -t labels -u "amqp://writer:writer@$server" --exchange other <input
says 'exchange other' 'a user who may not declare an exchange that is not there'
SECONDS=0
run 69 dx-publish -t labels -u "amqp://guest:guest@127.0.0.1:1" --retry-for 2s <input
check 'an absent broker is tried for --retry-for' test "$SECONDS" -ge 2 -a "$SECONDS" -lt 8
says 'refused.*tried for 2 s' 'an absent broker is told'
run 0 dx-publish -t labels -u "amqp://guest:guest@127.0.0.1:1,$AMQP" <input
amqp delete labels

# What ps(1) and a child see.
mkfifo silent
exec 8<>silent
start_publish -t labels -u "amqp://someone:$encoded@$server" <silent
printf '{"id":2}\n' >&8
wait_for 20 told 'no queue'
check 'the password is not in argv' sh -c "! grep -aq s3cr /proc/$publisher/cmdline"
kill "$publisher"
ended 75 'SIGTERM while messages are held'
DX_AMQP_URL="amqp://someone:$encoded@$server" start_publish -t labels <silent
printf '{"id":2}\n' >&8
wait_for 20 told 'no queue'
check 'nor in the environment' sh -c "! grep -aq s3cr /proc/$publisher/environ"
kill "$publisher"
ended 75 'SIGTERM again'
exec 8>&-

# No queue: held, then given up; or it comes in time.
marker=$(new_month unroutable)
"$make_stream" --marker "$marker" artists=300 >stream
run 69 dx-publish -u "$AMQP" --route-timeout 2s <stream
says "exchange $exchange-artists: no queue is bound.*start the consumers, or let --queue" \
	'no queue: exchange and remedy are named'
equal "$(counts)" '0 0 0 0' 'no queue: nothing is counted'
equal "$(dx-marker -f "$marker" get publishing_phase.status)" failed 'no queue: the marker knows'
"$make_stream" --marker "$marker" artists=300 >stream
start_publish -u "$AMQP" <stream
wait_for 20 told 'no queue is bound'
ok $? 'no queue: that is told'
amqp bind $exchange-artists fanout artists
ended 0 'a queue that comes later is waited for'
"$make_stream" --records artists=300 >expected
amqp bodies artists | grep '"type":"data"' >got
same got expected 'and gets all, in order'
equal "$(counts)" '300 300 300 3' 'which are counted'

# Larger than the broker takes.
/usr/bin/python3 -c '
for n, size in enumerate((10, 300000, 20, 200001, 199999 - 17)):
    print("{\"id\":%d,\"x\":\"%s\"}" % (n, "x" * size))' >input
run 0 dx-publish -v -t artists -u "$AMQP" --rejects rejects <input
says '5 records read, 3 confirmed, 2 rejected' 'too large: counted'
sed -n '1p;3p;5p' input >expected
amqp bodies artists | sort -u >got
sort -u expected >sorted
same got sorted 'too large: the others are there'
sed -n '2p;4p' input >expected
jq -c .record rejects >got
same got expected 'too large: they are in the rejects file'
equal "$(jq -r '.line, .reason' rejects | tr '\n' ' ')" \
	'2 larger than the 200000 bytes that the broker takes 4 larger than the 200000 bytes that the broker takes ' \
	'too large: with line and reason'
run 65 dx-publish -t artists -u "$AMQP" --strict <input
says 'line 2 was rejected' 'too large, --strict: the end'

# A memory alarm.
amqp delete artists
amqp bind $exchange-artists fanout artists
broker_ctl set_vm_memory_high_watermark absolute 1MB
"$make_stream" --records --size 3000 artists=3000 >input
start_publish -t artists -u "$AMQP" --heartbeat 2 <input
wait_for 20 told 'takes nothing for now'
ok $? 'alarm: that is told'
sleep 5 # more than two heartbeats
equal "$(grep -c . "$T/err")" 1 'alarm: once'
check 'alarm: it waits' kill -0 "$publisher"
broker_ctl set_vm_memory_high_watermark absolute 2GB
ended 0 'alarm: it goes on'
amqp bodies artists >got
same got input 'alarm: nothing is lost'
broker_ctl set_vm_memory_high_watermark absolute 1MB
start_publish -t artists -u "$AMQP" <input
wait_for 20 told 'takes nothing for now'
SECONDS=0
kill "$publisher"
ended 75 'alarm: SIGTERM ends it'
check 'alarm: in 2 seconds, and 2 for a busy machine' test "$SECONDS" -le 4
broker_ctl set_vm_memory_high_watermark absolute 2GB
amqp delete artists
amqp bind $exchange-artists fanout artists

# Silence for several heartbeats, those of the default in the full run.
beat=1
silence=5
[ -z "${FULL:-}" ] || beat=60 silence=185
mkfifo feed
"$make_stream" --hold 100 go-on artists=200 >feed &
start_publish -u "$AMQP" --heartbeat "$beat" <feed
wait_for 20 sh -c "[ \$($ROOT/tests/tools/amqp-client.py $AMQP count artists) -eq 100 ]"
connection=$(broker_ctl list_connections pid timeout)
sleep "$silence"
equal "$(broker_ctl list_connections pid timeout)" "$connection" 'silence: the broker has the same connection after it'
equal "$(tail -n 1 <<<"$connection" | cut -f 2)" "$beat" 'silence: with the heartbeats that were asked for'
: >go-on
ended 0 'silence: the connection is good after it'
equal "$(cat "$T/err")" '' 'silence: and was never lost'
equal "$(amqp bodies artists | grep -c '"type":"data"')" 200 'silence: all is there'

# SIGTERM in a file, then kill -9 in a file, then to the end.
marker=$(new_month deaths)
"$make_stream" --marker "$marker" --hold 777 never artists=2000 >feed &
feeder=$!
start_publish -u "$AMQP" --state-interval 100 <feed
wait_for 20 sh -c "dx-marker -f $marker file-counts discogs_20260801_artists.xml.gz | grep -q '^750 '"
ok $? 'progress is recorded while the input is silent'
SECONDS=0
kill "$publisher"
ended 75 'SIGTERM in a file'
check 'in 2 seconds, and 2 for a busy machine' test "$SECONDS" -le 4
kill "$feeder"
equal "$(counts)" '750 750 750 7' 'progress is as of the last mark'
"$make_stream" --marker "$marker" --hold 1555 never artists=2000 >feed &
feeder=$!
start_publish -u "$AMQP" --state-interval 100 <feed
wait_for 20 sh -c "dx-marker -f $marker file-counts discogs_20260801_artists.xml.gz | grep -q '^1[0-9]'"
kill -KILL "$publisher"
wait "$publisher" 2>/dev/null
kill "$feeder"
position=$(counts)
position=${position%% *}
"$make_stream" --marker "$marker" artists=2000 >stream
run 0 dx-publish -v -u "$AMQP" <stream
says "goes on after record $position" 'after kill -9 it goes on at the mark'
equal "$(counts)" '2000 2000 2000 20' 'and counts each message once'
amqp bodies artists | grep '"type":"data"' >got
"$make_stream" --records artists=2000 | sort >expected
sort -u got >unique
same unique expected 'nothing is missing'
check 'no more is there twice than was not recorded' test "$(wc -l <got)" -le $((2000 + 27 + 1555 - position))

# The broker dies and comes back.
marker=$(new_month broker)
"$make_stream" --marker "$marker" --pace 0.05 artists=10000 >feed &
start_publish -u "$AMQP" <feed
wait_for 20 sh -c "[ \$($ROOT/tests/tools/amqp-client.py $AMQP count artists) -gt 1000 ]"
broker_kill
wait_for 20 told 'trying again'
ok $? 'a dead broker is told'
broker_start
ended 0 'the broker comes back: it goes on to the end'
says 'connected again' 'and says so'
amqp bodies artists | grep '"type":"data"' | sort -u >unique
"$make_stream" --records artists=10000 | sort >expected
same unique expected 'nothing is missing'
equal "$(counts)" '10000 10000 10000 100' 'each message is counted once'

# Exchange and queue go away in the middle.
"$make_stream" --pace 0.05 artists=3000 >feed &
start_publish -u "$AMQP" <feed
wait_for 20 sh -c "[ \$($ROOT/tests/tools/amqp-client.py $AMQP count artists) -gt 500 ]"
amqp delete-exchange $exchange-artists
wait_for 20 told 'no queue is bound'
amqp bind $exchange-artists fanout artists
ended 0 'the exchange is deleted: declared again, and a queue waited for'
amqp bodies artists | grep '"type":"data"' | sort -u >unique
"$make_stream" --records artists=3000 | sort >expected
same unique expected 'nothing is missing'

# A queue that dx-publish declared goes away, and there is no other.
"$make_stream" --hold 1000 resume labels=3000 >feed &
start_publish -u "$AMQP" --queue ours <feed
wait_for 20 sh -c "[ \$($ROOT/tests/tools/amqp-client.py $AMQP count ours) -eq 1000 ]"
amqp bodies ours >got
amqp delete ours
: >resume
ended 0 'the queue of --queue is deleted: declared again'
says 'no queue is bound' 'and told'
amqp bodies ours >>got
grep '"type":"data"' got | sort -u >unique
"$make_stream" --records labels=3000 | sort >expected
same unique expected 'nothing is missing'
done_testing
