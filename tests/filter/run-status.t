#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-run: which stage's status decides, and what is said, with stages that end as they are told.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

export DX_AMQP_URL=amqp://somewhere # the stages here do not care

# A stage that reads and writes as its part of the pipeline does and ends with status $2, or by a
# signal if that is -N.
make_stage() {
	cat >"$T/bin/$1" <<EOF
#!/bin/bash
if [ "\${1:-}" = --help ]; then echo '  -q, --quiet   be quiet'; exit 0; fi
$3
[ $2 -ge 0 ] || kill $2 \$\$
exit $2
EOF
	chmod +x "$T/bin/$1"
}

# ends FETCH PARSE PUBLISH WANTED STAGE: dx-run exits with WANTED and names STAGE.
ends() {
	make_stage dx-fetch "$1" ':'
	make_stage dx-parse "$2" 'cat >/dev/null'
	make_stage dx-publish "$3" 'cat >/dev/null'
	run "$4" "$T/bin/dx-run"
	if [ -n "$5" ]; then
		says "^dx-run: $5 ended with status" "$1 $2 $3: $5 is named"
		equal "$(wc -l <"$T/err")" 1 "$1 $2 $3: in one line"
	else
		equal "$(cat "$T/err")" '' "$1 $2 $3: nothing is said"
	fi
}

mkdir "$T/bin"
cp "$ROOT/scripts/dx-run" "$T/bin"

ends 0 0 0 0 ''
# One failure alone.
for status in 64 65 66 69 70 71 74 75 77 78; do
	ends 0 0 $status $status dx-publish
done
ends 69 0 0 69 dx-fetch
ends 0 65 0 65 dx-parse
# A reader that misses the end line follows from the writer's failure.
ends 69 65 65 69 dx-fetch
ends 75 65 65 75 dx-fetch
ends 0 65 65 65 dx-parse
ends 0 74 65 74 dx-parse
# A writer without a reader follows from the reader's failure.
ends 141 141 69 69 dx-publish
ends 141 65 65 65 dx-parse
ends 0 141 65 65 dx-publish
ends 74 74 69 69 dx-publish
ends 74 74 77 77 dx-publish
ends 141 77 65 77 dx-parse
# Of several causes, the one that does not go away by itself.
ends 75 75 75 75 dx-fetch
ends 75 75 69 69 dx-publish
ends 69 0 77 77 dx-publish
ends 69 70 75 70 dx-parse
ends 64 0 78 78 dx-publish
# Ended by a signal.
ends 0 0 -9 75 dx-publish
ends -9 65 65 75 dx-fetch
ends 0 -11 65 70 dx-parse
ends 0 0 -13 75 dx-fetch
# A status no stage has.
ends 0 1 0 70 dx-parse
ends 0 127 65 71 dx-parse

# A stage that is missing is said before anything starts.
rm "$T/bin/dx-parse"
PATH=/usr/bin:/bin run 78 "$T/bin/dx-run"
says '^dx-run: dx-parse is neither beside dx-run nor in PATH$' 'the missing stage is named'
make_stage dx-parse 64 ':'
sed -i 's/exit 0; fi/exit 64; fi/' "$T/bin/dx-parse"
run 64 "$T/bin/dx-run"
done_testing
