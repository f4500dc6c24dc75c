#!/bin/bash
# SPDX-License-Identifier: MIT
# make install and uninstall, into a folder.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

target=$T/root
# What make is called with from outside has nothing to do with this.
unset MAKEFLAGS MAKELEVEL MFLAGS
in_root() {
	# -o all: what is built is installed; nothing is built again under the other tests.
	make -s -o all -C "$ROOT" --no-print-directory BUILD="$BUILD" DESTDIR="$target" "$@"
}

run 0 in_root PREFIX=/usr install
for program in dx-fetch dx-parse dx-publish dx-marker dx-status dx-run; do
	check "$program is installed and runs" env PATH=/usr/bin:/bin "$target/usr/bin/$program" --version
done
for page in "$ROOT"/man/*; do
	section=${page##*.}
	same "$page" "$target/usr/share/man/man$section/${page##*/}" "${page##*/} is installed"
done
for unit in dx-fetch.service dx-parse.service dx-publish.service dx-pipe.service dx.service dx.target dx.timer dx-trigger.path; do
	check "$unit is installed" test -s "$target/usr/lib/systemd/system/$unit"
done
check 'a unit starts what was installed' grep -qx 'ExecStart=/usr/bin/dx-parse' \
	"$target/usr/lib/systemd/system/dx-parse.service"
check 'the user is declared' grep -q '^u dx ' "$target/usr/lib/sysusers.d/dx.conf"
check 'and the folders' grep -q '^d /var/lib/dx ' "$target/usr/lib/tmpfiles.d/dx.conf"
equal "$(find "$target" -type f -perm /022)" '' 'nothing is writable by others'
equal "$(find "$target/usr/bin" -type f ! -perm 755)" '' 'programs are 755'

# What is installed works together, from wherever it lies.
check 'a month goes through what was installed' env PATH=/usr/bin:/bin "$target/usr/bin/dx-run" \
	-t labels -m "$DATA/month" -d "$T/data" -u "file:$T/sent"
equal "$(wc -l <"$T/sent/labels.ndjson")" 1614 'and comes out'

check 'dx.conf is an example of every setting' test "$(grep -c '^#DX_' "$target/etc/dx/dx.conf")" -gt 30
run 0 dx-run --config "$target/etc/dx/dx.conf" --show-config
equal "$(bash -c '. "$1/dx-run" && COMP_WORDS=(dx-publish --queue-t) COMP_CWORD=1 && _dx_publish && echo "${COMPREPLY[*]}"' \
	- "$target/usr/share/bash-completion/completions")" --queue-type 'options are completed'
mkdir "$T/names"
: >"$T/names/a file" && : >"$T/names/a*"
# completed PROGRAM OPTION WORD: what WORD can become, in brackets.
completed() {
	(cd "$T/names" && . "$target/usr/share/bash-completion/completions/dx-run" && COMP_WORDS=("$@") COMP_CWORD=2 &&
		"_${1//-/_}" && printf '[%s]\n' "${COMPREPLY[@]}" | sort | tr -d '\n')
}
equal "$(completed dx-parse --rejects a)" '[a file][a*]' 'a name with a space is one, and one with an asterisk no pattern'
equal "$(completed dx-run --shape x)$(completed dx-run --jobs x)" '[xmltodict][]' 'words of an option, and none where there are none'
# What dx-run takes as a setting, dx.conf explains; which file it is itself it cannot say.
equal "$(dx-run --show-config | sed -n 's/^#*\(DX_[A-Z_]*\)=.*/\1/p' | grep -vx DX_CONFIG | sort)" \
	"$(sed -n 's/^#\(DX_[A-Z_]*\)=$/\1/p' "$target/etc/dx/dx.conf" | sort)" 'dx.conf explains every setting'
echo DX_JOBS=1 >"$target/etc/dx/dx.conf"
run 0 in_root PREFIX=/usr install
equal "$(cat "$target/etc/dx/dx.conf")" DX_JOBS=1 'settings that are there stay'

touch "$target/usr/bin/dx-other"
run 0 in_root PREFIX=/usr uninstall
equal "$(cd "$target" && find . -type f -o -type l | sort | tr '\n' ' ')" './etc/dx/dx.conf ./usr/bin/dx-other ' 'uninstall removes what install put there, no more'

run 0 in_root install
check 'the default prefix is /usr/local' test -x "$target/usr/local/bin/dx-run"
run 0 in_root UNITDIR=/units SYSUSERSDIR=/users TMPFILESDIR=/folders LIBEXECDIR=/helpers SYSCONFDIR=/settings install
check 'and each folder may be another' grep -qx 'EnvironmentFile=-/settings/dx/dx.conf' "$target/units/dx-fetch.service"
check 'in units too' grep -q '^ExecStart=/helpers/dx-backoff ' "$target/units/dx-pipe.service"
run 0 in_root UNITDIR=/units SYSUSERSDIR=/users TMPFILESDIR=/folders LIBEXECDIR=/helpers uninstall
equal "$(cd "$target" && find units users folders helpers -type f)" '' 'which uninstall empties as well'
done_testing
