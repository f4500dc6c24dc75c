# SPDX-License-Identifier: MIT
"""AMQP 0-9-1 on the wire, as far as a broker of a publisher needs it: frames made, frames read."""
import struct

HEADER = b"AMQP\x00\x00\x09\x01"
METHOD, CONTENT, BODY, HEARTBEAT = 1, 2, 3, 8
END = b"\xce"

# What dx-publish sends, by class and method.
NAMES = {
    (10, 11): "start-ok", (10, 31): "tune-ok", (10, 40): "open", (10, 50): "close", (10, 51): "close-ok",
    (20, 10): "channel", (20, 40): "channel-close", (20, 41): "channel-close-ok", (40, 10): "exchange", (50, 10): "queue",
    (50, 20): "bind", (60, 40): "publish", (85, 10): "select",
}


def short(text):
    data = text.encode() if isinstance(text, str) else text
    return bytes([len(data)]) + data


def long(data):
    return struct.pack(">I", len(data)) + data


def frame(kind, channel, payload, end=END):
    return struct.pack(">BHI", kind, channel, len(payload)) + payload + end


def method(channel, cls, number, arguments=b"", end=END):
    return frame(METHOD, channel, struct.pack(">HH", cls, number) + arguments, end)


def nested(levels):
    """The fields of a table that holds a table, and so on."""
    return b"".join(b"\x00F" + struct.pack(">I", 6 * (levels - 1 - i)) for i in range(levels))


def heartbeat():
    return frame(HEARTBEAT, 0, b"")


def start(mechanisms=b"PLAIN AMQPLAIN", major=0, minor=9, properties=b""):
    return method(0, 10, 10, bytes([major, minor]) + long(properties) + long(mechanisms) + long(b"en_US"))


def tune(channel_max=2047, frame_max=131072, heartbeat_s=60):
    return method(0, 10, 30, struct.pack(">HIH", channel_max, frame_max, heartbeat_s))


def connection_close(code, text):
    return method(0, 10, 50, struct.pack(">H", code) + short(text) + struct.pack(">HH", 0, 0))


def channel_close(code, text, channel=1):
    return method(channel, 20, 40, struct.pack(">H", code) + short(text) + struct.pack(">HH", 60, 40))


def blocked(reason="low on memory"):
    return method(0, 10, 60, short(reason))


def unblocked():
    return method(0, 10, 61)


def ack(tag, multiple=False, channel=1):
    return method(channel, 60, 80, struct.pack(">QB", tag, multiple))


def nack(tag, multiple=False, channel=1):
    return method(channel, 60, 120, struct.pack(">QB", tag, multiple))


def content(properties, body, part=None, channel=1):
    """Header and body frames; PROPERTIES are flags and values as they were received."""
    out = frame(CONTENT, channel, struct.pack(">HHQ", 60, 0, len(body)) + properties)
    part = part or max(len(body), 1)
    for at in range(0, len(body), part):
        out += frame(BODY, channel, body[at:at + part])
    return out


def returned(exchange, key, channel=1):
    return method(channel, 60, 50, struct.pack(">H", 312) + short("NO_ROUTE") + short(exchange) + short(key))


# The answers of a broker that is well; tune-ok, close-ok and publish have none of their own.
ANSWERS = {
    "open": method(0, 10, 41, short("")),
    "channel": method(1, 20, 11, long(b"")),
    "channel-close": method(1, 20, 41),
    "select": method(1, 85, 11),
    "exchange": method(1, 40, 11),
    "queue": method(1, 50, 11, short("q") + struct.pack(">II", 0, 0)),
    "bind": method(1, 50, 21),
    "close": method(0, 10, 51),
}


def take_short(data, at):
    return data[at + 1:at + 1 + data[at]], at + 1 + data[at]


def read_publish(arguments):
    """exchange, routing key, mandatory."""
    exchange, at = take_short(arguments, 2)
    key, at = take_short(arguments, at)
    return exchange.decode(), key.decode(), bool(arguments[at] & 1)


def read_properties(data):
    """content_type, content_encoding, delivery_mode, message_id, timestamp, type, app_id: what is there."""
    flags, at = struct.unpack_from(">H", data)[0], 2
    found = {}
    for bit, name in ((15, "content_type"), (14, "content_encoding"), (12, "delivery_mode"), (7, "message_id"),
                      (6, "timestamp"), (5, "type"), (3, "app_id")):
        if not flags & 1 << bit:
            continue
        if name == "delivery_mode":
            found[name], at = data[at], at + 1
        elif name == "timestamp":
            found[name], at = struct.unpack_from(">Q", data, at)[0], at + 8
        else:
            text, at = take_short(data, at)
            found[name] = text.decode()
    return found
