#!/bin/bash
# SPDX-License-Identifier: MIT
# A month through all stages to a cluster of three nodes, to quorum queues and to streams: the node that leads
# the queue dies by SIGKILL twice on the way and comes back. Every record is there, the marker says so, and
# dx-run never notices more than a lost connection.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/broker/lib.sh
. "$(dirname "$0")/lib.sh"
broker_needed

nodes=(one two three)
version=20260801
full=${FULL:-}
# A small window makes a small month last as long as a death takes.
records=10000 window=4
[ -z "$full" ] || records=200000 window=256

mkdir "$T/mirror"
for type in artists masters releases; do
	cp "$DATA/dumps/2026-03/$type.xml.gz" "$T/mirror/discogs_${version}_$type.xml.gz"
done
"$ROOT/tests/bench/mkdump.py" labels "$T/mirror/discogs_${version}_labels.xml.gz" -r "$records" -l 1 2>/dev/null
(cd "$T/mirror" && sha256sum -- *.gz >../checksum && mv ../checksum "discogs_${version}_CHECKSUM.txt")
dx-parse "$T/mirror/discogs_${version}_labels.xml.gz" | sort >"$T/wanted"
equal "$(wc -l <"$T/wanted")" "$records" 'records to send'

cluster_start "${nodes[@]}"

# member_info QUEUE COLUMN: what a living node says of a queue.
member_info() {
	local name
	for name in "${nodes[@]}"; do
		[ -n "${broker_pids[$T/$name]:-}" ] || continue
		on "$name" broker_ctl list_queues name "$2" 2>"$T/ctl" | awk -F '\t' -v q="$1" '$1 == q { print $2 }'
		return
	done
}

all_online() {
	local name online
	online=$(member_info "$1" online)
	for name in "${nodes[@]}"; do
		grep -q "$(on "$name" node_name)" <<<"$online" || return
	done
}

# Messages of labels that the marker of DATA knows as confirmed.
recorded() {
	dx-marker -d "$1" -V $version file-counts "discogs_${version}_labels.xml.gz" 2>/dev/null | cut -d ' ' -f 3
}

recorded_over() {
	local number
	number=$(recorded "$1")
	[ "${number:-0}" -gt "$2" ]
}

# The short name of the node that leads a queue.
leader_of() {
	leader=$(member_info "$1" leader)
	leader=${leader%%-*}
	[ -d "$T/${leader:-none}" ]
}

# kill_leader QUEUE FROM TO: when FROM records are through, the leader's node dies; when TO are, nothing new
# comes until it is back, and it is known who will die next.
kill_leader() {
	local feed at
	wait_for 120 recorded_over "$data" "$2"
	at=$(recorded "$data")
	on "$leader" broker_kill
	check "$1: at record $at its leader $leader is killed" test "$at" -lt "$records"
	check "$1: the others go on without it" wait_for 120 recorded_over "$data" "$3"
	feed=$(stage_of "$run_pid" dx-parse) && kill -STOP "$feed"
	on "$leader" broker_start
	check "$1: the node is back in the queue" wait_for 60 all_online "$1"
	wait_for 20 leader_of "$1"
	[ -z "$feed" ] || kill -CONT "$feed"
}

kinds=(quorum)
if [ -n "$full" ]; then
	kinds+=(stream)
else
	note 'the same to streams with FULL=1 only: each node that comes back costs 3 s of CPU'
