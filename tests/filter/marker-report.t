#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-marker report: the page, byte for byte; that it needs nothing else; that what others wrote stays text.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

now=2026-08-04T04:36:00Z
mkdir "$T/data" "$T/odd"
for file in "$DATA"/status/*json; do
	cp "$file" "$T/data/.$(basename "$file")"
done

# well_formed NAME: $T/out has each element closed that must be, in order
well_formed() {
	equal "$(python3 - "$T/out" 2>&1 <<-'EOP'
		import html.parser, sys
		VOID = {"meta", "link", "br"}

		class Check(html.parser.HTMLParser):
		    open = []

		    def handle_starttag(self, tag, attrs):
		        if tag not in VOID:
		            self.open.append(tag)
		        if len({name for name, value in attrs}) != len(attrs):
		            print("an attribute twice:", tag, attrs)

		    def handle_endtag(self, tag):
		        last = self.open.pop() if self.open else "nothing"
		        if last != tag:
		            print(f"</{tag}> closes {last}")

		check = Check()
		check.feed(open(sys.argv[1], encoding="utf-8").read())
		check.close()
		print(*check.open, end="")
	EOP
	)" '' "$1: all elements are closed"
}

run 0 dx-marker -d "$T/data" report --now $now
sed -E 's/(Made by dx-marker )[0-9.]+/\1VERSION/' "$T/out" >"$T/page"
sed -E 's/(Made by dx-marker )[0-9.]+/\1VERSION/' "$DATA/status/report.html" >"$T/wanted"
same "$T/page" "$T/wanted" 'the newest month'
well_formed 'the newest month'
equal "$(grep -ciE '<script|https?:|//|@import|url\(|<img|<iframe|<form' "$T/out")" 0 'it needs no network and no script'
check 'and forbids them' grep -q "Content-Security-Policy content=\"default-src 'none'" "$T/out"
check 'it loads itself again' grep -q '<meta http-equiv=refresh content=60>' "$T/out"
check 'it is made for phones' grep -q 'name=viewport content="width=device-width' "$T/out"
check 'it is dark where that is wanted' grep -q 'prefers-color-scheme:dark' "$T/out"

run 0 dx-marker -d "$T/data" -V 20260701 report --now $now
well_formed 'a completed month'
check 'a completed month: how long it took' grep -q '33,349,337 records</span><span>100.% in 0:48:49' "$T/out"
run 0 dx-marker -d "$T/odd" -V 20260901 report
well_formed 'a month without marker'
equal "$(grep -cE '<svg|id=files|id=months|nan|inf' "$T/out")" 0 'a month without marker: nothing to draw'

# -- what others wrote
jq '.processing_phase.status = "failed" | .processing_phase.errors = ["<script>alert(1)</script> & \"\u0007\u009b"] |
	.download_phase.errors = ["<i>"] |
	.processing_phase.progress_by_file["\"><img src=x onerror=\u0027alert(1)\u0027>"] =
		{"status": "in_progress", "records_extracted": 90000, "started_at": "2026-08-04T04:30:00Z"}' \
	"$T/data/.extraction_status_20260801.json" >"$T/odd/.extraction_status_20260801.json"
run 0 dx-marker -d "$T/odd" report --now $now
well_formed 'a hostile marker'
equal "$(grep -cE '<script|<img|<i>|='"'"'alert' "$T/out")" 0 'no markup comes through'
equal "$(grep -c '&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;' "$T/out")" 1 'it is shown as text'
check 'in attributes too' grep -qF 'aria-label="&quot;&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;"' "$T/out"
equal "$(tr -d '\n' <"$T/out" | tr -cd '\000-\037\177' | wc -c)" 0 'no control characters'

# Numbers that cannot be.
jq '(.processing_phase.progress_by_file[] | .records_extracted, .position, .source_bytes) = 9223372036854775807 |
	.processing_phase.records_extracted = 9223372036854775807' \
	"$T/data/.extraction_status_20260801.json" >"$T/odd/.extraction_status_20260801.json"
run 0 dx-marker -d "$T/odd" report --now $now
well_formed 'the largest numbers'
equal "$(grep -ciE '[^a-z](nan|-?inf)[^a-z]' "$T/out")" 0 'the largest numbers: each is one'

# -- into a file
run 0 dx-marker -d "$T/data" report --now $now
mv "$T/out" "$T/printed.html"
run 0 dx-marker -d "$T/data" report --now $now --output "$T/page.html"
equal "$(cat "$T/out")" '' 'nothing on standard output'
same "$T/page.html" "$T/printed.html" '--output'
# The rate, from mark to mark: releases began at 04:20:21 and are at 7,420,500 records at 04:35:32.
rates() {
	sed -n '/<section id=rate>/,/<\/section>/p' "$T/out" | grep -o '<title>releases: [0-9,]*' | grep -o '[0-9,]*$' | xargs
}
# sample TIME RELEASES [VERSION]
sample() {
	printf '{"sampled":"2026-08-04T%sZ","version":"%s","positions":{"releases":%s}}\n' "$1" "${3:-20260801}" "$2" \
		>>"$T/data/.dx-history.ndjson"
}
started=$(jq -r '.processing_phase.progress_by_file["discogs_20260801_releases.xml.gz"].started_at' \
	"$T/data/.extraction_status_20260801.json")
equal "$started" 2026-08-04T04:20:21Z 'the time of this test'
run 0 dx-marker -d "$T/data" report --now "$now"
equal "$(rates)" 8,145 'without marks: one step'
sample 04:00:00 99          # before it began
sample 04:25:21 3000000     # 5 min
sample 04:26:21 1 20260701  # of another month
sample 04:27:21 2000000     # less than before
sample 04:30:21 3000000     # a pause
sample 04:35:21 99999999999 # more than there is
sample 04:40:00 7420500     # after the end
run 0 dx-marker -d "$T/data" report --now "$now"
equal "$(rates)" '10,000 14,214' 'with marks: the steps between them, and none of a pause'

done_testing
