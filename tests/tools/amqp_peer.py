# SPDX-License-Identifier: MIT
"""A broker that does what a script says, and remembers what it was sent and what it answered.

A Peer listens; each connection it accepts plays the next Plan. A plan is a broker that is well but for what is
written in it: other acks, and at some points actions in place of an answer.
"""
import asyncio
import dataclasses
import fcntl
import random
import socket
import struct
import termios
import time

import amqp_wire as wire

TICK = 0.03  # a pause in which acks that were kept back are sent


class Over(Exception):
    """The plan has come to the end of its connection: how it ends, "fin" or "rst"."""


@dataclasses.dataclass
class Plan:
    """One connection. `at`: actions before the answer to a method of dx-publish, by its name, in place of the
    answer; or when so many messages came, before they are answered."""

    at: dict = dataclasses.field(default_factory=dict)
    acks: object = None  # what answers messages, see below; None: each by itself
    tune: tuple = (2047, 131072, 60)
    start: bytes = wire.start()
    chunk: int = 0  # bytes that leave at once, 0: all
    cut: int = -1  # the connection ends after so many bytes of ours
    ends: str = "fin"  # and how
    beats: bool = True  # whether it sends heartbeats


@dataclasses.dataclass
class Message:
    exchange: str
    key: str
    properties: bytes  # as they came, to be sent back
    fields: dict
    body: bytes = b""
    size: int = 0
    sent_back: bool = False  # with this tag

    def name(self):
        """The same for each try: message_id, and for a control message where it went."""
        return self.fields.get("message_id") or f"{self.fields.get('type')} to {self.exchange}"


# --- what answers messages: a function of (connection, unanswered tags, seconds since the last one came) that
# --- returns operations ("ack", tag, multiple), ("nack", tag, multiple), ("return", tag)

def each():
    return lambda c, tags, idle: [("ack", t, False) for t in tags]


def groups(size, order):
    """Waits for SIZE messages or a pause, then answers as ORDER, a function of the tags, says."""
    return lambda c, tags, idle: order(tags) if tags and (len(tags) >= size or idle > TICK / 2) else []


def multiple(size):
    return groups(size, lambda tags: [("ack", tags[-1], True)])


def reverse(size):
    return groups(size, lambda tags: [("ack", t, False) for t in reversed(tags)])


def singles_then_multiple(size):
    """Some alone, from the top; then all up to the last, those included."""
    return groups(size, lambda tags: [("ack", t, False) for t in tags[::-3]] + [("ack", tags[-1], True)])


def late(seconds):
    """Nothing as long as messages come, and for so long afterwards."""
    return lambda c, tags, idle: [("ack", tags[-1], True)] if tags and idle >= seconds else []


def never():
    return lambda c, tags, idle: []


def mixed(seed, bad=("ack",)):
    """Tags in a random order, alone and with all below; BAD may hold nack and return."""
    rng = random.Random(seed)

    def answer(c, tags, idle):
        left, operations = list(tags), []
        if len(tags) < rng.randint(1, 12) and idle < TICK / 2:
            return []
        while left:
            tag = rng.choice(left)
            kind = rng.choice(bad) if tag % 20 == 0 else "ack"
            some = kind != "return" and rng.random() < 0.3
            operations.append((kind, tag, some) if kind != "return" else (kind, tag))
            if kind != "return":
                left = [t for t in left if t > tag] if some else [t for t in left if t != tag]
            else:
                left.remove(tag)
                operations.append(("ack", tag, False))
        return operations
    return answer


def amiss(kind, which, times=1, base=None, ahead=False):
    """Messages in WHICH, by their number among the records or by their name, come to a bad end the first TIMES
    times: KIND is nack, return (and ack), or both (return and nack); before the others are answered, or after."""
    base = base or each()

    def answer(c, tags, idle):
        bad = [t for t in tags if c.messages[t].name() in map(c.peer.name_of, which)
               and c.peer.tries[c.messages[t].name()] <= times]
        operations = []
        for tag in bad:
            if kind in ("return", "both"):
                operations.append(("return", tag))
            operations.append(("ack" if kind == "return" else "nack", tag, False))
        others = base(c, [t for t in tags if t not in bad], idle)
        return operations + others if ahead else others + operations
    return answer


# --- actions: functions of the connection

def answer(c):
    return c.answer()


def send(*parts):
    async def act(c):
        for part in parts:
            await c.write(part)
    return act


def pause(seconds):
    """Neither reads nor writes, but for heartbeats."""
    return lambda c: asyncio.sleep(seconds)


def listen(seconds):
    """Reads, and does not answer."""
    return lambda c: c.listen(seconds)


def over(how="fin"):
    async def act(c):
        raise Over(how)
    return act


