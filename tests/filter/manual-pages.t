#!/bin/bash
# SPDX-License-Identifier: MIT
# The manual pages are well made, name every option and variable, and --help and --version answer.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

pages=(dx.7 dx-fetch.1 dx-parse.1 dx-publish.1 dx-marker.1 dx-status.1 dx-run.1 dx-stream.5 dx-record.5 dx-marker.5)
programs=(dx-fetch dx-parse dx-publish dx-marker dx-status dx-run)
version=$(sed -n 's/^#define DX_VERSION "\(.*\)"/\1/p' "$ROOT/common/options.h")

equal "$(cd "$ROOT/man" && printf '%s\n' * | sort)" "$(printf '%s\n' "${pages[@]}" | sort)" \
	'these pages are there, and no others'
for page in "${pages[@]}"; do
	file=$ROOT/man/$page
	equal "$(mandoc -Tlint -W warning "$file" 2>&1)" '' "$page: mandoc has nothing to say"
	equal "$(groff -mdoc -ww -z "$file" 2>&1)" '' "$page: groff has nothing to say"
	for section in NAME DESCRIPTION EXAMPLES 'SEE ALSO' AUTHORS; do
		check "$page: has $section" grep -qx "\.Sh $section" "$file"
	done
	equal "$(grep -oE '^\.Xr dx[a-z-]* [1-9]' "$file" | sed 's/^\.Xr //; s/ /./' | sort -u |
		while read -r other; do [ -e "$ROOT/man/$other" ] || echo "$other"; done)" '' \
		"$page: every page of dx it names is there"
done

for program in "${programs[@]}"; do
	page=$ROOT/man/$program.1
	check "$program.1: has EXIT STATUS" grep -qx '\.Sh EXIT STATUS' "$page"
	run 0 "$program" --version
	equal "$(cat "$T/out")" "$program $version" "$program --version says so"
	equal "$(cat "$T/err")" '' "$program --version is silent otherwise"
	run 0 "$program" --help
	check "$program --help starts with usage" grep -q "^usage: $program" "$T/out"
	equal "$(cat "$T/err")" '' "$program --help is on standard output"
	run 64 "$program" --no-such-option
	equal "$(cat "$T/out")" '' "$program: a mistake is not on standard output"
	says "^$program: .*no-such-option" "$program: the mistake is named"
	[ "$program" != dx-run ] || continue
	# Each option and variable of --help is in the manual; mandoc's text has what the page means.
	"$program" --help >"$T/help"
	mandoc -Tascii "$page" 2>/dev/null | col -b >"$T/text"
	while read -r option; do
		check "$program.1: names $option" grep -qE -- "(^|[^a-z-])$option([^a-z-]|\$)" "$T/text"
	done < <(grep -oE '^ +(-[a-zA-Z0-9], )?--[a-z0-9-]+' "$T/help" | grep -oE -- '--?[a-zA-Z0-9][a-z0-9-]*')
	while read -r variable; do
		check "$program.1: names $variable" grep -qw "$variable" "$T/text"
	done < <(grep -oE '\[DX_[A-Z_]+\]$' "$T/help" | tr -d '[]')
done
done_testing
