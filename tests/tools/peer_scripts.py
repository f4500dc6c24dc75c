# SPDX-License-Identifier: MIT
"""What the broker of tests/fault/publish-peer.t does, and how dx-publish has to end: a Script each."""
import dataclasses
import signal as signals
import struct

import amqp_wire as wire
from amqp_peer import (
    Plan, amiss, answer, answers, block, broken, change, close_channel, close_connection, each, feed, half_close,
    late, left, listen, mixed, multiple, never, no_beats, over, pause, reverse, send, send_returned, signal, silence,
    singles_then_multiple)

# What dx-publish says, as patterns.
AGAIN = "trying again for up to"


def lost(why):
    """The first time that a connection cannot be had or is lost."""
    return f"{why}; {AGAIN}"


def said(why, status):
    """The same, or the last word if no other try can help."""
    return why + "$" if status else lost(why)


LOST = (lost(""), "connected again")
SILENT = lost("no sign of life for [23] s")
NO_AMQP = "what it sent is no AMQP"
NO_QUEUE = "no queue is bound"
NEVER_SENT = lost("returned a message that was never sent")
REFUSED = ("refused messages", "taken again")
UNROUTED = (NO_QUEUE, "taken again")
BLOCKED = ("takes nothing for now", "takes messages again")


@dataclasses.dataclass
class Script:
    """Connections play PLANS in turn, then the broker is well, or goes on with the last if FOREVER. dx-publish
    must end with STATUS and have said what matches SAYS, or nothing if there is none."""

    name: str
    plans: list
    status: int = 0
    says: tuple = ()
    full: bool = False  # only under FULL=1
    options: dict = dataclasses.field(default_factory=dict)  # of dx-publish, over the runner's; None: has no value
    records: int = 200
    size: int = 100
    hold: int = -1  # after so many records the input waits for the action `feed`, or until all plans are played
    within: float = 20  # seconds from start to end
    forever: bool = False
    small: bool = False  # socket buffers
    connections: int = 0  # how many there must be, 0: one for each plan, and one more after faults
    rejected: tuple = ()  # numbers of records that are to be rejected
    silent_for: float = 0  # so long at least, and not much longer, until a silent broker is left
    agreed: tuple = ()  # channel_max, frame_max, heartbeat of the first tune-ok


SCRIPTS = []


def script(name, *plans, **fields):
    SCRIPTS.append(Script(name, list(plans), **fields))


def at(point, *actions, **fields):
    return Plan(at={point: actions}, **fields)


# --- answers in all orders: no fault at all

script("well", Plan())
script("ack-multiple", Plan(acks=multiple(7)))
script("ack-multiple-window", Plan(acks=multiple(50)))
script("ack-reverse", Plan(acks=reverse(9)))
script("ack-reverse-window", Plan(acks=reverse(50)))
script("ack-singles-then-multiple", Plan(acks=singles_then_multiple(12)))
script("ack-late", Plan(acks=late(0.3)), records=120)
script("ack-later-than-heartbeat", Plan(acks=late(3)), records=40)
for seed in range(4):
    script(f"ack-mixed-{seed}", Plan(acks=mixed(seed)))
for seed in range(4, 30):
    script(f"ack-mixed-{seed}", Plan(acks=mixed(seed)), full=True)
script("ack-before-content", at("publish", answers(("ack", 1, False))), records=1)
script("ack-before-login-is-over", at("select", answer, answers(("ack", 0, True)), left()),
       says=(lost("answered with AMQP_BASIC_ACK_METHOD"),))
script("bytes-one-by-one", Plan(chunk=1, acks=reverse(10)), records=60)
script("bytes-three-by-three", Plan(chunk=3, acks=mixed(1)), records=100)
script("large-window", Plan(acks=reverse(200)), options={"--window": 4096})
script("window-of-one", Plan(acks=each()), options={"--window": 1}, records=60)
script("bodies-in-many-frames", Plan(tune=(0, 4096, 0), acks=mixed(2)), size=9000, records=60)

# --- answers that make no sense: the connection is left, nothing of that counts

