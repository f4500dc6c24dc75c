# SPDX-License-Identifier: MIT
# Private RabbitMQ nodes for a test file, each in its own folder, on ports that were free, with an epmd of
# their own. The system's service is neither used nor disturbed. Sourced after tests/lib.sh.
#
#   broker_start                 or: broker_start 'max_message_size = 1000'  (lines of rabbitmq.conf)
#   $AMQP                        amqp://guest:guest@127.0.0.1:PORT
#   broker_ctl COMMAND...        rabbitmqctl
#   broker_kill; broker_start    dies by SIGKILL and comes back with what it held
#   amqp ACTION...               tests/tools/amqp-client.py, see there
#
#   cluster_start one two three  these nodes as a cluster; $AMQP is the first, $CLUSTER all, with commas
#   on two broker_kill           any of the above, of that node
#
# shellcheck shell=bash

rabbit=/usr/lib/rabbitmq/bin
node=$T/node # the folder of the node that is meant
schedulers=2 # of each node
epmd_port=''
epmd_pid=''
declare -A broker_pids=() # by folder: a shell that waits for the node; the node writes down its own

# Prints N ports that the kernel says are free.
free_ports() {
	/usr/bin/python3 -c '
import socket, sys
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*(s.getsockname()[1] for s in held))' "$1"
}

# on NAME COMMAND...: COMMAND, one of these functions, is about the node NAME.
on() {
	local node=$T/$1
	shift
	"$@"
}

node_name() {
	echo "$(basename "$node")-$epmd_port@localhost"
}

node_url() {
	local dist_port amqp_port
	read -r dist_port amqp_port <"$node/ports"
	echo "amqp://guest:guest@127.0.0.1:$amqp_port"
}

# Becomes a program of RabbitMQ with the node's settings, and none of the system's. For a subshell, so
# that the process that is started is the one whose number $! is. What it dumps stays in its folder.
# The home, with the cookie by which nodes know each other, is the same for all.
in_node() {
	local dist_port amqp_port
	cd "$node" && read -r dist_port amqp_port <ports || exit
	exec env -i PATH=/usr/bin:/bin LANG=C.UTF-8 HOME="$T/home" \
		ERL_EPMD_PORT="$epmd_port" ERL_EPMD_ADDRESS=127.0.0.1 \
		RABBITMQ_NODENAME="$(node_name)" RABBITMQ_DIST_PORT="$dist_port" \
		RABBITMQ_CONF_ENV_FILE="$node/env.conf" RABBITMQ_CONFIG_FILE="$node/rabbitmq.conf" \
		RABBITMQ_ADVANCED_CONFIG_FILE="$node/none" RABBITMQ_ENABLED_PLUGINS_FILE="$node/plugins" \
		RABBITMQ_MNESIA_BASE="$node/mnesia" RABBITMQ_LOG_BASE="$node/log" \
		RABBITMQ_PID_FILE="$node/pid" RABBITMQ_GENERATED_CONFIG_DIR="$node/generated" \
		RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="+S $schedulers:$schedulers +sbwt none +sbwtdcpu none +sbwtdio none \
			-kernel inet_dist_use_interface {127,0,0,1}" \
		"$@"
}

# Makes the node's folder; each argument is lines for its configuration.
broker_prepare() {
	local dist_port amqp_port
	mkdir -p "$node" "$T/home"
	read -r dist_port amqp_port <<<"$(free_ports 2)"
	echo "$dist_port $amqp_port" >"$node/ports"
	printf '[].\n' >"$node/plugins"
	: >"$node/env.conf"
	printf '%s\n' "listeners.tcp.local = 127.0.0.1:$amqp_port" 'log.file = false' \
		'log.console = true' 'log.console.level = info' 'disk_free_limit.absolute = 10MB' \
		'vm_memory_high_watermark.absolute = 2GB' "$@" >"$node/rabbitmq.conf"
	[ -z "$epmd_pid" ] || return 0
	read -r epmd_port <<<"$(free_ports 1)"
	printf 'dx%s%s' "$RANDOM" "$RANDOM" >"$T/home/.erlang.cookie"
	chmod 400 "$T/home/.erlang.cookie"
	in_node epmd -port "$epmd_port" -address 127.0.0.1 >"$node/epmd" 2>&1 &
	epmd_pid=$!
	at_end brokers_stop
}

broker_launch() {
	: >"$node/console"
	in_node "$rabbit/rabbitmq-server" >"$node/console" 2>&1 &
	broker_pids[$node]=$!
}

broker_ready() {
	grep -q 'Server startup complete' "$node/console" || ! kill -0 "${broker_pids[$node]}"
}

broker_await() {
	wait_for 60 broker_ready
	if ! grep -q 'Server startup complete' "$node/console"; then
		note "$(node_name) did not start: $(tail -n 20 "$node/console")"
		exit 1
	fi
}

# Starts the node; each argument is lines for its configuration. The same folder, ports and
# configuration when it is started again.
broker_start() {
	if [ ! -d "$node" ]; then
		broker_prepare "$@"
		AMQP=$(node_url)
		read -r _ amqp_port <"$node/ports"
	fi
	broker_launch
	broker_await
}

# Starts a cluster of these nodes: the first alone, then the others at once, which find it in their
# configuration. Were all started at once, they would wait for each other.
cluster_start() {
	local name
	schedulers=1
	on "$1" broker_start
	node=$T/$1
	CLUSTER=$AMQP
	for name in "${@:2}"; do
		on "$name" broker_prepare 'cluster_formation.peer_discovery_backend = classic_config' \
			"cluster_formation.classic_config.nodes.1 = $(node_name)"
		on "$name" broker_launch
		CLUSTER+=,$(on "$name" node_url)
	done
	for name in "${@:2}"; do
		on "$name" broker_await
	done
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

# Kills a process and what it started.
kill_tree() {
	local child
	for child in $(pgrep -P "$1"); do
		kill_tree "$child"
	done
	kill -KILL "$1" 2>/dev/null
}

broker_kill() {
	if [ -e "$node/pid" ]; then
		kill -KILL "$(cat "$node/pid")" 2>/dev/null
	else
		kill_tree "${broker_pids[$node]}" # it was still starting
	fi
	wait "${broker_pids[$node]}" 2>/dev/null
	unset "broker_pids[$node]"
}

brokers_stop() {
	local node
	for node in "${!broker_pids[@]}"; do
		broker_kill
	done
	[ -z "$epmd_pid" ] || kill "$epmd_pid" 2>/dev/null # it may have left with the last node
	[ -z "$epmd_pid" ] || wait "$epmd_pid" 2>/dev/null
}

amqp() {
	"$ROOT/tests/tools/amqp-client.py" "$AMQP" "$@"
}
