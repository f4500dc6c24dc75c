#!/bin/bash
# SPDX-License-Identifier: MIT
# The Debian package: installed, run, purged, in a copy of this system's root that vanishes with the test (an overlay
# in a mount namespace of its own). make check-deb builds the package first.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

packages=("$BUILD"/deb/dx_*.deb)
if [ ! -e "${packages[0]}" ]; then
	echo '1..0 # SKIP there is no package: make deb'
	exit 0
fi

# The root's other half lies in memory, not in $T: an overlay cannot lie on another.
cat >"$T/in-overlay" <<'EOF'
set -eu
mount -t tmpfs none "$1"
mkdir "$1/new" "$1/work" "$1/whole"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/new,workdir=$1/work" "$1/whole"
for folder in dev proc; do mount --rbind "/$folder" "$1/whole/$folder"; done
mount -t tmpfs none "$1/whole/tmp"
mount -t tmpfs none "$1/whole/run"
cp -r "$2" "$1/whole/tmp/month"
cp "$3" "$1/whole/tmp/dx.deb"
cp "$4" "$1/whole/tmp/steps"
exec chroot "$1/whole" /bin/bash /tmp/steps
EOF
mkdir "$T/overlay"
if ! unshare --mount bash -c 'mount -t tmpfs none "$1" && mkdir "$1/a" "$1/b" "$1/c" &&
	mount -t overlay overlay -o "lowerdir=/,upperdir=$1/a,workdir=$1/b" "$1/c"' - "$T/overlay" 2>"$T/err"; then
	echo "1..0 # SKIP this needs root and overlays: $(tail -n 1 "$T/err")"
	exit 0
fi

cat >"$T/steps" <<'EOF'
export DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8
cd /tmp
say() { echo "$1=$2"; }
find /etc /lib/systemd /usr/bin /usr/lib/sysusers.d /usr/share/man | sort >before
dpkg --install dx.deb >install.log 2>&1
say installed "$?"
say user "$(getent passwd dx | cut -d: -f6,7)"
say folder "$(stat -c %U:%a /var/lib/dx)"
say enabled "$(systemctl is-enabled dx.timer 2>/dev/null)"
say units "$(cd /lib/systemd/system && echo dx*.service dx*.path dx.t*)"
say commands "$(cd / && for p in fetch parse publish marker run status; do command -v "dx-$p"; done | tr '\n' ' ')"
say manual "$(man -w dx 2>/dev/null)"
say settings "$(dx-run --show-config | grep -c ^#DX_)"
say unknown "$(sed -n 's/^#\(DX_[A-Z_]*\)=$/\1=x/p' /etc/dx/dx.conf | sort | uniq -d)"
. /usr/share/bash-completion/completions/dx-parse
COMP_WORDS=(dx-parse --sh) COMP_CWORD=1
_dx_parse
say completion "${COMPREPLY[*]}"
COMP_WORDS=(dx-marker should-pro) COMP_CWORD=1
_dx_marker
say operation "${COMPREPLY[*]}"
mkdir out && chown dx out
setpriv --reuid=dx --regid=dx --clear-groups dx-run -m month -d /var/lib/dx -u file:out
say run "$?"
say records "$(cat out/{artists,labels,masters,releases}.ndjson | wc -l)"
say marker "$(dx-marker -d /var/lib/dx -V 20260801 should-process)"
# A machine where systemd runs, the timer and the stages at work: what is asked of it when the package is installed
# over itself, and when it goes.
rm -f /usr/sbin/policy-rc.d
mkdir -p bin /run/systemd/system
cat >bin/systemctl <<'END'
#!/bin/sh
case "$*" in
*is-enabled*dx.timer*) echo enabled ;;
*is-enabled*) exit 1 ;;
*is-active*) ;;
*) echo "$*" >>/tmp/asked ;;
esac
END
chmod 755 bin/systemctl
PATH=/tmp/bin:$PATH dpkg --install dx.deb >again.log 2>&1
say again "$?"
say upgrade "$(grep -oE '^.*(stop|restart) .*|daemon-reload' asked | sort -u | tr '\n' ' ')"
rm -f asked
echo dx:secret >/etc/dx/login
PATH=/tmp/bin:$PATH dpkg --purge dx >purge.log 2>&1
say purged "$?"
say stopped "$(sed -n 's/^.*stop //p' asked)"
rm -r /run/systemd
say kept "$(cd /etc/dx && ls -A) $(cd /var/lib/dx && ls .extraction_status_*.json)"
rm -rf /etc/dx
find /etc /lib/systemd /usr/bin /usr/lib/sysusers.d /usr/share/man | sort >after
say left "$(diff before after | grep '^[<>]' | grep -vE '/etc/(passwd|group|shadow|gshadow|subuid|subgid|\.pwd\.lock)' | tr '\n' ' ')"
cat install.log again.log purge.log >&2
EOF
run 0 unshare --mount bash "$T/in-overlay" "$T/overlay" "$DATA/month" "${packages[0]}" "$T/steps"
note "$(cat "$T/err")"

# gave NAME VALUE TEXT: what the steps found.
gave() {
	equal "$(sed -n "s/^$1=//p" "$T/out")" "$2" "$3"
}

gave installed 0 'it is installed'
gave user /var/lib/dx:/usr/sbin/nologin 'there is a user'
gave folder dx:755 'who has the data folder'
gave enabled disabled 'nothing is enabled'
gave units 'dx-fetch.service dx-parse.service dx-pipe.service dx-publish.service dx-status@.service dx.service dx-trigger.path dx.target dx.timer' 'the units'
gave commands '/usr/bin/dx-fetch /usr/bin/dx-parse /usr/bin/dx-publish /usr/bin/dx-marker /usr/bin/dx-run /usr/bin/dx-status ' 'the programs'
gave settings "$(dx-run --show-config | grep -c '^#DX_')" 'what holds are the defaults'
gave unknown '' 'no setting stands twice in dx.conf'
gave completion --shape 'options are completed'
gave operation should-process 'operations too'
gave run 0 'a month goes through, as the user'
gave records 7042 'all of it'
gave marker skip 'and is done'
gave again 0 'it is installed over itself'
gave upgrade 'daemon-reload ' 'which stops nothing, the timer least of all, and has the new units read'
gave purged 0 'it is purged'
gave stopped "$(cd "$ROOT/systemd" && for unit in dx*.*; do unit=${unit%.in}; case $unit in
	*@* | *.sysusers | *.tmpfiles) ;; *) echo "$unit" ;; esac; done | sort | tr '\n' ' ' | sed 's/ $//')" 'what runs is ended before'
gave kept 'login .extraction_status_20260801.json' 'what is not its own stays'
gave left '' 'nothing else is left'
check 'it brings whom to trust when a month is downloaded' \
	eval 'dpkg-deb -f "${packages[0]}" Depends | tr , "\n" | grep -q "^ *ca-certificates$"'
check 'and nothing was changed here' test ! -e /lib/systemd/system/dx.timer

done_testing