fi
for kind in "${kinds[@]}"; do
	data=$T/data-$kind
	SECONDS=0
	DX_AMQP_URL=$CLUSTER dx-run -m "$T/mirror" -d "$data" --exchange "$kind-%t" --queue "$kind-%t" \
		--queue-type "$kind" --window "$window" --state-interval 100 >"$T/out" 2>"$T/err" &
	run_pid=$!
	wait_for 60 leader_of "$kind-labels"
	kill_leader "$kind-labels" $((records / 10)) $((records * 3 / 10))
	kill_leader "$kind-labels" $((records * 4 / 10)) $((records * 6 / 10))
	status=0
	wait "$run_pid" || status=$?
	equal "$status" 0 "$kind: dx-run ends well"
	[ "$status" -eq 0 ] || note "$(head -c 2000 "$T/err")"
	equal "$(dx-marker -d "$data" -V $version file-counts "discogs_${version}_labels.xml.gz")" \
		"$records $records $records $((records / 100))" "$kind: the marker counts each record once"
	equal "$(dx-marker -d "$data" -V $version should-process)" skip "$kind: the marker has the month as done"
	seconds=$SECONDS

	case $kind in
	quorum) amqp drain quorum-labels >"$T/all" ;;
	stream) amqp stream stream-labels >"$T/all" ;;
	esac
	grep '^{"type":"data"' "$T/all" | sort >"$T/came"
	sort -u "$T/came" >"$T/once"
	same "$T/once" "$T/wanted" "$kind: every record is in the queue"
	grep -v '^{"type":"data"' "$T/all" | jq -r .type | uniq >"$T/controls"
	equal "$(tr '\n' ' ' <"$T/controls")" 'file_complete extraction_complete ' "$kind: and what says that it is all"
	equal "$(tail -n 1 "$T/all" | jq -r .type)" extraction_complete "$kind: which comes last"
	echo "# total: cluster-$kind points=$records losses=$(comm -13 "$T/once" "$T/wanted" | wc -l)" \
		"duplicates=$(($(wc -l <"$T/came") - $(wc -l <"$T/once"))) seconds=$seconds"
done

# The commands of dx(7), as printed but for the names of the machines, and for a small month.
cd "$T" || exit
mkdir month scripts
cp "$DATA"/dumps/2026-03/labels.xml.gz "month/discogs_${version}_labels.xml.gz"
cp mirror/*artists* mirror/*masters* mirror/*releases* month
(cd month && sha256sum -- *.gz >../checksum && mv ../checksum "discogs_${version}_CHECKSUM.txt")
printf 'dx:secret\n' >password
chmod 600 password
"$ROOT/tests/tools/examples.py" "$ROOT/man/dx.7" scripts 'A CLUSTER OF BROKERS'
equal "$(echo scripts/*)" 'scripts/01.sh scripts/02.sh scripts/03.sh' 'the manual says how to set a cluster up'
for name in "${nodes[@]}"; do
	url=$(on "$name" node_url)
	sed -i "s#amqp://$name.example#amqp://${url#*@}#" scripts/*.sh
done
rabbitmqctl() {
	broker_ctl "$@"
}
export -f rabbitmqctl broker_ctl in_node node_name
export T node rabbit schedulers epmd_port
for script in scripts/*.sh; do
	run 0 bash -e "$script"
done
broker_ctl list_queues name type leader policy >queues
equal "$(awk '$1 ~ /^dx-(artists|labels|masters|releases)$/ { print $2, $4 }' queues | sort | uniq -c | xargs)" \
	'4 quorum dx' 'four quorum queues, which the policy holds for'
equal "$(awk '$1 ~ /^dx-stream-/ { print $2, $4 }' queues | sort | uniq -c | xargs)" \
	'4 stream dx-stream' 'and four streams, with the other'
check 'led by several nodes' test "$(awk '$1 ~ /^dx-[alrm]/ { print $3 }' queues | sort -u | wc -l)" -gt 1
equal "$(amqp count dx-labels)" 11 'the records are there, and what says that it is all'

# All nodes die but the queue's leader, to which we are connected: it lives and can take nothing.
if [ -n "$full" ]; then
	head -n 1000 wanted >input
	leader_of quorum-labels
	url=$(on "$leader" node_url)
	for name in "${nodes[@]}"; do
		[ "$name" = "$leader" ] || { url+=,$(on "$name" node_url) && on "$name" broker_kill && dead=$name; }
	done
	dx-publish -t labels -u "$url" --exchange quorum-labels --queue quorum-labels --queue-type quorum \
		<input 2>"$T/err" &
	publisher=$!
	wait_for 90 grep -q 'confirms nothing for 60 s; trying again' "$T/err"
	ok $? 'no confirm for a minute is told'
	on "$dead" broker_start
	wait "$publisher"
	ok $? 'and when the queue has most of its nodes again, it goes on'
	AMQP=$(on "$leader" node_url)
	amqp drain quorum-labels | sort -u >once
	sort input >expected
	same once expected 'and all is there'
fi
done_testing
