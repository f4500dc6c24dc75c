#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-run: option over environment over dx.conf; --show-config; settings that are none or contradict.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# shown SETTING: its line of --show-config, with single spaces.
shown() {
	grep -E "^#?$1=" "$T/out" | tr -s ' '
}

cat >"$T/dx.conf" <<'EOF'
# Settings of a test.
  DX_DATA_DIR = no
EOF
run 78 dx-run --config "$T/dx.conf"
says "^dx-run: $T/dx.conf:2: neither NAME=VALUE nor a comment" 'a line that is no setting'

cat >"$T/dx.conf" <<'EOF'
# Settings of a test.
; another comment

DX_DATA_DIR="a folder"
  DX_JOBS=3
DX_WINDOW='17'
DX_BATCH= 7
DX_LAYOUT= "topic"
DX_AMQP_URL=amqp://user:se/cret@one/,amqp://two:hidden@two
https_proxy=http://proxy:3128/
EOF
DX_WINDOW=18 run 0 dx-run --config "$T/dx.conf" -s xmltodict --show-config
equal "$(shown DX_DATA_DIR)" "DX_DATA_DIR=a folder # $T/dx.conf" 'a quoted value'
equal "$(shown DX_JOBS)" "DX_JOBS=3 # $T/dx.conf" 'a value of the file'
equal "$(shown DX_WINDOW)" 'DX_WINDOW=18 # environment' 'the environment wins over the file'
equal "$(shown DX_SHAPE)" 'DX_SHAPE=xmltodict # option --shape' 'an option'
equal "$(shown DX_BATCH) $(shown DX_LAYOUT)" "DX_BATCH=7 # $T/dx.conf DX_LAYOUT=topic # $T/dx.conf" \
	'space before a value is none of it, as for systemd'
equal "$(shown DX_RATE)" '#DX_RATE= # default: 0: no limit' 'a default'
equal "$(shown DX_AMQP_URL)" "DX_AMQP_URL=amqp://user:***@one/,amqp://two:***@two # $T/dx.conf" 'no password is shown'
check 'nowhere' eval '! grep -qE "cret|hidden" "$T/out" "$T/err"'
equal "$(shown DX_CONFIG)" "DX_CONFIG=$T/dx.conf # option --config" 'the file itself'
DX_AMQP_URL='amqp://u:p@s,s@one/,amqps://two/,amqp://v:a:b@c@three' run 0 dx-run --show-config
equal "$(shown DX_AMQP_URL)" 'DX_AMQP_URL=amqp://u:***@one/,amqps://two/,amqp://v:***@three # environment' \
	'a password with @ and a comma'
DX_AMQP_URL=$'amqp://u:p\ts\ns@one' run 0 dx-run --show-config
equal "$(shown DX_AMQP_URL)" 'DX_AMQP_URL=amqp://u:***@one # environment' 'a password with what is no character'
for wrong in 'amqp://one/,u:hid/den@two' 'amqp://one/,u:hid,den@two' 'u:hidden@one,amqp://two/'; do
	DX_AMQP_URL=$wrong DX_BASE_URL=u:hidden@three run 0 dx-run --show-config
	equal "$(shown DX_BASE_URL)" 'DX_BASE_URL=u:***@three # environment' 'a server without a scheme'
	check "a list where one lacks it: ${wrong/hid/}" eval '! grep -qE "hid|den" "$T/out"'
	run 64 dx-run "$wrong"
	check 'nor as an operand' eval '! grep -qE "hid|den" "$T/err"'
done
DX_AMQP_URL='user:p@ss@host' run 0 dx-run --show-config
equal "$(shown DX_AMQP_URL)" 'DX_AMQP_URL=user:***@host # environment' 'one without a scheme'
for url in amqp//user:S3cret@host/ user:a/b@host; do
	DX_AMQP_URL=$url run 0 dx-run --show-config
	check "$url: a typo shows no password" eval '! grep -q "S3cret\|a/b" "$T/out"'
