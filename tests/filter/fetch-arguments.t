#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# dx-fetch: options, environment, exit statuses of usage.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

month=$DATA/month

run 0 dx-fetch --help
check "--help names the options" grep -q -- '--stall-timeout' "$T/out"
run 0 dx-fetch --version
run 64 dx-fetch
says 'needs a data folder' "the data folder is missed"
run 64 dx-fetch -d "$T/d" operand
run 64 dx-fetch -d "$T/d" -t labels,bands
says 'invalid value for --types' "a type that is none"
run 64 dx-fetch -d "$T/d" -t ''
run 64 dx-fetch -d "$T/d" -V 20260231
run 64 dx-fetch -d "$T/d" --retries many
run 64 dx-fetch -d "$T/d" --stall-timeout 0
run 64 dx-fetch -d "$T/d" --no-such
for url in ftp://127.0.0.1/ 'http://127.0.0.1/?a=b' 127.0.0.1 'http://user:geheim@[/' http://user:geheim@127.0.0.1/#x; do
	run 64 dx-fetch -d "$T/d" -b "$url"
	check "no password in the message" bash -c "! grep -q geheim '$T/err'"
done

export DX_DATA_DIR=$T/env DX_MIRROR=$month DX_VERSION=20260801
run 0 dx-fetch
check "the data folder of the environment is used" test -e "$T/env/.extraction_status_20260801.json"
equal "$(jq -r .type "$T/out" | tr '\n' ' ')" "dump file file file file end " "the mirror of the environment too"
run 64 env DX_VERSION=never dx-fetch
says 'DX_VERSION' "a bad variable is named"
run 69 dx-fetch -d "$T/d2" -b http://127.0.0.1:1/ --retries 0 -V 20260801
says '127.0.0.1' "-b wins over DX_MIRROR"
run 0 dx-fetch -b http://127.0.0.1:1/ -m "$month"
unset DX_DATA_DIR DX_MIRROR DX_VERSION

run 0 dx-fetch -d "$T/t" -m "$month" -t labels -t artists,masters
equal "$(jq -r 'select(.type == "file") | .data_type' "$T/out" | tr '\n' ' ')" "labels masters artists " "-t adds up"
run 0 dx-fetch -d "$T/deep/er/folder" -m "$month" -q
check "the data folder is made" test -d "$T/deep/er/folder"
bad=$T/$(printf 'f\344lle')
mkdir "$bad"
run 64 dx-fetch -d "$bad" -m "$month"
says 'not UTF-8' "a data folder that the stream cannot name"
cp "$month"/* "$bad/"
run 64 dx-fetch -d "$T/utf8" -m "$bad"
check "and nothing was begun" bash -c "! ls -A '$T/utf8' | grep extraction"
run 0 dx-fetch -m "$bad" --list
touch "$T/plain"
run 74 dx-fetch -d "$T/plain/x" -m "$month"
run 66 dx-fetch -d "$T/d" -m "$T/none"
run 66 dx-fetch -d "$T/d" -m "$T/none" --list

if [ -w /dev/full ]; then
	status=0
	dx-fetch -d "$T/full" -m "$month" >/dev/full 2>"$T/err" || status=$?
	equal "$status" 74 "a full disk behind standard output exits 74"
	says 'standard output' "and is named"
	status=0
	dx-fetch --list -m "$month" >/dev/full 2>"$T/err" || status=$?
	equal "$status" 74 "so does --list"
fi
# With SIGPIPE ignored, as systemd does.
status=0
(
	trap '' PIPE
	{
		dx-fetch -d "$T/pipe" -m "$month" 2>"$T/err"
		echo $? >"$T/pipestatus"
	} | true
)
equal "$(cat "$T/pipestatus")" 74 "a closed pipe exits 74 where SIGPIPE is ignored"

done_testing
