#!/bin/bash
# SPDX-License-Identifier: MIT
# Each stage dies by SIGKILL in the middle of a file, once; the next run completes the month. At the broker every
# record arrived, and no more came twice than the window, the state interval and one mark allow.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/broker/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/tools/httpd.sh
. "$ROOT/tests/tools/httpd.sh"
broker_needed

types='artists labels masters releases'
window=1
interval=1
bound=$((window + interval + 500))

broker_start
for type in $types; do
	zcat "$DATA/month/discogs_20260801_$type.xml.gz" | dx-parse -t "$type" | sort >"$T/$type.wanted"
done
# The last file comes so slowly that dx-fetch is there as long as the files before are sent.
serve "$DATA/month"
misbehave 'discogs_20260801_releases.xml.gz slow=150000'

# Some of a file is recorded.
in_middle() {
	local records
	records=$(dx-marker -d "$1" -V 20260801 get processing_phase.records_extracted 2>/dev/null)
	[ "${records:-0}" -gt 0 ]
}

for stage in dx-fetch dx-parse dx-publish; do
	data=$T/$stage
	for type in $types; do
		amqp bind "discogsography-discogs-$type" fanout "$stage-$type"
	done
	DX_AMQP_URL=$AMQP dx-run -b "$BASE" -V 20260801 -d "$data" --window $window --state-interval $interval \
		>"$T/said" 2>&1 &
	run_pid=$!
	check "$stage: the run got to the middle of a file" wait_for 60 in_middle "$data"
	check "$stage: it is there" kill -KILL "$(stage_of "$run_pid" "$stage")"
	status=0
	wait "$run_pid" || status=$?
	equal "$status" 75 "$stage killed: dx-run says 75, try again"
	check "$stage killed: and names it" grep -q "^dx-run: $stage ended with status 137" "$T/said"
	equal "$(dx-marker -d "$data" -V 20260801 should-process)" continue "$stage killed: the month is not done"

	DX_AMQP_URL=$AMQP run 0 dx-run -b "$BASE" -V 20260801 -d "$data"
	equal "$(dx-marker -d "$data" -V 20260801 should-process)" skip "$stage killed: the next run completes the month"
	for type in $types; do
		amqp bodies "$stage-$type" >"$T/bodies"
		equal "$(tail -n 1 "$T/bodies" | jq -r .type)" extraction_complete "$stage killed: $type end with the month"
		grep '^{"type":"data"' "$T/bodies" | sort >"$T/came"
		sort -u "$T/came" >"$T/once"
		same "$T/once" "$T/$type.wanted" "$stage killed: all $type came"
		twice=$(($(wc -l <"$T/came") - $(wc -l <"$T/once")))
		check "$stage killed: $twice of $type came twice, $bound at most" test "$twice" -le "$bound"
		amqp delete "$stage-$type"
	done
done

done_testing
