#!/bin/bash
# SPDX-License-Identifier: MIT
# What systemd(1) says of the units as make install makes them, and what they promise. That they work is for
# tests/broker/systemd.t.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

prefix=$T/usr
units=$prefix/lib/systemd/system
unset MAKEFLAGS MAKELEVEL MFLAGS
run 0 make -s -o all -C "$ROOT" --no-print-directory BUILD="$BUILD" PREFIX="$prefix" \
	SYSCONFDIR="$T/etc" install
equal "$(grep -rE '@[A-Z]|/usr/local' "$units" "$prefix/lib/sysusers.d" "$prefix/lib/tmpfiles.d")" '' \
	'every place is filled in'
equal "$(cd "$units" && grep -L '^Documentation=man:' ./*)" '' 'every unit names its manual'

# The most that systemd-analyze security may find, from 0 to 100, for each service.
declare -A exposure=([dx-fetch]=20 [dx-parse]=10 [dx-publish]=20 [dx-pipe]=10 [dx]=20)

if ! command -v systemd-analyze >/dev/null; then
	skip 'the units are correct' 'systemd-analyze is not installed'
else
	export MANPATH=$prefix/share/man SYSTEMD_LOG_LEVEL=warning
	run 0 systemd-analyze verify "$units"/dx*
	equal "$(cat "$T/out" "$T/err")" '' 'systemd-analyze has nothing to say'
	for service in "${!exposure[@]}"; do
		run 0 systemd-analyze security --no-pager --offline=true --threshold="${exposure[$service]}" \
			"$units/$service.service"
	done
fi

# Started again after what may go away by itself, and after nothing else.
for service in dx-fetch dx-parse dx-publish dx; do
	equal "$(sed -n 's/^RestartForceExitStatus=//p' "$units/$service.service")" '69 74 75 SIGKILL' \
		"$service is started again after these"
	equal "$(sed -n 's/^RestartPreventExitStatus=//p' "$units/$service.service")" '64 65 77 78' \
		"$service is never started again after those"
	check "$service is for no other user" grep -qx User=dx "$units/$service.service"
done
# Whatever is started again takes the rest along, the pipes and the pause included.
for service in dx-fetch dx-parse dx-publish dx-pipe; do
	for other in dx-fetch dx-parse dx-publish; do
		[ "$service" = "$other" ] || check "$service is started again with $other" \
			grep -Eq "^PartOf=(.* )?$other.service( |\$)" "$units/$service.service"
	done
done
# What dx-trigger.path starts takes the note away before anything that can fail, or it is started again and again.
for service in dx-pipe dx; do
	equal "$(grep -m 1 '^ExecStart' "$units/$service.service")" 'ExecStartPre=rm -f %S/dx/.dx-trigger' \
		"$service takes the note of dx-status first"
done
# Each secret goes to the one stage that needs it, as from dx-run.
equal "$(cd "$units" && grep -lx 'UnsetEnvironment=.*DX_AMQP_URL.*' ./*)" $'./dx-fetch.service\n./dx-parse.service\n./dx-pipe.service' \
	'of the stages only dx-publish learns where to publish'
equal "$(cd "$units" && grep -lx 'UnsetEnvironment=.*DX_BASE_URL.*' ./*)" $'./dx-parse.service\n./dx-pipe.service\n./dx-publish.service' \
	'and only dx-fetch the server'

if ! command -v systemd-sysusers >/dev/null; then
	skip 'the user and its folder' 'systemd-sysusers is not installed'
else
	mkdir -p "$T/machine/usr/lib" "$T/machine/etc"
	cp -r "$prefix/lib/sysusers.d" "$prefix/lib/tmpfiles.d" "$T/machine/usr/lib"
	run 0 systemd-sysusers --root="$T/machine"
	check 'there is the user dx' grep -q '^dx:.*:/var/lib/dx:.*nologin$' "$T/machine/etc/passwd"
	if [ "$(id -u)" -eq 0 ]; then
		run 0 systemd-tmpfiles --create --root="$T/machine"
		equal "$(stat -c %a:%u "$T/machine/var/lib/dx")" "755:$(grep ^dx: "$T/machine/etc/passwd" | cut -d: -f3)" \
			'who has the data folder'
	else
		skip 'the data folder' 'only root gives it to dx'
	fi
fi

# The pauses of dx-backoff, with a sleep that only says how long.
mkdir "$T/bin"
printf '#!/bin/sh\necho "slept $1"\n' >"$T/bin/sleep"
chmod 755 "$T/bin/sleep"
backoff() {
	PATH=$T/bin:$PATH "$prefix/libexec/dx/dx-backoff" "$T/tries" 30 3600 12
}
run 0 backoff
equal "$(cat "$T/out" "$T/err")" '' 'the first try is at once'
wanted=(30 60 120 240 480 960 1920 3600 3600 3600 3600)
got=()
for _ in "${wanted[@]}"; do
	read -r _ seconds < <(backoff 2>/dev/null)
	got+=("$seconds")
done
equal "${got[*]}" "${wanted[*]}" 'then the pauses grow, to an hour'
run 69 backoff
says '^dx-backoff: given up after 12 tries$' 'and at last it is over'
rm "$T/tries"
run 0 backoff
equal "$(cat "$T/out")" '' 'a new start is a new count'
done_testing
