#!/bin/bash
# SPDX-License-Identifier: MIT
# A running systemd that cannot touch this machine. Sourced after tests/lib.sh.
#
#   boot_needed              skips the test file, with a reason, where it cannot be had
#   boot_install             to be written by the test: puts what it needs into the root $new
#   boot_dx                  there: what make install installs
#   pauses SECONDS TRIES     there: between two tries of a run, in place of 30 s and more
#   setting UNIT LINE...     there: lines on top of a unit's own
#   boot_systemd             boots; $root is its root, seen from here, to look into and to change
#   property NAME UNIT       what systemctl says of it
#   ended                    whether no unit of dx runs, nor is any going to
#   explain                  the journal, if a test failed; for at_end
#   inside COMMAND...        runs a command in there: inside systemctl status dx.target
#
# A booting systemd empties /tmp and takes /run, /var, the cgroups and the host's name for its own. So it
# gets namespaces of its own for all of them, and in place of a view of this machine a root that it is
# pivoted into: /usr of this machine, which it can only read, and a file system in memory. What it may
# not do to the kernel (modules, clock, sysctl) it has no capability for. It has no units but those
# of dx and a few that these need. All its processes end with the first of them.
# shellcheck shell=bash

boot=$T/boot # where the root is put together
boot_cgroup=''
boot_pid='' # of unshare
init_pid='' # of systemd, as this machine counts

# Whether a program may have namespaces of its own here, and a cgroup.
boot_needed() {
	local reason='' tree
	tree=$(findmnt -n -o TARGET -t cgroup2 2>/dev/null | head -n 1)
	if [ "$(id -u)" -ne 0 ]; then
		reason='only root can boot a systemd'
	elif [ ! -x /lib/systemd/systemd ] || ! type nsenter findmnt setpriv unshare systemctl >/dev/null 2>&1; then
		reason='systemd or util-linux is not installed'
	elif [ ! -L /bin ] || [ ! -L /lib ]; then
		reason='/bin and /lib are not in /usr here'
	elif [ -z "$tree" ]; then
		reason='no cgroup2 file system is mounted'
	elif ! boot_cgroup=$(mktemp -d "$tree/dx-test.XXXXXX" 2>/dev/null); then
		reason='no cgroup can be made here'
	elif ! unshare --mount --pid --fork --cgroup --uts --ipc --net \
		mount -t tmpfs dx-try "$T" 2>/dev/null; then
		rmdir "$boot_cgroup"
		reason='no namespaces can be had here'
	else
		at_end boot_end
		return 0
	fi
	echo "1..0 # SKIP $reason"
	exit 0
}

setting() {
	mkdir -p "$new/etc/systemd/system/$1.d"
	printf '%s\n' "${@:2}" >"$new/etc/systemd/system/$1.d/test.conf"
}

boot_dx() {
	env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS \
		make -s -o all -C "$ROOT" --no-print-directory BUILD="$BUILD" DESTDIR="$new" install
	mkdir -p "$new/etc/dx"
}

pauses() {
	local stage
	for stage in dx-fetch dx-parse dx-publish; do
		setting "$stage.service" '[Unit]' StartLimitIntervalSec=0 '[Service]' RestartSec=100ms TimeoutAbortSec=1s
	done
	setting dx-pipe.service '[Unit]' StartLimitIntervalSec=0 '[Service]' ExecStart= \
		"ExecStart=/usr/local/libexec/dx/dx-backoff %t/dx/tries $1 $1 $2" \
		'ExecStart=rm -f %t/dx/fetch.fifo %t/dx/parse.fifo' 'ExecStart=mkfifo -m 600 %t/dx/fetch.fifo %t/dx/parse.fifo'
	setting dx.service '[Unit]' StartLimitIntervalSec=0 '[Service]' RestartSec=100ms ExecStartPre= \
		"ExecStartPre=/usr/local/libexec/dx/dx-backoff %t/dx-run/tries $1 $1 $2"
}

# The units that those of dx need, and which of the machine's are taken.
boot_units() {
	local units=$new/etc/systemd/system name
	mkdir -p "$units"
	for name in sysinit basic sockets timers paths network-online nss-lookup shutdown umount final; do
		printf '[Unit]\nDefaultDependencies=no\n' >"$units/$name.target"
	done
	printf '[Unit]\nRequires=sysinit.target\nAfter=sysinit.target\nDefaultDependencies=no\n' >"$units/basic.target"
	printf '[Unit]\nRequires=basic.target systemd-journald.service\nAfter=basic.target\n' >"$units/default.target"
	mkdir "$units/sysinit.target.wants"
	for name in systemd-journald.service systemd-journald.socket systemd-journald-dev-log.socket; do
		ln -s "/usr/lib/systemd/system/$name" "$units/$name"
	done
	for name in systemd-sysusers systemd-tmpfiles-setup; do
		ln -s "/usr/lib/systemd/system/$name.service" "$units/$name.service"
		ln -s "../$name.service" "$units/sysinit.target.wants/$name.service"
	done
	mkdir "$new/etc/systemd/journald.conf.d"
	printf '[Journal]\nStorage=volatile\nRateLimitBurst=0\n' >"$new/etc/systemd/journald.conf.d/test.conf"
}

