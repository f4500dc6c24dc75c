#!/bin/bash
# SPDX-License-Identifier: MIT
# The examples of the manual pages and the README that need no broker work as printed.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/tools/examples.sh
. "$ROOT/tests/tools/examples.sh"

for page in "$ROOT"/README.md "$ROOT"/man/*.[17]; do
	mkdir -p "$T/count"
	rm -f "$T/count"/*
	"$ROOT/tests/tools/examples.py" "$page" "$T/count"
	check "$(basename "$page") has examples" test -e "$T/count/01.sh"
done
run_examples no-broker "$ROOT/README.md" "$ROOT"/man/*
done_testing