def left():
    """Reads what comes, answers nothing, until dx-publish goes."""
    async def act(c):
        await c.listen(30)
        raise Over("fin")
    return act


def no_beats():
    async def act(c):
        c.beats = False
        c.peer.silent_since = c.wrote
    return act


def silence():
    """No sign of life, until dx-publish goes."""
    async def act(c):
        await no_beats()(c)
        await c.listen(30)
        c.peer.silent_for = time.monotonic() - c.peer.silent_since
        raise Over("fin")
    return act


def half_close():
    """Says that nothing more will come, and goes on reading."""
    async def act(c):
        c.sock.shutdown(socket.SHUT_WR)
    return act


def close_connection(code, text):
    async def act(c):
        await c.write(wire.connection_close(code, text))
        await c.expect("close-ok")
        raise Over("fin")
    return act


def close_channel(code, text):
    """And leaves the connection to dx-publish, which may go on with it."""
    async def act(c):
        await c.write(wire.channel_close(code, text))
        await c.expect("channel-close-ok")
        c.forget()
    return act


def broken(part, how="fin"):
    """PART, which is not whole, and the end."""
    async def act(c):
        await c.write(part)
        raise Over(how)
    return act


def answers(*operations):
    """As if a policy had said so; tags may be of messages that never came."""
    async def act(c):
        for operation in operations:
            await c.operate(operation)
    return act


def change(**fields):
    """From now on the plan has other FIELDS."""
    async def act(c):
        c.plan = dataclasses.replace(c.plan, **fields)
    return act


def block(seconds, reason="low on memory"):
    """connection.blocked, and what comes meanwhile is watched; then unblocked."""
    async def act(c):
        await c.write(wire.blocked(reason))
        await c.serve(0.5)  # what was on its way
        before, began = c.published, time.monotonic()
        await c.serve(seconds)
        if c.published != before:
            c.peer.wrong(f"{c.published - before} messages came while it was blocked")
        c.peer.check_beats(c, began, time.monotonic())
        await c.write(wire.unblocked())
    return act


def send_returned(tag, part=None, between=b"", exchange=None):
    """basic.return in frames of PART bytes with BETWEEN between them. No ack."""
    async def act(c):
        m = c.messages[tag]
        m.sent_back = exchange is None
        await c.write(wire.returned(m.exchange if exchange is None else exchange, m.key) + between)
        head = wire.content(m.properties, m.body, part)
        size = 8 + 12 + len(m.properties)
        await c.write(head[:size] + between)
        rest = head[size:]
        step = (part or len(m.body)) + 8
        for at in range(0, len(rest), step):
            await c.write(rest[at:at + step] + between)
    return act


def signal(number):
    async def act(c):
        c.peer.signal(number)
    return act


def feed(c):
    """Lets the input go on that was held."""
    c.peer.fed.set()
    return asyncio.sleep(0)