for name, operations in {
        "twice": [("ack", 30, False), ("ack", 30, False)],
        "too-high": [("ack", 31, False)],
        "too-high-multiple": [("ack", 3000, True)],
        "highest": [("ack", 2 ** 64 - 1, True)],
        "zero": [("ack", 0, False)],
        # "All that are outstanding": more have been sent than this broker has read, and nobody knows which it means.
        "zero-multiple": [("ack", 0, True)],
        "zero-multiple-nack": [("nack", 0, True)],
        "nack-too-high": [("nack", 31, False)],
        "nack-too-high-multiple": [("nack", 3000, True)],
        "nack-of-acked": [("ack", 30, False), ("nack", 30, False)]}.items():
    script(f"tag-{name}", at(30, *map(answers, operations), left()), hold=30,
           says=(lost("answered a message that was never sent"), "connected again"))
script("tag-zero-multiple-while-more-fly", at(20, answers(("ack", 0, True)), over("rst"), acks=never()),
       says=LOST)
script("tag-multiple-of-acked", at(30, answers(("ack", 30, False), ("ack", 30, True))))
script("tag-multiple-below-acked", at(30, answers(("ack", 30, True), ("ack", 12, True))))

# --- refusals

script("nack-one-once", Plan(acks=amiss("nack", [50])), says=REFUSED)
script("nack-first-once", Plan(acks=amiss("nack", [0])), says=REFUSED)
script("nack-last-once", Plan(acks=amiss("nack", [199])), says=REFUSED)
script("nack-some-once", Plan(acks=amiss("nack", range(3, 200, 40))), says=REFUSED)
script("nack-all-once", Plan(acks=amiss("nack", range(30))), records=30, says=REFUSED)
script("nack-multiple-then-ack", at(20, answers(("nack", 20, True)), acks=multiple(5)),
       says=REFUSED)
script("nack-three-times", Plan(acks=amiss("nack", [77], times=3)), says=REFUSED)
script("nack-for-ever", Plan(acks=amiss("nack", [120], times=99)), forever=True, status=69, connections=1,
       options={"--retry-for": "2s"}, says=("the broker refused a message again and again, for 2 s",))
script("nack-everything-for-ever", Plan(acks=amiss("nack", range(200), times=99)), forever=True, status=69,
       connections=1, options={"--retry-for": "1s"}, says=("the broker refused a message again and again, for 1 s",))
# A second refusal: the channel is closed and opened anew.
THRICE = amiss("nack", [77], times=3)
script("renewal-lost", at("channel-close", over("rst"), acks=THRICE), says=(*REFUSED, *LOST))
script("renewal-closed", at("channel-close", close_connection(320, "CONNECTION_FORCED"), acks=THRICE),
       says=(*REFUSED, lost("CONNECTION_FORCED"), "connected again"))
script("renewal-silent", at("channel-close", silence(), acks=THRICE), silent_for=2, says=(*REFUSED, SILENT))
script("renewal-crossed", at("channel-close", close_channel(404, "NOT_FOUND"), left(), acks=THRICE),
       says=(*REFUSED, lost("NOT_FOUND")))
script("renewal-then-term", at("channel-close", listen(0.5), signal(signals.SIGTERM), left(), acks=THRICE), status=75,
       says=("refused messages",), connections=1)
script("nack-and-close", at(40, answers(("nack", 40, True)), close_connection(320, "CONNECTION_FORCED"), acks=never()),
       says=("refused messages", lost("CONNECTION_FORCED"), "connected again", "taken again"))

# --- messages that no queue took

script("return-one-once", Plan(acks=amiss("return", [50])), says=UNROUTED)
script("return-ahead-once", Plan(acks=amiss("return", [50], ahead=True, base=multiple(9))), says=UNROUTED)
script("return-all-once", Plan(acks=amiss("return", range(30))), records=30, says=UNROUTED)
script("return-three-times", Plan(acks=amiss("return", [77], times=3)), says=UNROUTED)
script("return-and-nack", Plan(acks=amiss("both", [50])), says=UNROUTED)
script("return-for-ever", Plan(acks=amiss("return", [120], times=99)), forever=True, status=69, connections=1,
       options={"--route-timeout": "2s"}, says=(NO_QUEUE + ".*after 2 s: start the consumers",))
