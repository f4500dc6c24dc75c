#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Hand connections over to a program, a new process for each, as socket units and inetd do.

usage: handover.py systemd|inetd COUNT COMMAND [ARGUMENT...]

Listens on a port of the kernel's choice on 127.0.0.1 and prints it. Each of COUNT connections becomes descriptor 3
with LISTEN_FDS and LISTEN_PID (systemd), or standard input, output and error (inetd), of COMMAND. Prints the exit status
of each process, in the order in which they end.
"""
import os
import socket
import sys


def start(mode, connection, command):
    child = os.fork()
    if child:
        return
    if mode == "systemd":
        os.dup2(connection.fileno(), 3)
        os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
    else:
        for descriptor in (0, 1, 2):
            os.dup2(connection.fileno(), descriptor)
    os.execvp(command[0], command)


def main():
    mode, count, command = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    for _ in range(count):
        connection = listener.accept()[0]
        start(mode, connection, command)
        connection.close()
    for _ in range(count):
        print(os.waitstatus_to_exitcode(os.wait()[1]), flush=True)


main()
