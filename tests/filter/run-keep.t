#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-run --keep: the files of older months go, when those are done; markers and what is not ours stay.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

data="$T/the data"
mkdir "$data"

# month VERSION complete|open: a month in the data folder, its types in small.
month() {
	local type
	for type in artists labels masters releases; do
		echo "$type" >"$data/discogs_$1_$type.xml.gz"
	done
	echo sums >"$data/discogs_$1_CHECKSUM.txt"
	dx-marker -d "$data" -V "$1" start-download 4
	[ "$2" = open ] || dx-marker -d "$data" -V "$1" batch <<'EOF'
complete-download
start-processing 0
complete-processing
complete-extraction
EOF
}

files() {
	(cd "$data" && find . -name "discogs_$1_*" | wc -l)
}

month 20260401 complete
month 20260501 open
month 20260601 complete
month 20260701 complete
touch "$data/discogs_20260401_notes" "$data/mine.xml.gz"
equal "$(dx-marker -d "$data" -V 20260401 should-process)" skip 'a month of this test is done'

run 0 dx-run -m "$DATA/month" -d "$data" -u "file:$T/sent"
equal "$(files 20260401) $(files 20260501) $(files 20260601) $(files 20260701)" '6 5 5 5' 'without --keep all stay'
run 69 dx-run -b http://127.0.0.1:9/ --retries 0 -d "$data" -u "file:$T/sent" --keep 1
equal "$(files 20260601)" 5 'a run that fails removes nothing'
run 0 dx-run -m "$DATA/month" -d "$data" -u "file:$T/sent" --keep 2
equal "$(files 20260701)" 5 'the newest but the one that was done now stays'
equal "$(files 20260601)" 0 'an older one goes'
equal "$(files 20260501)" 5 'one that is not done stays'
equal "$(cd "$data" && echo discogs_20260401_*)" discogs_20260401_notes 'the oldest goes, what is not ours stays'
equal "$(cd "$data" && echo .extraction_status_*.json | wc -w)" 5 'every marker stays'
check 'other files stay' test -e "$data/mine.xml.gz"
equal "$(dx-marker -d "$data" -V 20260601 should-process)" skip 'and the month is done as before'
DX_KEEP=0 run 0 dx-run -m "$DATA/month" -d "$data" -u "file:$T/sent"
equal "$(files 20260701)" 0 'none, as the variable says'
check 'a mirror is not touched' test -e "$DATA/month/discogs_20260801_labels.xml.gz"

month 20260401 complete
mkdir "$T/other"
rm "$data/discogs_20260401_labels.xml.gz"
mkdir "$data/discogs_20260401_labels.xml.gz"
run 74 dx-run -m "$DATA/month" -d "$data" -u "file:$T/sent" --keep 0
equal "$(files 20260401)" 2 'what cannot be removed does not keep the rest'
says 'the files of older months cannot be removed' 'and that is told'

# Only that.
rmdir "$data/discogs_20260401_labels.xml.gz"
month 20260401 complete
run 0 dx-run --clean -d "$data"
equal "$(files 20260401)" 6 'without a number nothing goes'
run 0 dx-run --clean --keep 0 -d "$data"
equal "$(files 20260401)" 1 'what is not to be kept goes'
equal "$(files 20260501)" 5 'what is not done stays'
run 64 dx-run --clean --keep 0
says 'no data folder' 'of which folder?'
run 66 dx-run --clean --keep 0 -d "$T/nowhere"
says 'nowhere: is no folder' 'one that is not there'

# A month that is taken from the data folder itself is not there to be removed.
cp "$DATA"/month/* "$T/other"
ln -s other "$T/link"
run 78 dx-run -m "$T/link" -d "$T/other" -u "file:$T/sent" --keep 0
says 'the files of the mirror' 'a mirror that is the data folder is not cleaned'
DX_MIRROR=$T/other DX_DATA_DIR=$T/other run 78 dx-run -u "file:$T/sent" --keep 0
run 0 dx-run -m "$T/other" -d "$T/other" -u "file:$T/sent"
equal "$(find "$T/other" -name 'discogs_*' | wc -l)" "$(find "$DATA/month" -name 'discogs_*' | wc -l)" 'all of it stays'

# A folder that looks like an option.
(cd "$T" && mkdir ./-keep && cp "$data"/.extraction_status_20260701.json ./-keep && touch ./-keep/discogs_20260701_labels.xml.gz \
	./-keep/.dx-trigger)
run 0 env -C "$T" dx-run -m "$DATA/month" -d -keep -u "file:$T/sent" --keep 0
equal "$(find "$T/-keep" -name 'discogs*' -o -name .dx-trigger)" '' 'is none'

done_testing
