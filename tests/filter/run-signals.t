#!/bin/bash
# SPDX-License-Identifier: MIT
# dx-run: a signal reaches every stage, dx-run waits for them and exits 75.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

export DX_AMQP_URL=amqp://somewhere # the stages here do not care

mkdir "$T/bin"
cp "$ROOT/scripts/dx-run" "$T/bin"
for stage in dx-fetch dx-parse dx-publish; do
	cat >"$T/bin/$stage" <<EOF
#!/bin/bash
[ "\${1:-}" != --help ] || exit 0
trap 'sleep 0.3; echo stopped >"$T/$stage.end"; exit 75' TERM
echo \$\$ >"$T/$stage.new"
mv "$T/$stage.new" "$T/$stage.pid"
while :; do sleep 0.05; done
EOF
	chmod +x "$T/bin/$stage"
done

# shellcheck disable=SC2317 # wait_for calls it
all_there() {
	[ -e "$T/dx-fetch.pid" ] && [ -e "$T/dx-parse.pid" ] && [ -e "$T/dx-publish.pid" ]
}

# Starts dx-run and waits for its stages; $pid is dx-run.
start() {
	rm -f "$T"/*.pid "$T"/*.end
	# A background command of this shell would ignore SIGINT.
	env --default-signal=INT,TERM "$T/bin/dx-run" 2>"$T/err" &
	pid=$!
	wait_for 10 all_there
}

for signal in TERM INT HUP; do
	start
	kill -"$signal" "$pid"
	status=0
	wait "$pid" || status=$?
	equal "$status" 75 "SIG$signal: exits 75"
	equal "$(cat "$T"/*.end)" $'stopped\nstopped\nstopped' "SIG$signal: after every stage ended"
	says '^dx-run: dx-fetch ended with status 75: ' "SIG$signal: says so"
	equal "$(grep -c ^dx-run: "$T/err")" 1 "SIG$signal: in one line"
done

# Twice is as good as once.
start
kill -TERM "$pid"
sleep 0.1
kill -TERM "$pid"
status=0
wait "$pid" || status=$?
equal "$status" 75 'two signals: exits 75'

# One stage that dies takes nothing with it that dx-run does not notice.
start
kill -9 "$(cat "$T/dx-publish.pid")"
kill -TERM "$(cat "$T/dx-fetch.pid")" "$(cat "$T/dx-parse.pid")"
status=0
wait "$pid" || status=$?
equal "$status" 75 'a killed stage: exits 75'
equal "$(wc -l <"$T/err")" 1 'a killed stage: one line, none from bash'
for stage in dx-fetch dx-parse dx-publish; do
	check "$stage is gone" bash -c "! kill -0 $(cat "$T/$stage.pid") 2>/dev/null"
done

# A signal that comes just when the stages are started reaches each of them all the same, and to be asked how far it is
# harms none. What is waited for is that dx-run has an answer to SIGTERM.
for stage in dx-fetch dx-parse dx-publish; do
	printf '#!/bin/bash\n[ "${1:-}" != --help ] || exit 0\nexec sleep 60\n' >"$T/bin/$stage"
done
cat >"$T/early.py" <<'EOF'
import signal, subprocess, sys, time

def answers(pid):
    with open(f"/proc/{pid}/status") as status:
        caught = next(line.split()[1] for line in status if line.startswith("SigCgt"))
    return int(caught, 16) >> (signal.SIGTERM - 1) & 1

ends = set()
for i in range(40):
    run = subprocess.Popen(sys.argv[1:], stderr=subprocess.DEVNULL, start_new_session=True)
    while run.poll() is None and not answers(run.pid):
        pass
    time.sleep(i * 0.0004)
    if i % 3 == 0:
        run.send_signal(signal.SIGUSR1)
        time.sleep(0.05)
    run.send_signal(signal.SIGTERM)
    try:
        ends.add(run.wait(20))
    except subprocess.TimeoutExpired:
        ends.add("it goes on")
        run.send_signal(signal.SIGTERM)
        break
print(*sorted(map(str, ends)))
EOF
equal "$(/usr/bin/python3 "$T/early.py" "$T/bin/dx-run")" 75 'a signal while the stages are started'

# On a terminal that stops what writes to it from the background, and with stages that write.
for stage in dx-fetch dx-parse dx-publish; do
	cat >"$T/bin/$stage" <<EOF
#!/bin/bash
[ "\${1:-}" != --help ] || exit 0
echo $stage writes >&2
[ $stage = dx-fetch ] || cat >/dev/null
sleep 0.2
EOF
done
cat >"$T/terminal.py" <<'EOF'
import os, pty, sys, termios
pid, terminal = pty.fork()
if pid == 0:
    mode = termios.tcgetattr(0)
    mode[3] |= termios.TOSTOP
    termios.tcsetattr(0, termios.TCSANOW, mode)
    os.execv(sys.argv[1], sys.argv[1:])
text = b""
while True:
    try:
        data = os.read(terminal, 4096)
    except OSError:
        break
    if not data:
        break
    text += data
sys.stdout.buffer.write(text.replace(b"\r", b""))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
EOF
run 0 timeout 20 python3 "$T/terminal.py" "$T/bin/dx-run"
equal "$(sort "$T/out")" $'dx-fetch writes\ndx-parse writes\ndx-publish writes' 'stty tostop: every stage is heard'
done_testing
