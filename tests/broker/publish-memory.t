#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-publish to a broker: each allocation fails once. Status 71, what the marker says is in the queue, and
# the next run brings the rest.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib.sh"
broker_needed
# shellcheck source=tests/tools/failalloc.sh
. "$ROOT/tests/tools/failalloc.sh"
cd "$T" || exit

openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
	-keyout key.pem -out cert.pem 2>openssl.log
read -r tls_port <<<"$(free_ports 1)"
broker_start "listeners.ssl.local = 127.0.0.1:$tls_port" "ssl_options.cacertfile = $T/cert.pem" \
	"ssl_options.certfile = $T/cert.pem" "ssl_options.keyfile = $T/key.pem"
for type in artists labels masters releases; do
	amqp bind discogsography-discogs-$type fanout $type
done

make_stream=$ROOT/tests/tools/amqp-stream.py
file=discogs_20260801_masters.xml.gz
mkdir d
marker=$(dx-marker -d "$T/d" -V 20260801 path)
"$make_stream" --marker "$marker" --mark 5 --total 1 masters=12 >stream
"$make_stream" --records masters=12 | sort >records

# The clients that look into the queue take their time: of all points, one in twelve is looked at to its end.
every=${FULL:+12}
looked_at() {
	[ $((point % ${every:-1})) -eq 0 ]
}

prepare() {
	rm -rf d
	mkdir d
	[ -z "$every" ] || ! looked_at || amqp bodies masters >emptied
}

# shellcheck disable=SC2154 # sweep sets $point
act() {
	with_failure "$point" dx-publish -q -u "$url" --cacert cert.pem --route-timeout 5s --state-interval 5 <stream
}

# The next run sends what the marker does not know; if it knew of one that is not in the queue, that would
# be missing.
left() {
	if [ "$1" -ne 0 ]; then
		looked_at || return 0
		"$make_stream" --marker "$marker" --mark 5 --total 1 masters=12 >again
		dx-publish -q -u "$AMQP" --state-interval 5 <again 2>>err || return
	fi
	amqp bodies masters | grep '"type":"data"' | sort -u | cmp -s - records &&
		[ "$(dx-marker -f "$marker" file-counts "$file")" = '12 12 12 1' ] &&
		[ "$(dx-marker -f "$marker" get summary.overall_status)" = completed ]
}

url=$AMQP
sweep 'to a broker' dx-publish 4 prepare act left
sweep 'to a broker, memory short in dx-marker' dx-marker 2 prepare act left
# Most of what TLS allocates is the start of OpenSSL: a sample of it is enough.
url=amqps://guest:guest@localhost:$tls_port
samples=${FULL:+300}
FULL='' sweep 'to a broker over TLS' dx-publish "${samples:-3}" prepare act left
sweep_totals memory-broker
done_testing