script("return-everything-for-ever", Plan(acks=amiss("return", range(200), times=99)), forever=True, status=69,
       connections=1, options={"--route-timeout": "1s"}, says=(NO_QUEUE + ".*after 1 s: start the consumers",))
for seed in range(100, 103):
    script(f"mixed-nack-return-{seed}", Plan(acks=mixed(seed, ("ack", "nack", "return"))), within=25, full=seed > 100,
           connections=-1, says=("taken again",))
script("return-in-parts", at(30, send_returned(30, 7), answers(("ack", 30, False))), says=UNROUTED)
script("return-in-parts-with-heartbeats",
       at(30, send_returned(30, 40, wire.heartbeat()), answers(("ack", 30, False))), says=UNROUTED)
script("return-one-by-one", at(30, send_returned(30), answers(("ack", 30, False)), chunk=1), records=60,
       says=UNROUTED)
script("return-of-many-frames", at(10, send_returned(10, 3000), answers(("ack", 10, True)), acks=multiple(10)),
       records=30, size=40000, says=UNROUTED)
script("return-within-multiple", at(30, send_returned(17), answers(("ack", 30, True)), change(acks=each()),
       acks=never()),
       says=UNROUTED)
script("return-two-in-turn", at(30, send_returned(11), send_returned(22), answers(("ack", 30, True)),
                                change(acks=each()), acks=never()), says=UNROUTED)
script("return-with-blocked-inside",
       at(30, send_returned(30, 50, wire.blocked() + wire.unblocked()), answers(("ack", 30, False))),
       says=UNROUTED)
UNSENT = wire.returned("discogsography-discogs-artists", "") + wire.content(b"\x00\x00", b"{}")
script("return-of-a-message-not-sent", at(30, send(UNSENT), left()), says=(NEVER_SENT,))
script("return-of-nothing", at(30, send(wire.returned("x", "") + wire.content(b"\x00\x00", b"")), left()),
       says=(NEVER_SENT,))
script("return-twice", at(30, send_returned(30), send_returned(30), left()), says=(NEVER_SENT,))
script("return-to-another-exchange", at(30, send_returned(30, exchange="elsewhere"), left()),
       says=(NEVER_SENT,))
HEAD = struct.pack(">HHQ", 60, 0, 10) + b"\x00\x00"
RETURN = wire.returned("discogsography-discogs-artists", "")
for name, parts in {
        "longer-than-said": RETURN + wire.frame(wire.CONTENT, 1, HEAD) + wire.frame(wire.BODY, 1, b"x" * 11),
        "of-2-to-63": RETURN + wire.frame(wire.CONTENT, 1, struct.pack(">HHQ", 60, 0, 1 << 63) + b"\x00\x00"),
        "without-header": RETURN + wire.frame(wire.BODY, 1, b"x"),
        "with-two-headers": RETURN + 2 * wire.frame(wire.CONTENT, 1, HEAD),
        "with-ack-inside": RETURN + wire.ack(1),
        "with-return-inside": RETURN + wire.frame(wire.CONTENT, 1, HEAD) + RETURN,
        "only-a-header": wire.frame(wire.CONTENT, 1, HEAD),
        "only-a-body": wire.frame(wire.BODY, 1, b"x")}.items():
    script(f"content-{name}", at(30, send(parts), left()), says=(lost("returned a message in disorder"),))
script("return-half-then-lost", at(30, send(RETURN), over("rst"), acks=never()), says=(AGAIN, "connected again"))

# As deep as a frame allows: rabbitmq-c reads tables by recursion.
script("return-with-nested-headers",
       at(30, send(RETURN + wire.frame(wire.CONTENT, 1, struct.pack(">HHQH", 60, 0, 0,
       0x2000) + wire.long(wire.nested(21000)))), left()),
       says=(NEVER_SENT,))

