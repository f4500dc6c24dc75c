#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-marker report in a browser: what must be seen is seen, on a phone and on a desk, light and dark, and
# the browser has nothing to complain of.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

if ! command -v chromium >/dev/null; then
	skip 'the report in a browser' 'chromium is not installed'
	done_testing
fi

mkdir "$T/data" "$T/site" "$T/profile"
for file in "$DATA"/status/*json; do
	cp "$file" "$T/data/.$(basename "$file")"
done
cp "$ROOT/tests/tools/probe.html" "$T/site"
# Nothing of the page is to come from anywhere: all names lead nowhere.
browser=(timeout 120 chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$T/profile" --no-first-run
	--disable-background-networking --disable-component-update --disable-sync --host-resolver-rules='MAP * ~NOTFOUND'
	--allow-file-access-from-files --enable-logging=stderr --virtual-time-budget=5000 --dump-dom)

# look NAME OPTION...: $T/found.json is what the probe saw of report.html
look() {
	local name=$1
	shift
	status=0
	"${browser[@]}" "$@" "file://$T/site/probe.html" >"$T/dom" 2>"$T/err" </dev/null || status=$?
	equal "$status" 0 "$name: the browser ends with 0"
	grep -o 'PROBE {.*} END' "$T/dom" | sed 's/^PROBE //; s/ END$//; s/&amp;/\&/g' >"$T/found.json"
	check "$name: the page was looked at" test -s "$T/found.json"
	equal "$(grep 'CONSOLE' "$T/err")" '' "$name: nothing in the console"
}

# saw NAME FILTER WANTED
saw() {
	equal "$(jq -c "$2" "$T/found.json")" "$3" "$1"
}

run 0 dx-marker -d "$T/data" report --now 2026-08-04T04:36:00Z --output "$T/site/report.html"
look light --blink-settings=preferredColorScheme=1
saw 'the title' .title '"20260801 in progress, 65 %"'
saw 'the status' .status '"in progress"'
saw 'the last bar is filled to 39 %' .filled 39
for width in 360 800; do
	saw "$width: nothing sticks out" ".widths[\"$width\"] | [.overflow, .outside]" '[0,[]]'
	saw "$width: four bars, three phases, four months" ".widths[\"$width\"] | [.bars, .phases, .months, .rows]" '[4,3,4,5]'
	saw "$width: the plots" ".widths[\"$width\"] | [.rate, .runs]" '[4,4]'
	saw "$width: letters that can be read" ".widths[\"$width\"].size" '"16px"'
done
light=$(jq -c '[.background, .colour]' "$T/found.json")
look dark --blink-settings=preferredColorScheme=0
check 'dark is not light' test "$(jq -c '[.background, .colour]' "$T/found.json")" != "$light"
saw 'dark is dark' '.background | [scan("[0-9]+") | tonumber] | max < 64' true

# The console would have told.
sed -i 's#</main>#<img src="http://example.invalid/x.png"><script>alert(1)</script>&#' "$T/site/report.html"
"${browser[@]}" "file://$T/site/report.html" >"$T/dom" 2>"$T/err" </dev/null
check 'what needs the network or a script is refused, and the console tells' grep -q 'CONSOLE.*Content Security Policy' "$T/err"
done_testing
