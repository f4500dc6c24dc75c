#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-run: each option reaches the stages that have it, credentials reach nobody's arguments.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

mkdir "$T/bin"
cp "$BUILD/bin/dx-run" "$T/bin"
# Stages with the real --help that note how they were started.
for stage in dx-fetch dx-parse dx-publish; do
	cat >"$T/bin/$stage" <<EOF
#!/bin/bash
[ "\${1:-}" != --help ] || exec "$BUILD/bin/$stage" --help
printf '<%s>' "\$@" >"$T/$stage.args"
printf '%s' "\${DX_AMQP_URL-unset}" >"$T/$stage.url"
[ $stage = dx-fetch ] || cat >/dev/null
EOF
	chmod +x "$T/bin/$stage"
done

# given NAME FETCH PARSE PUBLISH: what the stages got in the last run.
given() {
	equal "$(cat "$T/dx-fetch.args")" "$2" "$1: dx-fetch"
	equal "$(cat "$T/dx-parse.args")" "$3" "$1: dx-parse"
	equal "$(cat "$T/dx-publish.args")" "$4" "$1: dx-publish"
}

# Without a destination nothing is begun.
run 64 "$T/bin/dx-run" -d somewhere
says '^dx-run: no destination' 'and says that there is no destination'
check 'no stage was started' test ! -e "$T/dx-fetch.args"

export DX_AMQP_URL=amqp://here
run 0 "$T/bin/dx-run"
given 'no options' '<>' '<>' '<>'
run 0 "$T/bin/dx-run" -d 'a b' -m mirror -V 20260801 -t artists -t labels -s xmltodict -j 3 -u file:out
given 'short options' '<-d><a b><-m><mirror><-V><20260801><-t><artists><-t><labels>' \
	'<-s><xmltodict><-j><3>' '<-u><file:out>'
run 0 "$T/bin/dx-run" --data-dir=d --shape=xmltodict --layout topic
given 'long options' '<--data-dir><d>' '<--shape><xmltodict>' '<--layout><topic>'
run 0 "$T/bin/dx-run" -qvv
given 'to all' '<-q><-v><-v>' '<-q><-v><-v>' '<-q><-v><-v>'
run 0 "$T/bin/dx-run" --rejects r --publish-rejects p
given 'two rejects files' '<>' '<--rejects><r>' '<--rejects><p>'
run 0 "$T/bin/dx-run" --strict
given 'strict' '<>' '<--strict>' '<--strict>'

# Credentials are in the environment of dx-publish and nowhere else.
run 0 "$T/bin/dx-run" -u 'amqp://user:secret@host/,amqp://other'
given 'credentials' '<>' '<>' '<>'
equal "$(cat "$T/dx-publish.url")" 'amqp://user:secret@host/,amqp://other' 'dx-publish has them'
equal "$(cat "$T/dx-fetch.url" "$T/dx-parse.url")" unsetunset 'the others do not'
DX_AMQP_URL=amqp://old@h run 0 "$T/bin/dx-run" -u amqp://one -u amqp://u:p@two
equal "$(cat "$T/dx-publish.args" "$T/dx-publish.url")" '<>amqp://one,amqp://u:p@two' 'several are one list'
DX_AMQP_URL=amqp://u:p@h run 0 "$T/bin/dx-run"
equal "$(cat "$T/dx-publish.url")" amqp://u:p@h 'the variable reaches dx-publish'
equal "$(cat "$T/dx-fetch.url" "$T/dx-parse.url")" unsetunset 'and nobody else'

# Mistakes.
run 64 "$T/bin/dx-run" --nonsense
run 64 "$T/bin/dx-run" -Z
run 64 "$T/bin/dx-run" -d
run 64 "$T/bin/dx-run" operand
says 'what is operand\?' 'an operand is refused by name'
run 64 "$T/bin/dx-run" --urll=amqp://u:secret@h/
says 'amqp://u:\*\*\*@h/' 'a mistake shows no password'
run 64 "$T/bin/dx-run" amqp://u:secret@h/
says 'amqp://u:\*\*\*@h/' 'an operand shows no password'
for option in list skip limit control; do
	run 64 "$T/bin/dx-run" "--$option"
done

# Help and version.
run 0 "$T/bin/dx-run" --help
cp "$T/out" "$T/help"
run 0 "$T/bin/dx-run" -h
same "$T/out" "$T/help" '-h is --help'
check 'help is not wider than a terminal' awk 'length > 120 { exit 1 }' "$T/help"
equal "$(grep -cE '^ +(-[a-zA-Z], )?--' "$T/help")" \
	"$(grep -oE '^ +(-[a-zA-Z], )?--[a-z-]+' "$T/help" | grep -oE -- '--[a-z-]+' | sort -u | wc -l)" \
	'help has each option once'
equal "$(grep -oE '^ +-[a-zA-Z],' "$T/help" | sort | uniq -d)" '' 'no letter means two things'
run 0 "$T/bin/dx-run" --version
version=$(sed -n 's/^#define DX_VERSION "\(.*\)"/\1/p' "$ROOT/common/options.h")
equal "$(cat "$T/out")" "dx-run $version" 'the version is that of the stages'
status=0
"$T/bin/dx-run" --help >/dev/full 2>"$T/err" || status=$?
equal "$status" 74 '--help to a full device exits 74'
done_testing