# A message to all types: one of them has no queue, and that one has to be sent again.
for kind in ("artists", "labels", "releases"):
    script(f"return-of-the-month-to-{kind}",
           Plan(acks=amiss("return", [f"extraction_complete to discogsography-discogs-{kind}"])), records=20,
           says=(f"exchange discogsography-discogs-{kind}: {NO_QUEUE}", "taken again"))

# --- the broker closes

for point in ("header", "start-ok", "tune-ok", "open", "channel", "select", "exchange", 1, 30, 200, 201, 202):
    script(f"close-320-at-{point}", at(point, close_connection(320, "CONNECTION_FORCED - broker forced")),
           says=(lost("CONNECTION_FORCED - broker forced"), "connected again"))
for point in ("queue", "bind"):
    script(f"close-320-at-{point}", at(point, close_connection(320, "CONNECTION_FORCED")),
           options={"--queue": "q-%t"}, says=(lost("CONNECTION_FORCED"), "connected again"))
for code, status in {200: 0, 311: 0, 313: 0, 404: 0, 405: 0, 406: 0, 501: 0, 502: 0, 503: 0, 504: 0, 505: 0, 506: 0,
                     530: 0, 540: 0, 541: 0, 0: 0, 65535: 0, 402: 78, 403: 77}.items():
    for point in ("start-ok", "open", 30):
        script(f"close-{code}-at-{point}", at(point, close_connection(code, f"REASON-{code}")), status=status,
               connections=1 if status else 0, full=point != 30 or code not in (0, 402, 403, 530, 541),
               says=(said(f"REASON-{code}", status),))
script("close-without-words", at(30, close_connection(541, "")), says=(lost("541.*"),))
script("close-with-control-bytes", at(30, close_connection(541, b"\x1b[2J\x07bell\r\nnew")), says=(r"bell.*" + AGAIN,))
script("close-with-words-of-255", at(30, close_connection(541, "x" * 255)), says=(lost("x{255}"),))
script("close-of-no-such-vhost", at("open", close_connection(530, "NOT_ALLOWED - vhost v not found")), status=78,
       says=("not found$",), connections=1)
script("close-of-closed-vhost", at("open", close_connection(530,
       "NOT_ALLOWED - access to vhost '/' refused for user 'u'")),
       status=77, says=("refused",), connections=1)
script("close-320-for-ever", at("open", close_connection(320, "CONNECTION_FORCED")), forever=True, status=69,
       options={"--retry-for": "2s"}, says=(AGAIN, r"CONNECTION_FORCED \(tried for 2 s\)"), connections=-1)
script("close-320-after-each-login", at(1, close_connection(320, "CONNECTION_FORCED")), forever=True, status=69,
       options={"--retry-for": "2s"}, says=(AGAIN, r"CONNECTION_FORCED \(tried for 2 s\)"), connections=-1)
script("close-320-again-and-again", *[at(40, close_connection(320, "CONNECTION_FORCED")) for _ in range(4)],
       says=(AGAIN, "connected again"))

for code, status in {311: 0, 313: 0, 404: 0, 405: 0, 406: 0, 504: 0, 541: 0, 403: 77}.items():
    script(f"channel-close-{code}", at(30, close_channel(code, f"REASON-{code}"), left()), status=status,
           connections=1 if status else 0, says=(said(f"REASON-{code}", status),))
for code, status in {404: 78, 406: 78, 403: 77, 405: 0, 504: 0, 541: 0}.items():
    script(f"channel-close-{code}-at-queue", at("queue", close_channel(code, f"REASON-{code}"), left()), status=status,
           options={"--queue": "q-%t"}, connections=1 if status else 0, says=(said(f"queue q-artists: REASON-{code}",
           status),),
           full=code not in (403, 404))
    script(f"channel-close-{code}-at-bind", at("bind", close_channel(code, f"REASON-{code}"), left()), status=status,
           options={"--queue": "q-%t"}, connections=1 if status else 0, says=(said(f"queue q-artists: REASON-{code}",
           status),),
           full=True)
script("channel-close-406-at-exchange", at("exchange", close_channel(406, "PRECONDITION_FAILED"), left()), status=78,
       says=("exchange discogsography-discogs-artists: PRECONDITION_FAILED$",), connections=1)
