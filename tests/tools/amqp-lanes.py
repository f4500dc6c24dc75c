#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Run dx-publish --connections against a broker that is late or silent on some of them.

usage: amqp-lanes.py late|silent

late    the first of two connections answers nothing: prints how many records came in all, once no more do
silent  none of eight does: prints the seconds from SIGTERM to the end

Records by hand, more than any window here; --window is 100. dx-publish comes from PATH.
"""
import asyncio
import signal
import sys
import time

import amqp_peer
from amqp_peer import Plan

RECORDS = 20000
QUIET = 1.5  # seconds without a record, after which no more are expected


async def feed(process):
    try:
        for number in range(RECORDS):
            process.stdin.write(b'{"id":"%d","text":"%s"}\n' % (number, b"x" * 100))
            if number % 50 == 0:
                await process.stdin.drain()
        process.stdin.close()
    except OSError:
        pass


async def main(what):
    late = what == "late"
    connections = 2 if late else 8
    plans = [Plan(acks=amqp_peer.never()), Plan()] if late else [Plan(acks=amqp_peer.never(), at={
        1: [amqp_peer.left()]})] * connections
    peer = amqp_peer.Peer(plans)
    server = asyncio.create_task(peer.run())
    process = await asyncio.create_subprocess_exec(
        "dx-publish", "-t", "artists", "-u", f"amqp://127.0.0.1:{peer.port}", "--window", "100", "--connections",
        str(connections), "--heartbeat", "0", stdin=asyncio.subprocess.PIPE)
    feeder = asyncio.create_task(feed(process))
    came, since = 0, time.monotonic()
    while not came or time.monotonic() - since < QUIET:
        await asyncio.sleep(0.05)
        if len(peer.received) != came:
            came, since = len(peer.received), time.monotonic()
        if process.returncode is not None or came == RECORDS:
            break
    began = time.monotonic()
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
    await process.wait()
    print(came if late else f"{time.monotonic() - began:.0f}")
    feeder.cancel()
    server.cancel()
    await asyncio.wait([server, feeder])
    peer.close()


asyncio.run(main(sys.argv[1]))
