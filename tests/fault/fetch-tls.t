#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-fetch from https://: only from a server whose certificate is of an authority that the system trusts, and for
# the host that was asked for.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/tools/httpd.sh
. "$ROOT/tests/tools/httpd.sh"

month=$DATA/month
file=discogs_20260801_labels.xml.gz
system=$(curl-config --ca 2>/dev/null)
[ -n "$system" ] || system=/etc/ssl/certs/ca-certificates.crt

# What the system trusts, for one command: a file mounted over the system's.
trusting() {
	# shellcheck disable=SC2016 # expanded by the inner shell
	unshare -rm sh -c 'mount --bind "$1" "$2" && shift 2 && exec "$@"' sh "$1" "$system" "${@:2}"
}
: >"$T/nobody"
if ! trusting "$T/nobody" true 2>/dev/null; then
	skip 'TLS' 'this user cannot mount a file over what the system trusts'
	done_testing
fi
cd "$T" || exit

# authority NAME: a certificate authority in NAME.pem and NAME.key.
authority() {
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$1" -keyout "$1.key" -out "$1.pem" \
		-addext basicConstraints=critical,CA:TRUE 2>openssl.log
}

# certificate NAME AUTHORITY NAMES [DAYS]: one that AUTHORITY signed, for subjectAltName NAMES, with its key.
certificate() {
	openssl req -newkey rsa:2048 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr" 2>openssl.log
	printf 'subjectAltName=%s\n' "$3" >"$1.ext"
	openssl x509 -req -days "${4:-2}" -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial \
		-extfile "$1.ext" 2>openssl.log | cat - "$1.key" >"$1.pem"
}

# get STATUS AUTHORITY HOST [OPTION...]: labels of the month, while the system trusts AUTHORITY alone.
get() {
	local expected=$1 trusted=$2 host=$3
	shift 3
	rm -rf "$T/d"
	misbehave
	run "$expected" trusting "$T/$trusted" dx-fetch -b "${BASE/127.0.0.1/$host}" -d "$T/d" -V 20260801 -t labels \
		--retries 2 --retry-delay 5ms "$@"
	if [ "$expected" -eq 0 ]; then
		same "$T/d/$file" "$month/$file" '  the file is right'
	else
		equal "$(requests)" 0 '  nothing was asked'
		check '  no file' test ! -e "$T/d/$file"
	fi
}

# tls CERTIFICATE: a server with it.
tls() {
	serve "$month" --tls "$T/$1.pem"
	BASE=${BASE/http:/https:}
}

authority ours
authority theirs
certificate server ours DNS:localhost,IP:127.0.0.1
certificate named ours DNS:localhost
certificate old ours DNS:localhost -1
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
	-keyout self.key 2>openssl.log >self.crt
cat self.crt self.key >self.pem

tls server
get 0 ours.pem localhost
get 0 ours.pem 127.0.0.1
misbehave "$file range times=1 cut=100000" "$file range"
rm -rf "$T/d"
run 0 trusting ours.pem dx-fetch -b "$BASE" -d "$T/d" -V 20260801 -t labels --retry-delay 5ms
same "$T/d/$file" "$month/$file" 'a cut under TLS: the rest is asked for'
get 69 theirs.pem localhost
says 'certificate' 'a certificate of an authority that is not trusted is refused'
check 'and not tried again' test "$(grep -c . "$T/err")" -le 2
get 69 nobody localhost
says 'certificate|CAfile' 'no authority is trusted'
rm -rf "$T/d"
run 69 dx-fetch -b "${BASE/127.0.0.1/localhost}" -d "$T/d" -V 20260801 -t labels
says 'certificate' 'a private authority is not one that the system knows'
# TLS is not given up for a redirect.
plain=$BASE
serve "$month"
misbehave "$file status=302 to=$plain?download=data%2F2026%2F$file"
rm -rf "$T/d"
run 69 trusting theirs.pem dx-fetch -b "$BASE" -d "$T/d" -V 20260801 -t labels
says 'certificate|another server' 'a redirect to a server that is not trusted is refused'

tls named
get 0 ours.pem localhost
get 69 ours.pem 127.0.0.1
says "certificate.*127\.0\.0\.1|does not match|no alternative certificate" 'a certificate for another host is refused, by name'
misbehave "$file status=302 to=http://localhost:%d/?download=data%2F2026%2F$file"
rm -rf "$T/d"
run 69 trusting ours.pem dx-fetch -b "${BASE/127.0.0.1/localhost}" -d "$T/d" -V 20260801 -t labels
says 'another server' 'a redirect from https to http is refused'

tls old
get 69 ours.pem localhost
says 'certificate has expired' 'a certificate that is over is refused'

tls self
get 69 ours.pem localhost
says 'self.signed certificate' 'a certificate that nobody signed is refused'
get 0 self.crt localhost

# A server that does not speak TLS, and one that speaks nothing else.
serve "$month"
BASE=${BASE/http:/https:}
get 69 ours.pem localhost
says 'SSL|TLS' 'no TLS where it was asked for is said'
tls server
BASE=${BASE/https:/http:}
get 69 ours.pem localhost
done_testing