script("channel-close-404-of-a-node-down", at("queue", close_channel(404, "NOT_FOUND - home node 'x' is down"), left()),
       options={"--queue": "q-%t"}, says=(lost("is down"),))
script("channel-close-403-at-exchange-that-is-there", at("exchange", close_channel(403, "ACCESS_REFUSED")))
script("channel-close-404-for-ever", at(1, close_channel(404, "NOT_FOUND - no exchange"), left()), forever=True,
       status=69, options={"--retry-for": "1s"}, says=(r"NOT_FOUND - no exchange \(tried for 1 s\)",), connections=-1)
TOO_LARGE = "PRECONDITION_FAILED - message size 500 is larger than configured max size {}"
for count in (195, 200):
    # All is sent and the input is at its end: what was confirmed counts as ever.
    script(f"channel-close-403-at-{count}", at(count, close_channel(403, "ACCESS_REFUSED"), left()), status=77,
           connections=1,
           options={"--state-interval": 5000}, says=("ACCESS_REFUSED$",))
script("too-large-none", at(30, close_channel(406, TOO_LARGE.format(499)), left()), says=(AGAIN,), connections=-1)
script("too-large-after-return",
       Plan(at={1: (send_returned(1), answers(("ack", 1, False))),
                2: (close_channel(406, TOO_LARGE.format(400)), left())}),
       records=3, size=500, hold=1, rejected=range(3), options={"--retry-for": "20s"}, says=(NO_QUEUE,
       "3 records rejected"), connections=2)
# The last of a mark's records: the mark must not count.
script("too-large-strict", at(10, close_channel(406, TOO_LARGE.format(499)), left()), records=20, size=500,
       status=65, options={"--strict": None}, says=("larger than the 499 bytes", "line 12 was rejected"), connections=1)

# --- alarm

for seconds, beat in ((3, 1), (6, 2)):
    script(f"blocked-{seconds}-s", at(30, block(seconds), feed), hold=30, options={"--heartbeat": beat},
           says=BLOCKED, full=seconds == 6)
script("blocked-while-flying", at(30, block(3), acks=multiple(50)),
       says=BLOCKED)
script("blocked-from-the-start", at("open", answer, block(2)), says=BLOCKED)
script("blocked-and-unblocked", at(30, send(wire.blocked() + wire.unblocked())))
script("blocked-twice", at(30, send(wire.blocked()), block(1), send(wire.unblocked())),
       says=BLOCKED)
script("blocked-without-reason", at(30, block(1, "")), says=BLOCKED)
script("blocked-with-control-bytes", at(30, block(1, b"\x1b[2J\x00")), says=BLOCKED)
script("blocked-with-255-bytes", at(30, block(1, "y" * 255)), says=("y{255}", "takes messages again"))
script("unblocked-of-nothing", at(30, send(wire.unblocked())))
script("blocked-then-lost", at(30, send(wire.blocked()), listen(1), over("rst")), says=("takes nothing", AGAIN,
       "connected again"))
script("blocked-then-silent", at(30, send(wire.blocked()), silence()), says=("takes nothing", SILENT), silent_for=2)
script("blocked-then-term", at(30, send(wire.blocked()), listen(1), signal(signals.SIGTERM), left()), status=75,
       says=("takes nothing",), connections=1)

# --- silence

script("silent-while-publishing", at(30, silence()), says=(SILENT, "connected again"), silent_for=2)
script("silent-when-all-is-sent", at(200, silence()), says=(SILENT, "connected again"), silent_for=2)
script("silent-and-deaf", at(30, no_beats(), pause(4), over("rst")), says=(SILENT, "connected again"))
script("silent-in-topology", at("exchange", silence()), says=(SILENT,), silent_for=2)
script("silent-heartbeat-2", at(30, silence()), options={"--heartbeat": 2}, full=True, silent_for=4,
       says=(lost("no sign of life for [45] s"),))
