#!/bin/bash
# SPDX-License-Identifier: MIT
# The line of progress on a terminal: it stays one line, however narrow the terminal is.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# draw COLUMNS FILE: dx-parse on a terminal so broad, whose reader is late; prints the lines that it drew.
draw() {
	python3 - "$@" <<'PYTHON'
import fcntl, os, pty, re, struct, sys, termios, time
columns, path = int(sys.argv[1]), sys.argv[2]
reader, writer = os.pipe()
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(2, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    os.dup2(writer, 1)
    os.closerange(3, 100)
    os.execvp("dx-parse", ["dx-parse", path])
os.close(writer)
while os.read(reader, 65536):
    time.sleep(0.02)
drawn = b""
try:
    while chunk := os.read(terminal, 65536):
        drawn += chunk
except OSError:
    pass  # the end of a terminal
for line in re.split(r"\r\x1b\[K", drawn.decode())[1:]:
    print(line)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
PYTHON
}

cd "$DATA/month" || exit
name=discogs_20260801_releases.xml.gz
for columns in 200 80 40 20; do
	run 0 draw "$columns" "$name"
	check "$columns columns: something is drawn" grep -q '[a-z0-9]' "$T/out"
	equal "$(awk -v most="$columns" 'length($0) >= most' "$T/out")" '' "$columns columns: it is no longer than the terminal is broad"
	equal "$(tail -n 1 "$T/out")" '' "$columns columns: and is cleared in the end"
	case $columns in
	200) check 'with a bar' grep -qE "^$name \[#* *\] +[0-9]+% [0-9.]+ MB  [0-9.]+ MB/s" "$T/out" ;;
	80) check 'without a bar where there is no room for it' grep -qE "^$name  [0-9]+% [0-9.]+ MB  [0-9.]+ MB/s" "$T/out" ;;
	esac
done
done_testing
