#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A service manager that only listens: prints each message of sd_notify(3) as a line.

usage: notify-listen.py SOCKET
"""
import socket
import sys

with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
    manager.bind(sys.argv[1])
    while True:
        print(manager.recv(4096).decode(), flush=True)