script("silent-tune-1-of-9", at(30, silence(), tune=(0, 0, 1)), options={"--heartbeat": 9}, silent_for=2,
       says=(SILENT,))
script("silent-again-and-again", at(20, silence()), at(20, silence()), says=(SILENT,), silent_for=2)
script("half-open-mid-frame", at(30, send(wire.ack(1)[:9]), silence()), says=(SILENT,), silent_for=2)
script("idle-with-heartbeats", at(30, answers(("ack", 30, True)), lambda c: c.serve(4), feed), hold=30)
script("only-heartbeats", at(30, answers(("ack", 30, True)), lambda c: c.serve(3.5)))

# --- a broker that never speaks: the time for a login is over, or a signal

script("mute-from-the-start", at("header", left()), says=(lost("no answer in time"),), within=26, full=True)
for point in ("header", "start-ok", "open", "channel"):
    script(f"mute-at-{point}-then-term", at(point, listen(0.5), signal(signals.SIGTERM), left()), status=75,
           connections=1)
script("term-while-publishing", at(30, signal(signals.SIGTERM)), status=75, connections=1, hold=40)
script("term-while-nothing-is-acked", at(50, signal(signals.SIGTERM), left(), acks=never()), status=75, connections=1)
script("term-twice", at(50, signal(signals.SIGTERM), signal(signals.SIGINT), left(), acks=never()), status=75,
       connections=1)
script("term-while-held", at(51, signal(signals.SIGTERM), acks=amiss("nack", range(200), times=99)), status=75,
       connections=1, says=("refused messages",))
script("term-while-stalled", at(5, pause(1), signal(signals.SIGTERM), pause(4), over("rst")), status=75, small=True,
       size=60000, within=60,
       connections=1, options={"--window": 200})

# --- a broker that does not read for a while

for seconds in (0.5, 1.5, 4):
    script(f"deaf-for-{seconds}-s", at(5, pause(seconds)), small=True, size=60000, within=60, records=150,
           options={"--window": 150}, full=seconds == 1.5)
script("deaf-then-lost", at(5, pause(1), over("rst")), small=True, size=60000, within=60, records=150,
       options={"--window": 150}, says=(AGAIN, "connected again"))
script("deaf-and-acks", at(40, pause(1), acks=multiple(40)), small=True, size=60000, within=60, records=150,
       options={"--window": 150})

# --- tune

for name, offered, agreed in (
        ("frame-max-0", (2047, 0, 60), (1, 131072, 1)),
        ("frame-max-4096", (2047, 4096, 60), (1, 4096, 1)),
        ("frame-max-4097", (2047, 4097, 60), (1, 4097, 1)),
        ("frame-max-huge", (2047, 2 ** 32 - 1, 60), (1, 131072, 1)),
        ("frame-max-2-to-31", (2047, 2 ** 31, 60), (1, 131072, 1)),
        ("channel-max-0", (0, 131072, 60), (1, 131072, 1)),
        ("channel-max-1", (1, 131072, 60), (1, 131072, 1)),
        ("channel-max-65535", (65535, 131072, 60), (1, 131072, 1)),
        ("heartbeat-0", (2047, 131072, 0), (1, 131072, 1)),
        ("heartbeat-1", (2047, 131072, 1), (1, 131072, 1)),
        ("heartbeat-65535", (2047, 131072, 65535), (1, 131072, 1))):
    script(f"tune-{name}", Plan(tune=offered), agreed=agreed, size=5000, records=60)
script("tune-heartbeat-of-ours-0", Plan(tune=(0, 0, 60)), options={"--heartbeat": 0}, agreed=(1, 131072, 0))
script("tune-heartbeat-of-both-0", Plan(tune=(0, 0, 0), beats=False), options={"--heartbeat": 0}, agreed=(1, 131072, 0))
for size in (1, 4095):
    script(f"tune-frame-max-{size}", Plan(tune=(2047, size, 60)), says=(lost(f"wants frames of {size} bytes at most"),))
script("tune-frame-max-4095-for-ever", Plan(tune=(2047, 4095, 60)), forever=True, status=69, connections=-1,
       options={"--retry-for": "1s"}, says=(r"wants frames of 4095 bytes at most \(tried for 1 s\)",))