done
DX_JOBS=4 run 0 dx-run --config "$T/dx.conf" -j 5 --show-config
equal "$(shown DX_JOBS)" 'DX_JOBS=5 # option --jobs' 'the option wins over both'
run 0 env DX_CONFIG="$T/dx.conf" dx-run --show-config
equal "$(shown DX_JOBS)" "DX_JOBS=3 # $T/dx.conf" 'the file that DX_CONFIG names'
run 74 sh -c 'exec dx-run --show-config >/dev/full'

# Every variable that a stage knows is a setting.
run 0 dx-run --show-config
for setting in $(for stage in fetch parse publish; do "dx-$stage" --help; done | grep -oE '\[DX_[A-Z_]+\]' | tr -d '[]' | sort -u); do
	check "$setting is shown" test -n "$(shown "$setting")"
done

# The file is what the stages get.
printf '%s\n' "DX_DATA_DIR=$T/data" "DX_MIRROR=$DATA/month" "DX_AMQP_URL=file:$T/sent" DX_TYPES=masters >"$T/dx.conf"
run 0 dx-run --config "$T/dx.conf"
equal "$(cat "$T/out" "$T/err")" '' 'it says nothing'
equal "$(cd "$T/sent" && echo *.ndjson)" 'control.ndjson masters.ndjson' 'only masters were sent'
run 0 dx-run --config "$T/dx.conf" -t labels
equal "$(cd "$T/sent" && echo *.ndjson)" 'control.ndjson labels.ndjson masters.ndjson' 'an option replaces the setting'

# refused MESSAGE LINE...: a file of settings with those lines ends with status 78.
refused() {
	local message=$1
	shift
	printf '%s\n' "$@" >"$T/bad.conf"
	run 78 dx-run --config "$T/bad.conf" -d "$T/new" -u "file:$T/new-sent"
	says "^dx-run: $T/bad.conf$message" "$*: $message"
	equal "$(wc -l <"$T/err")" 1 'in one line'
}

refused ':2: DX_JBOS: there is no such setting' DX_JOBS=2 DX_JBOS=3
refused ':1: PATH: there is no such setting' PATH=/tmp
refused ':2: DX_JOBS is set for the second time' DX_JOBS=2 DX_JOBS=3
DX_JOBS=4 refused ':2: DX_JOBS is set for the second time' DX_JOBS=2 DX_JOBS=3
refused ':2: DX_JOBS is set for the second time' DX_JOBS= DX_JOBS=3
refused ': DX_BASE_URL and DX_MIRROR contradict each other' DX_BASE_URL=http://a/ DX_MIRROR=/b
refused ': DX_KEY needs DX_CERT' DX_KEY=/k
refused ':1: DX_CONFIG: a file of settings names no other' DX_CONFIG=/other
refused ': invalid value for DX_KEEP: some' DX_KEEP=some
run 78 dx-run --config "$T/nowhere" -u "file:$T/x"
says "^dx-run: $T/nowhere: cannot be read" 'a file that is not there'
for name in "$T" /dev/full; do
	run 78 timeout 20 dx-run --config "$name" -u "file:$T/x"
	says "^dx-run: $name: is no file" "$name is none"
done
DX_JBOS=1 run 78 dx-run -u "file:$T/x"
says '^dx-run: environment: DX_JBOS: there is no such setting' 'a name in the environment'
check 'nothing was begun' test ! -e "$T/new" -a ! -e "$T/x"

# Of two places that name where the files come from, the one that wins elsewhere wins here.
printf '%s\n' "DX_MIRROR=$T/no-mirror" >"$T/mirror.conf"
DX_BASE_URL=http://127.0.0.1:9/ run 0 dx-run --config "$T/mirror.conf" --show-config
check 'the server of the environment wins over the mirror of the file' \
	eval 'grep -q "^DX_BASE_URL=.*# environment" "$T/out" && grep -q "^#DX_MIRROR=" "$T/out"'
run 0 dx-run -j 2 -j 3 --show-config
check 'of an option that is given twice the last one holds' grep -q '^DX_JOBS=3 ' "$T/out"
for option in --show-config --help --version; do
	run 74 bash -c "dx-run $option >/dev/full"
	equal "$(cat "$T/err")" 'dx-run: standard output: cannot be written' "$option to a full disk: one line"
done

done_testing
