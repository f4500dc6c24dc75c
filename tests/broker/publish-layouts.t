#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-publish to a real RabbitMQ: both layouts, a month with its marker, properties, kinds of queues.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib.sh"
broker_needed
broker_start

make_stream=$ROOT/tests/tools/amqp-stream.py
types=(artists labels masters releases)
months=(artists=230 labels=1200 masters=50 releases=3333)
cd "$T" || exit

new_month() {
	mkdir -p "$T/$1"
	dx-marker -d "$T/$1" -V 20260801 path
}

# split_queue QUEUE: its bodies into the files all, records and controls.
split_queue() {
	amqp bodies "$1" >all
	grep '^{"type":"data"' all >records
	grep -v '^{"type":"data"' all >controls
}

# fanout: exchanges of its own for each type, queues of the consumers.
for type in "${types[@]}"; do
	amqp bind "discogsography-discogs-$type" fanout "mine-$type"
done
marker=$(new_month fanout)
"$make_stream" --marker "$marker" "${months[@]}" >stream
run 0 dx-publish -u "$AMQP" --window 500 <stream
equal "$(cat "$T/err")" '' 'success is silent'
for month in "${months[@]}"; do
	split_queue "mine-${month%=*}"
	"$make_stream" --records "$month" >expected
	same records expected "fanout: $month as they came in, in order"
	equal "$(jq -r .type controls | tr '\n' ' ')" 'file_complete extraction_complete ' \
		"fanout: ${month%=*}: both control messages, after the records"
	equal "$(tail -n 2 all)" "$(cat controls)" 'and nothing after them'
done
equal "$(dx-marker -f "$marker" get summary.overall_status)" completed 'fanout: the month is complete'
equal "$(dx-marker -f "$marker" file-counts discogs_20260801_releases.xml.gz)" '3333 3333 3333 34' \
	'fanout: counted in the marker'
equal "$(dx-marker -f "$marker" unsent)" '' 'fanout: no completion is left to tell'

# topic: one exchange, queues declared by dx-publish, no message for the month.
marker=$(new_month topic)
"$make_stream" --marker "$marker" "${months[@]}" >stream
run 0 dx-publish -u "$AMQP" --layout topic --queue 'extra-%t' --queue all <stream
for month in "${months[@]}"; do
	"$make_stream" --records "$month" >expected
	for queue in discogsography-graphinator discogsography-tableinator extra; do
		split_queue "$queue-${month%=*}"
		same records expected "topic: $queue: $month as they came in, in order"
		equal "$(jq -r .type controls)" file_complete "topic: $queue: file_complete alone"
	done
done
equal "$(amqp count all)" 4817 'topic: a queue without %t gets all'
amqp delete all
equal "$(dx-marker -f "$marker" get summary.overall_status)" completed 'topic: the month is complete'

# A file that was begun in one layout does not go on in another: it is set back, and then sent whole.
marker=$(new_month changed)
server=${AMQP#*@}
"$make_stream" --marker "$marker" --stop 175 artists=230 >stream
run 65 dx-publish -u "$AMQP" --exchange first-%t --queue first-%t <stream
for try in 75 0; do
	"$make_stream" --marker "$marker" artists=230 >stream
	run $try dx-publish -u "$AMQP" --exchange second-%t --queue second-%t <stream
	[ $try = 0 ] || says "begun with other options: amqp://$server/, fanout first-%t, queues first-%t\$" \
		'another exchange: told, without the password'
	[ $try = 0 ] || equal "$(amqp count second-artists)" 0 'another exchange: nothing is sent'
done
equal "$(cat "$T/err")" '' 'another exchange: the second time there is nothing to say'
split_queue second-artists
"$make_stream" --records artists=230 >expected
same records expected 'another exchange: all as they came in'
# Another user is none.
marker=$(new_month user)
broker_ctl add_user other other >ctl && broker_ctl set_permissions other '.*' '.*' '.*' >ctl
"$make_stream" --marker "$marker" --stop 175 artists=230 >stream
run 65 dx-publish -u "$AMQP" --queue mine-%t --window 9 <stream
"$make_stream" --marker "$marker" artists=230 >stream
run 0 dx-publish -u "amqp://other:other@$server" --queue mine-%t <stream
says 'goes on after record 150; so many are not sent again$' 'another user: it goes on'

# Properties.
printf '%s\n' '{"type":"data","id":"7","sha256":"0123456789abcdef0123456789abcdef"}' '{"id":8}' '[1]' \
	'{"type":"other","id":"x\"y","sha256":"s"}' >input
run 0 dx-publish -t labels -u "$AMQP" <input
amqp properties mine-labels >found
cat >expected <<'END'
["application/json","UTF-8",2,"labels/7/0123456789abcdef","data","dx",true]
["application/json","UTF-8",2,"labels/8","data","dx",true]
["application/json","UTF-8",2,null,"data","dx",true]
["application/json","UTF-8",2,null,"other","dx",true]
END
jq -c '[.content_type, .content_encoding, .delivery_mode, .message_id, .type, .app_id,
	(now - .timestamp | . >= 0 and . < 600)]' found >got
same got expected 'properties'

# Parts given alone; a default exchange; kinds of queues.
run 0 dx-publish -t labels -u "$AMQP" --exchange 'my %%%t' --exchange-type direct --routing-key 'k-%t' \
	--queue 'my-%t' <input
amqp bodies my-labels >got
same got input 'exchange, kind, routing key and queue of our own'
run 0 dx-publish -t labels -u "$AMQP" --exchange '' --routing-key straight --queue straight <input
amqp bodies straight >got
same got input 'the default exchange'
for kind in classic quorum; do
	run 0 dx-publish -t labels -u "$AMQP" --queue "a-$kind-queue" --queue-type "$kind" <input
	amqp bodies "a-$kind-queue" >got
	same got input "a $kind queue"
done
run 0 dx-publish -t labels -u "$AMQP" --queue a-stream --queue-type stream <input
amqp stream a-stream 4 >got
same got input 'a stream'
run 78 dx-publish -t labels -u "$AMQP" --queue a-stream --queue-type quorum <input
says 'queue a-stream: .*inequivalent' 'another kind of queue of that name is told'
run 78 dx-publish -t labels -u "$AMQP" --exchange-type topic <input
says 'exchange discogsography-discogs-labels: .*inequivalent' 'another kind of exchange of that name is told'

# Large messages, over many frames, beside small ones; a window of one.
/usr/bin/python3 -c '
for size in (1, 130000, 131064, 131065, 131072, 3000000, 10, 262144):
    print("\"" + "x" * size + "\"")' >input
run 0 dx-publish -t masters -u "$AMQP" <input
amqp bodies mine-masters >got
same got input 'messages of many frames'
run 0 dx-publish -t masters -u "$AMQP" --window 1 <input
amqp bodies mine-masters >got
same got input 'a window of one'

# By hand: records only, and the real ones.
zcat "$DATA/publish/releases.ndjson.gz" >input
run 0 dx-publish -v -t releases -u "$AMQP" <input
says '^dx-publish: 11 records read, 11 confirmed, 0 rejected, 0 skipped, 0 files completed' 'it counts'
amqp bodies mine-releases >got
same got input 'real records by hand'
done_testing