script("tune-twice", at("open", send(wire.tune()), left()), says=(lost("answered with AMQP_CONNECTION_TUNE_METHOD"),))

# --- the login

script("login-without-plain", Plan(start=wire.start(b"EXTERNAL AMQPLAIN")), status=78, connections=1,
       says=(r"does not take passwords \(SASL PLAIN\)$",))
script("login-plain-within-a-word", Plan(start=wire.start(b"XPLAIN PLAINER")), status=78, connections=1,
       says=("SASL PLAIN",))
script("login-no-mechanisms", Plan(start=wire.start(b"")), status=78, connections=1, says=("SASL PLAIN",))
script("login-plain-last", Plan(start=wire.start(b"AMQPLAIN PLAIN")))
script("login-secure", at("start-ok", send(wire.method(0, 10, 20, wire.long(b"more"))), left()), status=78,
       connections=1,
       says=("wants more than a password$",))
script("login-refused", at("start-ok", close_connection(403, "ACCESS_REFUSED - Login was refused")), status=77,
       connections=1, says=("ACCESS_REFUSED - Login was refused$",))
script("login-lost-at-password", at("start-ok", over("fin")), says=(AGAIN,))
script("login-large-start", Plan(start=wire.start(properties=wire.short("k") + b"S" + wire.long(b"v" * 60000))))
script("login-start-too-large", Plan(start=wire.start(properties=wire.short("k") + b"S" + wire.long(b"v" * 200000))),
       says=(lost(NO_AMQP + ".*"),))
for levels in (10, 10000):
    script(f"login-nested-properties-{levels}", Plan(start=wire.start(properties=wire.nested(levels))))
script("login-properties-cut", Plan(start=wire.start(properties=wire.short("k") + b"S" + b"\x00\x00\xff\xff")),
       says=(lost(NO_AMQP + ".*"),))
script("login-properties-unknown-kind", Plan(start=wire.start(properties=wire.short("k") + b"?")),
       says=(lost(NO_AMQP + ".*"),))
for name, header in {"0-8": b"AMQP\x01\x01\x08\x00", "0-10": b"AMQP\x01\x01\x00\x0a", "1-0": b"AMQP\x00\x01\x00\x00",
                     "sasl": b"AMQP\x03\x01\x00\x00"}.items():
    script(f"version-{name}", at("header", broken(header)), status=78, connections=1,
           says=("another version of AMQP$",))
script("version-start-0-8", Plan(start=wire.start(major=8, minor=0)), status=78, connections=1,
       says=("another version of AMQP$",))

# --- garbage

for name, data in {
        "http": b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
        "tls": b"\x15\x03\x01\x00\x02\x02\x46" + b"\x00" * 20,
        "ssh": b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n",
        "zeros": b"\x00" * 4096,
        "ones": b"\xff" * 4096,
        "text": b"hello, who are you?\n" * 40}.items():
    for point in ("header", 30):
        script(f"garbage-{name}-at-{point}", at(point, send(data), over("fin")), says=(AGAIN,),
               full=point == 30 and name in ("tls", "ssh", "text"))
for name, data in {
        "end-byte": wire.method(1, 60, 80, struct.pack(">QB", 30, 0), end=b"\xcd"),
        "end-byte-of-heartbeat": wire.frame(wire.HEARTBEAT, 0, b"", end=b"\x00"),
        "unknown-class": wire.method(1, 61, 80, b"\x00" * 9),
        "unknown-method": wire.method(1, 60, 99, b"\x00" * 9),
        "short-ack": wire.method(1, 60, 80, b"\x00" * 3),
        "empty-method": wire.frame(wire.METHOD, 1, b""),
        "method-of-3-bytes": wire.frame(wire.METHOD, 1, b"\x00\x3c\x00"),
        "short-header": wire.frame(wire.CONTENT, 1, b"\x00\x3c\x00"),
        "header-of-unknown-class": wire.frame(wire.CONTENT, 1, struct.pack(">HHQH", 99, 0, 0, 0)),
        "frame-too-large": struct.pack(">BHI", 1, 1, 131073) + b"x" * 2000,
        "frame-of-2-gib": struct.pack(">BHI", 1, 1, 2 ** 31 - 1) + b"x" * 2000,
        "frame-of-4-gib": struct.pack(">BHI", 3, 1, 2 ** 32 - 1) + b"x" * 2000}.items():
    script(f"bad-{name}", at(30, send(data), left()), says=(lost(NO_AMQP + ".*"),))