# Puts the root together at $1 and becomes systemd in it. The first process of its namespaces.
boot_inside() {
	local name new=$1
	set -eu
	# Nothing that is mounted from here on may be seen outside.
	[ "$$" -eq 1 ] || [ "$BASHPID" -eq 1 ]
	mount --make-rprivate /
	mount -t tmpfs -o mode=755,size=256m dx-root "$new"
	for name in usr etc proc sys dev run tmp var srv root old; do mkdir "$new/$name"; done
	cp -P /bin /sbin /lib "$new"
	[ ! -e /lib64 ] || cp -P /lib64 "$new"
	mount --bind /usr "$new/usr"
	mount -o remount,bind,ro "$new/usr"
	mount -t tmpfs -o mode=755 dx-local "$new/usr/local"
	mount -t tmpfs -o mode=755 dx-run "$new/run"
	mount -t tmpfs -o mode=1777 dx-tmp "$new/tmp"
	mount -t proc proc "$new/proc"
	mount --bind "$new/proc/sys" "$new/proc/sys"
	mount -o remount,bind,ro "$new/proc/sys"
	mount -t sysfs -o ro sysfs "$new/sys"
	mount -t cgroup2 cgroup2 "$new/sys/fs/cgroup"
	mount -t tmpfs -o mode=755 dx-dev "$new/dev"
	mkdir "$new/dev/shm" "$new/dev/pts"
	mount -t tmpfs -o mode=1777 dx-shm "$new/dev/shm"
	for name in null zero full random urandom tty; do
		: >"$new/dev/$name"
		mount --bind "/dev/$name" "$new/dev/$name"
		mount -o remount,bind,ro "$new/dev/$name" # its mode; what it is for goes on
	done
	: >"$new/dev/console"
	mount --bind /dev/null "$new/dev/console"
	ln -s /proc/self/fd "$new/dev/fd"
	ln -s pts/ptmx "$new/dev/ptmx"
	cp /etc/ld.so.cache "$new/etc"
	ln -s ../usr/lib/os-release "$new/etc/os-release"
	printf 'passwd: files\ngroup: files\nhosts: files\n' >"$new/etc/nsswitch.conf"
	printf '127.0.0.1 localhost\n' >"$new/etc/hosts"
	tr -d - </proc/sys/kernel/random/uuid >"$new/etc/machine-id"
	boot_units
	boot_install
	cd "$new"
	pivot_root . old
	umount -l /old
	rmdir /old
	mount --make-rshared / # as on any machine; with nobody outside
	exec env -i container=dx-test PATH=/usr/local/bin:/usr/bin:/usr/sbin \
		SYSTEMD_UNIT_PATH=/etc/systemd/system:/usr/local/lib/systemd/system \
		setpriv --bounding-set -sys_module,-sys_time,-sys_rawio,-syslog,-mknod,-sys_boot \
		/lib/systemd/systemd --system --unit=default.target --show-status=no --log-target=journal
}

boot_systemd() {
	mkdir "$boot"
	(
		echo "$BASHPID" >"$boot_cgroup/cgroup.procs"
		export T ROOT BUILD
		export -f boot_inside boot_units boot_install boot_dx pauses setting
		exec setpriv --pdeathsig KILL unshare --mount --propagation private --pid --fork \
			--kill-child=KILL --cgroup --uts --ipc --net bash -c 'boot_inside "$1"' bash "$boot"
	) >"$T/boot.log" 2>&1 </dev/null &
	boot_pid=$!
	wait_for 20 boot_is_init || return 1
	# shellcheck disable=SC2034 # for the tests that source this
	root=/proc/$init_pid/root
	wait_for 60 inside systemctl is-active --quiet default.target
}

boot_is_init() {
	init_pid=$(pgrep -P "$boot_pid") && [ "$(cat "/proc/$init_pid/comm")" = systemd ]
}

inside() {
	nsenter -t "$init_pid" --mount --uts --ipc --net --pid --cgroup --root --wd \
		env -i PATH=/usr/local/bin:/usr/bin:/usr/sbin SYSTEMD_PAGER= LC_ALL=C.UTF-8 "$@"
}

property() {
	inside systemctl show -P "$1" "$2"
}

ended() {
	[ -z "$(inside systemctl list-jobs --no-legend)" ] &&
		! inside systemctl show -P ActiveState 'dx*.service' dx.target | grep -E 'active|activating' | grep -qvx inactive
}

# shellcheck disable=SC2154 # lib.sh counts them
explain() {
	[ "$failures" -eq 0 ] || note "$(cat "$T/boot.log"; [ -z "$init_pid" ] || inside journalctl --no-pager -q -u 'dx*' | tail -n 60)"
}

# Ends systemd, and with it all in its namespace; then there is nobody left in its cgroup.
boot_end() {
	local child
	if [ -n "$boot_pid" ]; then
		child=$(pgrep -P "$boot_pid")
		[ -z "$child" ] || kill -KILL "$child" 2>/dev/null
		kill -KILL "$boot_pid" 2>/dev/null
		wait "$boot_pid" 2>/dev/null
	fi
	wait_for 20 boot_is_empty
	find "$boot_cgroup" -depth -type d -exec rmdir {} + 2>/dev/null
}

boot_is_empty() {
	! grep -q 'populated 1' "$boot_cgroup/cgroup.events"
}
