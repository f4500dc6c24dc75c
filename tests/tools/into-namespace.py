#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes ports of this machine's loopback reachable in the network namespace of another process.

usage: into-namespace.py PID PORT...

Listens there on 127.0.0.1 and carries each connection to the same port here, until it is killed. Prints a line
when it listens.
"""
import ctypes
import os
import selectors
import socket
import sys
import threading

CLONE_NEWNET = 0x40000000


def enter(path):
    libc = ctypes.CDLL(None, use_errno=True)
    fd = os.open(path, os.O_RDONLY)
    if libc.setns(fd, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns", path)
    os.close(fd)


def carry(source, sink):
    """One direction; the end of one side is the end of the other."""
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        for end in (source, sink):
            end.close()


def main():
    pid, ports = sys.argv[1], [int(port) for port in sys.argv[2:]]
    here = f"/proc/{os.getpid()}/fd/{os.open('/proc/self/ns/net', os.O_RDONLY)}"
    enter(f"/proc/{pid}/ns/net")
    listeners = [socket.create_server(("127.0.0.1", port)) for port in ports]
    enter(here)
    selector = selectors.DefaultSelector()
    for listener, port in zip(listeners, ports):
        selector.register(listener, selectors.EVENT_READ, port)
    print("listening", flush=True)
    while True:
        for key, _ in selector.select():
            client = key.fileobj.accept()[0]
            server = socket.create_connection(("127.0.0.1", key.data))
            for pair in ((client, server), (server, client)):
                threading.Thread(target=carry, args=pair, daemon=True).start()


main()
