#!/bin/bash
# SPDX-License-Identifier: MIT
# Each stage on a machine of its own, as dx(7) has it. The machines are mount namespaces in which the data folder
# is another: fetcher's own, the same for reading only, an empty one. An ssh of ours goes from one to the other.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

if ! unshare -m mount --bind "$T" "$T" 2>"$T/err"; then
	echo '1..0 # SKIP mount namespaces are not to be had here (they are for root)'
	exit 0
fi
cd "$T" || exit
mkdir data far published month scripts bin
touch data/this-is-fetcher
cp "$DATA/month"/*.gz "$DATA/month"/*CHECKSUM.txt month
zcat "$DATA/month/discogs_20260801_labels.xml.gz" | dx-parse -t labels >wanted
labels=$(wc -l <wanted)

# Like ssh(1): the command is put together to one line, for a shell without our environment.
sed "s#@T@#$T#g; s#@FROM@#$$#g" >bin/ssh <<'END'
#!/bin/bash
while [[ $1 = -* ]]; do
	[ "$1" != -o ] || shift
	shift
done
case $1 in
fetcher) there=true ;;
parser) there='mount -o bind,ro @T@/data @T@/data' ;;
publisher) there='mount --bind @T@/far @T@/data' ;;
esac
shift
exec nsenter -t @FROM@ -m unshare -m sh -c "$there"' && cd / && exec env -i PATH="$PATH" sh -c "$0"' "$*"
END
"$ROOT/tests/tools/examples.py" "$ROOT/man/dx.7" scripts 'A MACHINE FOR EACH STAGE'
equal "$(echo scripts/*)" 'scripts/01.sh scripts/02.sh' 'the manual has the script and the pipeline'
mv scripts/01.sh bin/dx-marker-far
chmod +x bin/*
sed -i "s#/var/lib/dx#$T/data#; s#-m month#-m $T/month#; s#-u amqp.*#-u file:$T/published --state-interval 100#" scripts/02.sh
PATH=$T/bin:$PATH
marker() {
	dx-marker -d data -V 20260801 "$@"
}

# The machines are what they are meant to be.
check 'publisher has another data folder' ssh publisher "test ! -e $T/data/this-is-fetcher"
check 'parser cannot write in it' ssh parser "test -e $T/data/this-is-fetcher && ! touch $T/data/x 2>/dev/null"
check 'fetcher is reached from publisher' ssh publisher "ssh fetcher test -e $T/data/this-is-fetcher"
run 0 ssh publisher dx-marker-far -f "'$T/data/it'\''s here'" -V 20260801 start-processing 4
check 'an odd path comes through two shells' test -e "data/it's here"

# The stream breaks in the middle: publisher's dx-publish dies.
cat >bin/dx-publish <<END
#!/bin/bash
head -n 700 | $BUILD/bin/dx-publish "\$@"
END
chmod +x bin/dx-publish
status=0
bash scripts/02.sh >"$T/out.1" 2>"$T/err" || status=$?
equal "$status" 65 'a connection that breaks is 65'
says 'no end line' 'for want of the end line'
position=$(marker file-counts discogs_20260801_labels.xml.gz)
check 'the marker at fetcher knows what was done' test "${position%% *}" -gt 0 -o "$(marker file-counts discogs_20260801_artists.xml.gz | cut -d ' ' -f 1)" -gt 0
rm bin/dx-publish

run 0 bash scripts/02.sh
equal "$(sed -E 's/: discogs_.* after record [1-9][0-9]*/: after N/' "$T/err")" \
	'dx-publish: after N; so many are not sent again' 'and the same command goes on, and says only from where'
equal "$(marker should-process)" skip 'the marker at fetcher has the month as done'
same published/labels.ndjson wanted 'all labels are there, once, in order'
equal "$(marker file-counts discogs_20260801_labels.xml.gz | cut -d ' ' -f 1-3)" "$labels $labels $labels" \
	'and counted'
equal "$(find far -name '*.json')" '' 'no marker at publisher'
check 'but its lock' test -e far/.extraction_status_20260801.json.publish.lock
run 0 bash scripts/02.sh
equal "$(wc -l <published/labels.ndjson)" "$labels" 'a third time has nothing to do'
done_testing
