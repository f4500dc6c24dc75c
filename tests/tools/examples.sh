# SPDX-License-Identifier: MIT
# Runs the examples of the manual pages and the README, each as printed, in a folder that has what
# they name. Sourced by tests/filter/manual-examples.t (those without a broker) and
# tests/broker/manual-examples.t (those with one), after tests/lib.sh.
# shellcheck shell=bash

# example_folder DIR: month/ is the bundled month, its files also lie beside it, and an older one.
example_folder() {
	mkdir -p "$1/build" "$1/tests/data"
	ln -s "$DATA/month" "$1/tests/data/month"
	ln -s "$BUILD/bin" "$1/build/bin"
	cp -r "$DATA/month" "$1/build/month"
	cp "$DATA"/month/*.gz "$1/build"
	(
		cd "$1/build" || exit
		mkdir data DIR
		ln -s month MIRROR
		cp discogs_20260801_labels.xml.gz discogs_20260701_labels.xml.gz
		cp discogs_20260801_labels.xml.gz labels.xml.gz
		cp discogs_20260801_artists.xml.gz artists.xml.gz
		cp discogs_20260801_masters.xml.gz masters.xml.gz
		cp discogs_20260801_releases.xml.gz releases.xml.gz
	)
}

# adapt SCRIPT FOLDER: what cannot be as printed is put in its place: folders of the system, the
# broker's address ($AMQP), a port that is free, and the server, which is the bundled month.
adapt() {
	local port
	port=$(python3 -c 'import socket; print(socket.create_server(("127.0.0.1", 0)).getsockname()[1])')
	sed -i -E -e "s#127\.0\.0\.1:8000#127.0.0.1:$port#g; s#/var/lib/dx#$2/var-lib-dx#g; s#/srv/#$2/srv-#g" \
		-e "s#amqps?://[A-Za-z0-9:.@_-]+(/%2F|/)?([[:space:]'\"]|\$)#${AMQP:-}\\2#g" "$1"
}

# needs_broker SCRIPT: it names one, or leaves the destination to the environment.
needs_broker() {
	grep -qE 'amqps?://|DX_AMQP_URL' "$1" || { grep -qE 'dx-publish|dx-run' "$1" && ! grep -q 'file:' "$1"; }
}

# run_examples broker|no-broker FILE...: each file's examples, in order, in one folder for each file.
run_examples() {
	local wanted=$1 file folder script kind
	shift
	for file; do
		folder=$T/$(basename "$file").d
		mkdir "$folder" "$folder/scripts"
		example_folder "$folder"
		"$ROOT/tests/tools/examples.py" "$file" "$folder/scripts"
		for script in "$folder"/scripts/*.sh; do
			[ -e "$script" ] || continue
			kind=no-broker
			! needs_broker "$script" || kind=broker
			[ "$kind" = "$wanted" ] || continue
			run_example "$(basename "$file") $(basename "$script" .sh)" "$script" "$folder"
		done
	done
}

run_example() {
	local name=$1 script=$2 folder=$3 text status=0
	text=$(cat "$script")
	adapt "$script" "$folder"
	# head closes the pipe early, and means to.
	(cd "$folder/build" && DX_MIRROR=$DATA/month DX_AMQP_URL=${AMQP:-} timeout 120 bash -eu \
		-o "$(grep -q 'head' "$script" && echo errexit || echo pipefail)" "$script") \
		</dev/null >"$T/out" 2>"$T/err" || status=$?
	ok "$status" "$name: $(head -n 1 <<<"$text" | cut -c 1-80)"
	if [ "$status" -ne 0 ]; then
		note "status $status of:"
		note "$(cat "$script")"
		note "$(head -c 2000 "$T/err")"
	fi
}
