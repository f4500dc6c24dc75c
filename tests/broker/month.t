#!/bin/bash
# SPDX-License-Identifier: MIT
# A month from its files to a real broker, both layouts: what consumers get is, record by record, what the vectors
# prescribe, then the file's completion, then the month's.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/broker/lib.sh
. "$(dirname "$0")/lib.sh"
broker_needed

types='artists labels masters releases'
version=20260301
mkdir "$T/mirror"
for type in $types; do
	cp "$DATA/dumps/2026-03/$type.xml.gz" "$T/mirror/discogs_${version}_$type.xml.gz"
done
(cd "$T/mirror" && sha256sum ./*.gz | sed 's| \+\./| |') >"$T/checksum"
mv "$T/checksum" "$T/mirror/discogs_${version}_CHECKSUM.txt"

broker_start

# expect QUEUE TYPE SHAPE COMPLETIONS: takes all out of QUEUE and compares.
expect() {
	amqp bodies "$1" >"$T/bodies"
	zcat "$DATA/vectors/2026-03/$2.$3.ndjson.gz" >"$T/wanted"
	head -n "$(wc -l <"$T/wanted")" "$T/bodies" >"$T/records"
	same "$T/records" "$T/wanted" "$1: the records that the vectors prescribe, in order"
	tail -n "+$(($(wc -l <"$T/wanted") + 1))" "$T/bodies" >"$T/rest"
	equal "$(jq -r .type "$T/rest" | tr '\n' ' ')" "$4" "$1: behind them $4"
	equal "$(jq -r 'select(.type == "file_complete") | "\(.data_type) \(.file) \(.total_processed)"' "$T/rest")" \
		"$2 discogs_${version}_$2.xml.gz $(wc -l <"$T/wanted")" "$1: the file's completion counts right"
}

# Fanout: consumers bring their queues.
for type in $types; do
	amqp bind "discogsography-discogs-$type" fanout "mine-$type"
done
DX_AMQP_URL=$AMQP run 0 dx-run -m "$T/mirror" -d "$T/fanout"
for type in $types; do
	expect "mine-$type" "$type" discogsography 'file_complete extraction_complete '
	equal "$(jq -c 'select(.type == "extraction_complete") | [.version, .record_counts]' "$T/rest")" \
		'["20260301",{"artists":19,"labels":9,"masters":4,"releases":11}]' "$type: the month's completion counts all"
	started=$(dx-marker -d "$T/fanout" -V $version get processing_phase.started_at | tr -d '"')
	equal "$(jq -r 'select(.type == "extraction_complete") | .started_at' "$T/rest")" "$started" \
		"$type: and names the first start of processing"
done
equal "$(dx-marker -d "$T/fanout" -V $version should-process)" skip 'the marker says done'
equal "$(dx-marker -d "$T/fanout" -V $version get summary.overall_status | tr -d '"')" completed 'completed'

# Again: nothing is sent.
DX_AMQP_URL=$AMQP run 0 dx-run -m "$T/mirror" -d "$T/fanout"
for type in $types; do
	equal "$(amqp count "mine-$type")" 0 "a second run sends no $type"
done

# Topic: the queues are declared and bound; no message for the month.
DX_AMQP_URL=$AMQP run 0 dx-run -s xmltodict --layout topic -m "$T/mirror" -d "$T/topic"
for type in $types; do
	expect "discogsography-graphinator-$type" "$type" xmltodict 'file_complete '
	expect "discogsography-tableinator-$type" "$type" xmltodict 'file_complete '
done
equal "$(dx-marker -d "$T/topic" -V $version should-process)" skip 'topic: the marker says done'

done_testing