for name, data in {
        "deliver": wire.method(1, 60, 60, wire.short("c") + struct.pack(">QB", 1, 0) + wire.short("") + wire.short("")),
        "flow": wire.method(1, 20, 20, b"\x00"),
        "open-ok": wire.ANSWERS["open"],
        "start": wire.start(),
        "confirm-ok": wire.ANSWERS["select"]}.items():
    script(f"unasked-{name}", at(30, send(data), left()), says=("sent AMQP_.*" + AGAIN,))
for name, data in {
        "ack-on-channel-2": wire.ack(30, channel=2),
        "ack-on-channel-0": wire.ack(30, channel=0),
        "ack-on-channel-65535": wire.ack(30, channel=65535),
        "nack-on-channel-2": wire.nack(30, channel=2),
        "channel-close-on-channel-2": wire.channel_close(404, "NOT_FOUND", channel=2),
        "return-on-channel-2": wire.returned("x", "", channel=2),
        "header-on-channel-2": RETURN + wire.frame(wire.CONTENT, 2, HEAD)}.items():
    script(f"stray-{name}", at(30, send(data), left(), acks=multiple(50)), says=(lost(r"wrong channel, \d+"),))
script("stray-ack-on-channel-2-while-idle", at(30, send(wire.ack(30, True, channel=2)), left(), acks=never()), hold=30,
       says=(lost("wrong channel, 2"),))
script("stray-heartbeat-on-channel-1", at(30, send(wire.frame(wire.HEARTBEAT, 1, b""))), connections=-1)
script("unknown-frame-type", at(30, send(wire.frame(77, 1, b"abc"), wire.frame(4, 0, b""))), connections=-1)
script("heartbeats-in-a-flood", at(30, send(wire.heartbeat() * 20000)))
script("content-while-login", at("open", send(wire.frame(wire.BODY, 1, b"x")), left()),
       says=(lost("content that nobody asked for"),))
script("ack-while-topology", at("exchange", answers(("ack", 1, False)), left()),
       says=(lost("answered with AMQP_BASIC_ACK_METHOD"),))

# --- ends in the middle of a frame: the login takes some 400 bytes, then come acks

for how in ("fin", "rst"):
    for cut in range(0, 900, 1 if how == "fin" else 3):
        script(f"cut-{how}-{cut}", Plan(cut=cut, ends=how), records=60, full=cut % 90 != (0 if how == "fin" else 30),
               says=(lost(""),))
script("half-closed", at(30, half_close(), left()), says=(lost("closed by the broker"), "connected again"))
for how in ("fin", "rst"):
    for count in (1, 30, 199, 200, 201, 203):
        script(f"lost-{how}-at-{count}", at(count, over(how)), says=LOST, full=count in (199, 203))
    script(f"lost-{how}-nothing-acked", at(50, over(how), acks=never()), says=LOST)
    script(f"lost-{how}-acks-in-front", at(50, answers(("ack", 49, True)), over(how), acks=never()),
           says=LOST)
    script(f"lost-{how}-while-idle", at(30, answers(("ack", 30, True)), over(how)), hold=30, says=LOST)
    script(f"lost-{how}-at-goodbye", at("close", over(how)))
    script(f"lost-{how}-again-and-again", *[Plan(cut=520 + 30 * i, ends=how) for i in range(4)], says=(lost(""),))
script("goodbye-unanswered", at("close", left()))
script("goodbye-answered-with-close", at("close", send(wire.connection_close(320, "CONNECTION_FORCED")), left()))

assert len({s.name for s in SCRIPTS}) == len(SCRIPTS)
