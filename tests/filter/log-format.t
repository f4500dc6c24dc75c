#!/bin/bash
# SPDX-License-Identifier: MIT
# Messages for machines, and the line that SIGUSR1 asks for.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

missing="$T/a \"quoted\" \\ näme"
for program in dx-fetch dx-parse dx-publish dx-marker; do
	run 64 "$program" --log-format=xml
	says "^$program: invalid value for --log-format: xml" "$program: a format that is none"
done
run 64 dx-run --log-format=xml -u "file:$T/x"
says 'invalid value for --log-format: xml' 'dx-run: a format that is none'
run 66 dx-parse --log-format=json "$missing"
equal "$(jq -r '.level, .program, .message' "$T/err")" "error
dx-parse
$missing: No such file or directory" 'json'
equal "$(jq '.time | fromdateiso8601 > 1700000000' "$T/err")" true 'json: with a time'
equal "$(jq .pid "$T/err" | grep -cE '^[0-9]+$')" 1 'json: with the process'
DX_LOG_FORMAT=logfmt run 66 dx-parse "$missing"
says '^time=2[0-9-]+T[0-9:]+Z level=error program=dx-parse pid=[0-9]+ msg=".*\\"quoted\\" \\\\ näme: No such file or directory"$' logfmt
DX_LOG_FORMAT=json run 66 dx-parse "$T/$(printf 'x\377y')"
equal "$(jq -r .message "$T/err")" "$T/x�y: No such file or directory" 'json: what is not UTF-8 is replaced'
DX_LOG_FORMAT=json run 66 dx-parse "$T/$(printf 'x%03000d' 1)"
check 'json: a message that is cut is JSON' eval 'jq -e .message "$T/err" >"$T/cut"'

# What is done at the moment is a field.
head -c 2000 "$DATA/month/discogs_20260801_labels.xml.gz" >"$T/cut.gz"
run 65 dx-parse --log-format json -t labels "$T/cut.gz"
equal "$(jq -rs 'map(select(.level == "error"))[0].file // "none"' "$T/err" | grep -c .)" 1 'json: the file'

# A warning and an error have their priorities; where there is no journal, they go to standard error.
if [ ! -S /run/systemd/journal/socket ]; then
	DX_LOG_FORMAT=journal run 66 dx-parse "$missing"
	says '^<3>dx-parse: ' 'journal: the priority of an error'
fi
DX_LOG_FORMAT=journal run 78 dx-run --config "$T/nowhere"
says '^<3>dx-run: ' 'journal: dx-run'
DX_LOG_FORMAT=json run 78 dx-run --config "$missing"
equal "$(jq -r .message "$T/err")" "$missing: cannot be read" 'json: dx-run'
DX_LOG_FORMAT=logfmt run 78 dx-run --config "$T/nowhere"
says '^time=.* level=error program=dx-run pid=[0-9]+ msg="/' 'logfmt: dx-run'

# Every program of a pipeline speaks the same.
run 66 dx-run --log-format json -m "$T/nowhere" -d "$T/data" -u "file:$T/sent"
equal "$(jq -r .program "$T/err" | sort -u)" $'dx-fetch\ndx-parse\ndx-publish\ndx-run' 'a pipeline: each stage, and dx-run'

# SIGUSR1: a line, and on it goes.
takes_usr1() {
	[ $((0x$(sed -n 's/^SigCgt:[[:space:]]*//p' "/proc/$1/status") & 1 << 9)) -ne 0 ]
}
for format in text json; do
	mkfifo "$T/pipe.$format"
	dx-publish --log-format "$format" -t labels -u "file:$T/usr1.$format" <"$T/pipe.$format" 2>"$T/err" &
	pid=$!
	exec 6>"$T/pipe.$format"
	wait_for 10 takes_usr1 "$pid"
	kill -USR1 "$pid"
	wait_for 10 test -s "$T/err"
	dx-parse "$DATA/month/discogs_20260801_labels.xml.gz" >&6
	exec 6>&-
	status=0
	wait "$pid" || status=$?
	equal "$status" 0 "SIGUSR1, $format: it goes on"
	equal "$(wc -l <"$T/usr1.$format/labels.ndjson")" 1614 "SIGUSR1, $format: nothing is lost"
	case $format in
	text) says '^dx-publish: (standard input: 0 MB, [0-9]+ s|nothing under way)$' 'SIGUSR1: says how far it is' ;;
	json) equal "$(jq -r .program "$T/err")" dx-publish 'SIGUSR1: as JSON' ;;
	esac
done

# Whatever the file is called, it is a line of the format.
named="$T/a \"quoted\" \\ näme.xml"
mkfifo "$named"
dx-parse --log-format=json -t labels "$named" >"$T/named" 2>"$T/err" &
pid=$!
exec 6>"$named"
echo '<labels>' >&6
answers() {
	kill -USR1 "$pid" && grep -q 'MB' "$T/err"
}
wait_for 10 takes_usr1 "$pid"
check 'SIGUSR1: a file with any name' wait_for 10 answers
echo '</labels>' >&6
exec 6>&-
wait "$pid"
equal "$(jq -r .program "$T/err" | sort -u)" dx-parse 'SIGUSR1: as JSON, whatever the name of the file'

# Through dx-run to all stages.
dx-run -m "$DATA/month" -d "$T/run" -u "file:$T/run-sent" --rate 500 2>"$T/err" &
pid=$!
stages_ready() {
	local stage
	stage=$(stage_of "$pid" dx-publish) && takes_usr1 "$stage" 2>/dev/null
}
wait_for 20 stages_ready
kill -USR1 "$pid"
wait_for 20 grep -q '^dx-publish: ' "$T/err"
kill -USR1 "$pid"
kill -TERM "$pid"
status=0
wait "$pid" || status=$?
equal "$status" 75 'dx-run: goes on after SIGUSR1, until it is told to end'
says '^dx-publish: standard input: [0-9]+ MB' 'dx-run: dx-publish says how far it is'
run 0 dx-run -m "$DATA/month" -d "$T/run" -u "file:$T/run-sent"
equal "$(cat "$T"/run-sent/{artists,labels,masters,releases}.ndjson | wc -l)" 7042 'dx-run: nothing is lost'

done_testing
