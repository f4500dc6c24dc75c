#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A way to a server that is bad on command.

usage: flaky-proxy.py PORT RATE

Listens on a port of the kernel's choice, which it prints, and hands each connection on to PORT of this machine,
at most RATE bytes a second of it, so that there is always something on the way.
What comes on standard input, a line each, happens to all connections that there are:

reset            both ends are reset
cut              both ends are closed
half N           reset when N more bytes have gone to the server, wherever that is in a frame
delay SECONDS    nothing passes for so long
slice N          the next N bytes to the server, and to the client, pass 1 to 7 at a time
swallow SECONDS  for so long what the server says is thrown away, then a reset
refuse SECONDS   reset, and so is who comes within that time
"""
import asyncio
import random
import socket
import struct
import sys

NEVER = 1 << 62


class Pair:
    """A connection and its counterpart."""

    def __init__(self, proxy, reader, writer):
        self.proxy, self.reader, self.writer = proxy, reader, writer
        self.left = NEVER  # bytes to the server before a reset
        self.deaf = False  # what the server says is thrown away
        self.sliced = {}  # by writer: bytes that still pass in slices
        self.open = asyncio.Event()
        self.open.set()

    async def run(self):
        try:
            back, self.server = await asyncio.open_connection("127.0.0.1", self.proxy.port)
        except OSError:
            self.reset()
            return
        await asyncio.gather(self.pump(self.reader, self.server), self.pump(back, self.writer))

    async def pump(self, reader, writer):
        try:
            while data := await reader.read(1 << 14):
                await self.open.wait()
                if writer is self.server:
                    data = data[: self.left]
                    self.left -= len(data)
                elif self.deaf:
                    continue
                await self.write(writer, data)
                if writer is self.server:
                    await asyncio.sleep(len(data) / self.proxy.rate)
                if self.left == 0:
                    self.reset()
        except OSError:
            pass
        finally:
            self.close()

    async def write(self, writer, data):
        at = 0
        while at < len(data):
            left = self.sliced.get(writer, 0)
            size = random.randint(1, 7) if left > 0 else len(data)
            self.sliced[writer] = left - size
            writer.write(data[at:at + size])
            await writer.drain()
            if left > 0:
                await asyncio.sleep(0)
            at += size

    def close(self):
        for writer in (self.writer, getattr(self, "server", None)):
            if writer is not None:
                writer.close()
        self.proxy.pairs.discard(self)

    def reset(self):
        for writer in (self.writer, getattr(self, "server", None)):
            if writer is not None and (sock := writer.get_extra_info("socket")) and sock.fileno() >= 0:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()
        self.proxy.pairs.discard(self)


class Proxy:
    def __init__(self, port, rate):
        self.port, self.rate, self.pairs, self.refusing = port, rate, set(), False

    async def accept(self, reader, writer):
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        pair = Pair(self, reader, writer)
        self.pairs.add(pair)
        if self.refusing:
            pair.reset()
        else:
            await pair.run()

    def all(self, action):
        for pair in list(self.pairs):
            action(pair)

    async def obey(self, word, number):
        if word in ("reset", "refuse"):
            self.all(Pair.reset)
            self.refusing = word == "refuse"
            await asyncio.sleep(number)
            self.refusing = False
        elif word == "cut":
            self.all(Pair.close)
        elif word == "half":
            self.all(lambda pair: setattr(pair, "left", int(number)))
        elif word == "slice":
            self.all(lambda pair: pair.sliced.update({pair.writer: number, pair.server: number}))
        elif word == "delay":
            self.all(lambda pair: pair.open.clear())
            await asyncio.sleep(number)
            self.all(lambda pair: pair.open.set())
        elif word == "swallow":
            self.all(lambda pair: setattr(pair, "deaf", True))
            await asyncio.sleep(number)
            self.all(lambda pair: pair.deaf and pair.reset())

    async def run(self):
        server = await asyncio.start_server(self.accept, "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        commands = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
        while line := await commands.readline():
            word, number = (line.decode().split() + ["0"])[:2]
            await self.obey(word, float(number))


asyncio.run(Proxy(*map(int, sys.argv[1:])).run())
