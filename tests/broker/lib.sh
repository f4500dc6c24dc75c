# SPDX-License-Identifier: MIT
# A private RabbitMQ node for a test file, in its own folder, on ports that were free, with an epmd of its
# own. The system's service is neither used nor disturbed. Sourced after tests/lib.sh.
#
#   broker_start                 or: broker_start 'max_message_size = 1000'  (lines of rabbitmq.conf)
#   $AMQP                        amqp://guest:guest@127.0.0.1:PORT
#   broker_ctl COMMAND...        rabbitmqctl
#   broker_kill; broker_start    dies by SIGKILL and comes back with what it held
#   amqp ACTION...               tests/tools/amqp-client.py, see there
# shellcheck shell=bash

rabbit=/usr/lib/rabbitmq/bin
node=$T/node
broker_pid=''
epmd_pid=''

# Prints N ports that the kernel says are free.
free_ports() {
	/usr/bin/python3 -c '
import socket, sys
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*(s.getsockname()[1] for s in held))' "$1"
}

# Becomes a program of RabbitMQ with the node's settings, and none of the system's. For a subshell, so
# that the process that is started is the one whose number $! is. What it dumps stays in its folder.
in_node() {
	cd "$node" || exit
	exec env -i PATH=/usr/bin:/bin LANG=C.UTF-8 HOME="$node" \
		ERL_EPMD_PORT="$epmd_port" ERL_EPMD_ADDRESS=127.0.0.1 \
		RABBITMQ_NODENAME="dx$epmd_port@localhost" RABBITMQ_DIST_PORT="$dist_port" \
		RABBITMQ_CONF_ENV_FILE="$node/env.conf" RABBITMQ_CONFIG_FILE="$node/rabbitmq.conf" \
		RABBITMQ_ADVANCED_CONFIG_FILE="$node/none" RABBITMQ_ENABLED_PLUGINS_FILE="$node/plugins" \
		RABBITMQ_MNESIA_BASE="$node/mnesia" RABBITMQ_LOG_BASE="$node/log" \
		RABBITMQ_PID_FILE="$node/pid" RABBITMQ_GENERATED_CONFIG_DIR="$node/generated" \
		RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none' \
		"$@"
}

broker_ready() {
	grep -q 'Server startup complete' "$node/console" || ! kill -0 "$broker_pid"
}

# Starts the node; each argument is lines for its configuration. The same folder, ports and
# configuration when it is started again.
broker_start() {
	if [ ! -d "$node" ]; then
		mkdir -p "$node"
		read -r epmd_port dist_port amqp_port <<<"$(free_ports 3)"
		AMQP=amqp://guest:guest@127.0.0.1:$amqp_port
		printf '[].\n' >"$node/plugins"
		: >"$node/env.conf"
		printf '%s\n' "listeners.tcp.local = 127.0.0.1:$amqp_port" 'log.file = false' \
			'log.console = true' 'log.console.level = info' 'disk_free_limit.absolute = 10MB' \
			'vm_memory_high_watermark.absolute = 2GB' "$@" >"$node/rabbitmq.conf"
		in_node epmd -port "$epmd_port" -address 127.0.0.1 >"$node/epmd" 2>&1 &
		epmd_pid=$!
		at_end broker_stop
	fi
	: >"$node/console"
	in_node "$rabbit/rabbitmq-server" >"$node/console" 2>&1 &
	broker_pid=$!
	wait_for 60 broker_ready
	if ! grep -q 'Server startup complete' "$node/console"; then
		note "the broker did not start: $(tail -n 20 "$node/console")"
		exit 1
	fi
}

# Without a broker on this machine the tests of this file are skipped.
broker_needed() {
	if [ ! -x "$rabbit/rabbitmq-server" ] || ! /usr/bin/python3 -c 'import pika' 2>/dev/null; then
		echo '1..0 # SKIP rabbitmq-server or python3-pika is not installed'
		exit 0
	fi
}

broker_ctl() {
	(in_node "$rabbit/rabbitmqctl" --quiet "$@")
}

# $broker_pid is a shell that waits for the node; the node wrote its own number down.
broker_kill() {
	kill -KILL "$(cat "$node/pid")" 2>/dev/null
	wait "$broker_pid" 2>/dev/null
	broker_pid=''
}

broker_stop() {
	[ -z "$broker_pid" ] || broker_kill
	[ -z "$epmd_pid" ] || kill "$epmd_pid" 2>/dev/null
	[ -z "$epmd_pid" ] || wait "$epmd_pid" 2>/dev/null
}

amqp() {
	"$ROOT/tests/tools/amqp-client.py" "$AMQP" "$@"
}