class Connection:
    """One connection of dx-publish, from accept to its end."""

    def __init__(self, peer, sock, plan, number):
        self.peer, self.sock, self.plan, self.number = peer, sock, plan, number
        self.beats, self.written, self.lock = plan.beats, 0, asyncio.Lock()
        self.buffer, self.header = b"", False
        self.forget()
        # `tag` is the last, `messages` those that are not answered, by tag, `early` tags that were acked before
        # their message was whole, `partial` a message that is not whole yet
        self.published = 0
        self.frame_max, self.heartbeat_s = 131072, 0
        self.arrived = self.wrote = time.monotonic()  # the last message, and the last bytes of ours
        self.beat_times, self.done = [], set()

    def forget(self):
        """The channel is closed: tags start again."""
        self.tag, self.messages, self.early, self.partial = 0, {}, set(), None

    async def write(self, data):
        async with self.lock:
            cut = self.plan.cut
            if 0 <= cut < self.written + len(data):
                await self.push(data[:cut - self.written])
                raise Over(self.plan.ends)
            await self.push(data)

    async def push(self, data):
        loop, step = asyncio.get_running_loop(), self.plan.chunk or len(data) or 1
        for at in range(0, len(data), step):
            part = data[at:at + step]
            try:
                part = part[self.sock.send(part):]
            except BlockingIOError:
                pass
            if part:
                await loop.sock_sendall(self.sock, part)
        self.written += len(data)
        self.wrote = time.monotonic()

    async def beat(self):
        """Heartbeats, as often as was agreed upon."""
        while True:
            await asyncio.sleep((self.heartbeat_s or 1) / 2)
            if not self.beats or not self.heartbeat_s:
                continue
            try:
                await self.write(wire.heartbeat())
            except Over:
                self.sock.shutdown(socket.SHUT_RDWR)

    async def read(self, seconds):
        """More bytes, b"" when there was nothing for so long; ends the connection when dx-publish does."""
        loop = asyncio.get_running_loop()
        try:
            data = await asyncio.wait_for(loop.sock_recv(self.sock, 1 << 20), seconds)
        except asyncio.TimeoutError:
            return b""
        if not data:
            raise Over("fin")
        self.buffer += data
        return data

    async def listen(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                await self.read(end - time.monotonic())
            except (Over, OSError):
                return
            self.buffer = b""

    def next_frame(self):
        """(kind, channel, payload), or None."""
        if not self.header:
            if len(self.buffer) < 8:
                return None
            if self.buffer[:8] != wire.HEADER:
                self.peer.wrong("no protocol header")
            self.buffer, self.header = self.buffer[8:], True
            return "header", 0, b""
        if len(self.buffer) < 7:
            return None
        kind, channel, size = struct.unpack_from(">BHI", self.buffer)
        if size + 8 > self.frame_max:
            self.peer.wrong(f"a frame of {size + 8} bytes")
            raise Over("fin")
        if len(self.buffer) < size + 8:
            return None
        payload, end = self.buffer[7:7 + size], self.buffer[7 + size:8 + size]
        self.buffer = self.buffer[8 + size:]
        if end != wire.END:
            self.peer.wrong("a frame without its end")
            raise Over("fin")
        return kind, channel, payload

    async def expect(self, name):
        """Reads up to the method NAME, which dx-publish owes us."""
        end = time.monotonic() + 3
        while time.monotonic() < end:
            found = self.next_frame()
            if found and found[0] == wire.METHOD and wire.NAMES.get(struct.unpack_from(">HH", found[2])) == name:
                return
            if not found:
                try:
                    await self.read(0.2)
                except (Over, OSError):
                    break
        self.peer.wrong(f"no {name}")
        raise Over("fin")

    async def act(self, point):
        """The actions at POINT, once; whether there are any."""
        if point not in self.plan.at or point in self.done:
            return False
        self.done.add(point)
        self.peer.reached.add((self.number, point))
        self.point = point
        for action in self.plan.at[point]:
            await action(self)
        return True

    async def answer(self, point=None):
        point = point or self.point
        if point == "header":
            await self.write(self.plan.start)
        elif point == "start-ok":
            await self.write(wire.tune(*self.plan.tune))
        elif point in wire.ANSWERS:
            await self.write(wire.ANSWERS[point])
        if point == "channel-close":
            self.forget()
        if point == "close":
            raise Over("fin")

    async def take(self, kind, channel, payload):
        if kind == "header":
            await self.act("header") or await self.answer("header")
        elif kind == wire.HEARTBEAT:
            self.beat_times.append(time.monotonic())
        elif kind == wire.METHOD:
            await self.take_method(channel, struct.unpack_from(">HH", payload), payload[4:])
        elif self.partial is None:
            self.peer.wrong("content without basic.publish")
        elif kind == wire.CONTENT:
            self.partial.size = struct.unpack_from(">HHQ", payload)[2]
            self.partial.properties = payload[12:]
            self.partial.fields = wire.read_properties(payload[12:])
        else:
            self.partial.body += payload
            if len(self.partial.body) >= self.partial.size:
                await self.take_message()

    async def take_method(self, channel, number, arguments):
        name = wire.NAMES.get(number, str(number))
        if channel != (0 if number[0] == 10 else 1):
            self.peer.wrong(f"{name} on channel {channel}")
        if self.partial is not None:
            self.peer.wrong(f"{name} within a message")
        if name == "tune-ok":
            self.agree(*struct.unpack(">HIH", arguments))
        if name == "publish":
            exchange, key, mandatory = wire.read_publish(arguments)
            if not mandatory:
                self.peer.wrong("a message that is not mandatory")
            self.partial = Message(exchange, key, b"", {})
        if name == "channel-close":
            if self.messages:
                self.peer.wrong(f"a channel is closed with {len(self.messages)} messages unanswered")
            self.messages, self.tag = {}, 0
        await self.act(name) or await self.answer(name)

    def agree(self, channel_max, frame_max, heartbeat_s):
        offered = self.plan.tune
        if not 1 <= channel_max <= (offered[0] or 65535) or not 4096 <= frame_max <= (offered[1] or 1 << 32):
            self.peer.wrong(f"tune-ok {channel_max} {frame_max} {heartbeat_s} to {offered}")
        self.frame_max, self.heartbeat_s = frame_max, heartbeat_s
        self.peer.agreed.append((channel_max, frame_max, heartbeat_s))

    async def take_message(self):
        message, self.partial = self.partial, None
        if len(message.body) != message.size:
            self.peer.wrong("a body that is not as long as its header says")
        self.tag, self.published, self.arrived = self.tag + 1, self.published + 1, time.monotonic()
        self.messages[self.tag] = message
        self.peer.receive(message)
        if self.tag in self.early:
            self.peer.confirm(self.messages.pop(self.tag))
        await self.act(self.published)
        await self.reply()

    async def reply(self):
        policy = self.plan.acks or each()
        # What has been returned is in the hands of the script.
        tags = [t for t, m in self.messages.items() if not m.sent_back]
        for operation in policy(self, tags, time.monotonic() - self.arrived):
            await self.operate(operation)

    async def operate(self, operation):
        kind, tag, *rest = operation
        if kind == "return":
            await send_returned(tag)(self)
            return
        some = bool(rest and rest[0])
        await self.write((wire.ack if kind == "ack" else wire.nack)(tag, some))
        # One that names no message, or more than came, must not count.
        if kind == "ack" and tag == self.tag + 1 and self.partial:
            self.early.add(tag)
        for t in [t for t in self.messages if t <= tag <= self.tag and (some or t == tag)]:
            message = self.messages.pop(t)
            if kind == "ack" and not message.sent_back:
                self.peer.confirm(message)

    async def serve(self, seconds=None):
        """As a broker does, for so long."""
        end = time.monotonic() + seconds if seconds else None
        while end is None or time.monotonic() < end:
            found = self.next_frame()
            if found:
                await self.take(*found)
            elif not await self.read(TICK):
                await self.reply()

    async def run(self):
        beats = asyncio.create_task(self.beat())
        try:
            await self.serve()
        except Over as how:
            await self.end(str(how))
        except OSError:
            self.sock.close()
        except Exception as error:  # a mistake in the script
            self.peer.wrong(f"the script itself: {error!r}")
            self.sock.close()
        finally:
            beats.cancel()

    async def end(self, how):
        if how == "rst":
            # A reset throws away what has not left; what counts as sent has to have left.
            unsent = bytearray(4)
            for _ in range(300):
                fcntl.ioctl(self.sock, termios.TIOCOUTQ, unsent)
                if not any(unsent):
                    break
                await asyncio.sleep(0.01)
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            try:
                self.sock.shutdown(socket.SHUT_WR)
                await self.listen(2)  # or close(2) would be a reset
            except OSError:
                pass
        self.sock.close()


class Peer:
    """Listens on a port of the kernel's choice, or at LISTENER, and plays PLANS; when they are all played, the last
    if FOREVER, else a broker that is well."""

    def __init__(self, plans, forever=False, small=False, listener=None):
        self.plans, self.forever = plans, forever
        self.listener = listener or socket.create_server(("127.0.0.1", 0))
        if small:  # so that little fits between the two; segments of 64 KiB would make it crawl
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            self.listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1400)
        self.listener.setblocking(False)
        self.port = self.listener.getsockname()[1]
        self.connections, self.tasks = 0, []
        self.received, self.tries = [], {}  # Messages in order; how often each name came
        self.confirmed, self.again = {}, []  # names that are; those that came once more afterwards
        self.wrongs, self.reached, self.agreed = [], set(), []
        self.silent_since = self.silent_for = None
        self.fed, self.process, self.signalled = asyncio.Event(), None, None
        self.names = []

    def name_of(self, number):
        return number if isinstance(number, str) else self.names[number]

    def wrong(self, text):
        self.wrongs.append(text)

    def receive(self, message):
        name = message.name()
        self.tries[name] = self.tries.get(name, 0) + 1
        if name in self.confirmed:
            self.again.append(name)
        self.received.append(message)

    def confirm(self, message):
        self.confirmed[message.name()] = self.confirmed.get(message.name(), 0) + 1

    def check_beats(self, connection, began, ended):
        """Heartbeats came, none later than agreed, and a quarter of a second for a busy machine."""
        times = [began, *(t for t in connection.beat_times if began <= t <= ended), ended]
        gap = max(b - a for a, b in zip(times, times[1:]))
        if connection.heartbeat_s and gap > 2 * connection.heartbeat_s:
            self.wrong(f"no heartbeat for {gap:.1f} s of {connection.heartbeat_s}")
        if connection.heartbeat_s and len(times) - 2 < (ended - began) / connection.heartbeat_s - 1:
            self.wrong(f"only {len(times) - 2} heartbeats in {ended - began:.1f} s")

    def signal(self, number):
        self.signalled = time.monotonic()
        self.process.send_signal(number)

    async def run(self):
        loop = asyncio.get_running_loop()
        while True:
            sock, _ = await loop.sock_accept(self.listener)
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            n = self.connections
            plan = self.plans[n] if n < len(self.plans) else self.plans[-1] if self.forever else Plan()
            self.connections += 1
            if n >= len(self.plans):
                self.fed.set()
            self.tasks.append(asyncio.create_task(Connection(self, sock, plan, n).run()))

    def close(self):
        for task in self.tasks:
            task.cancel()
        self.listener.close()
