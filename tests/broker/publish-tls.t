#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-publish to amqps://: the authority, the host's name, a client's certificate, versions of TLS.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib.sh"
broker_needed
cd "$T" || exit

# authority NAME: a certificate authority in NAME.pem and NAME.key.
authority() {
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$1" -keyout "$1.key" -out "$1.pem" \
		-addext basicConstraints=critical,CA:TRUE 2>openssl.log
}

# certificate NAME AUTHORITY NAMES: one that AUTHORITY signed, for subjectAltName NAMES.
certificate() {
	openssl req -newkey rsa:2048 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr" 2>openssl.log
	printf 'subjectAltName=%s\n' "$3" >"$1.ext"
	openssl x509 -req -days 2 -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial \
		-extfile "$1.ext" -out "$1.pem" 2>openssl.log
}

authority ours
authority theirs
certificate server ours DNS:localhost
certificate client ours DNS:client
certificate stranger theirs DNS:client
cat client.pem client.key >both.pem

read -r tls_port <<<"$(free_ports 1)"
broker_start "listeners.ssl.local = 127.0.0.1:$tls_port" "ssl_options.cacertfile = $T/ours.pem" \
	"ssl_options.certfile = $T/server.pem" "ssl_options.keyfile = $T/server.key" \
	'ssl_options.verify = verify_peer' 'ssl_options.fail_if_no_peer_cert = true'
right=amqps://guest:guest@localhost:$tls_port
wrong=amqps://guest:guest@127.0.0.1:$tls_port

amqp bind discogsography-discogs-labels fanout labels
"$ROOT/tests/tools/amqp-stream.py" --records --size 2000 labels=3000 >input
run 0 dx-publish -t labels -u "$right" --cacert ours.pem --cert client.pem --key client.key <input
amqp bodies labels >got
same got input 'over TLS: every record as it came in'
head -n 1 input >one
run 0 dx-publish -t labels -u "$right" --cacert ours.pem --cert both.pem --window 1 <one
amqp bodies labels >got
same got one 'certificate and key in one file'

run 78 dx-publish -t labels -u "$wrong" --cacert ours.pem --cert both.pem <one
says 'certificate does not do for 127.0.0.1' 'a certificate for another host is refused'
run 78 dx-publish -t labels -u "$right" --cacert theirs.pem --cert both.pem <one
says 'certificate' 'a certificate of another authority is refused'
run 78 dx-publish -t labels -u "$right" --cert both.pem <one
says 'certificate' "and so is one that the system's authorities do not know"
run 77 dx-publish -t labels -u "$right" --cacert ours.pem <one
says 'our certificate' 'the broker wants a certificate'
run 77 dx-publish -t labels -u "$right" --cacert ours.pem --cert stranger.pem --key stranger.key <one
says 'our certificate' 'the broker wants another certificate'
run 78 dx-publish -t labels -u "$right" --cacert nothing.pem <one
run 78 dx-publish -t labels -u amqps://127.0.0.1:1/ --cacert ours.pem --cert nothing.pem <one
says 'nothing.pem: No such file' 'a wrong file is told of before anybody is asked'
says 'nothing.pem' 'a file that is not there is named'
run 78 dx-publish -t labels -u "$right" --cacert ours.pem --cert client.pem --key server.key <one
says 'server.key' 'a key of another certificate is told'
run 69 dx-publish -t labels -u "amqps://guest:guest@localhost:$amqp_port" --cacert ours.pem --retry-for 1s <one
run 69 dx-publish -t labels -u "amqp://guest:guest@localhost:$tls_port" --retry-for 1s <one
run 0 dx-publish -t labels -u "$right,$AMQP" --retry-for 5s --cacert ours.pem --cert both.pem <one

# The broker dies under TLS too.
mkfifo feed
"$ROOT/tests/tools/amqp-stream.py" --pace 0.05 labels=6000 >feed &
: >err
dx-publish -u "$right" --cacert ours.pem --cert both.pem <feed 2>err &
publisher=$!
wait_for 20 sh -c "[ \$($ROOT/tests/tools/amqp-client.py $AMQP count labels) -gt 500 ]"
broker_kill
wait_for 20 grep -q 'trying again' err
ok $? 'a dead broker is told'
broker_start
wait "$publisher"
ok $? 'and waited for'
amqp bodies labels | grep '"type":"data"' | sort -u >unique
{ cat one && "$ROOT/tests/tools/amqp-stream.py" --records labels=6000; } | sort -u >expected
same unique expected 'nothing is missing'
done_testing
