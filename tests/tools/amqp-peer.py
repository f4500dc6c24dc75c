#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Run dx-publish against brokers that do what a script says, and hold it to what it promises. Prints TAP.

usage: amqp-peer.py [--full] [--list] [-j JOBS] [-v] [NAME...]

NAME is a script of peer_scripts.py, or a pattern with *; without any, all of the sample, with --full all; under SANITIZE=1 every second of it. Scripts
run side by side, since most of their time they wait. dx-publish and dx-marker come from PATH.
What must hold, whatever the script:

- dx-publish ends in time with the status of the script, and says what a person would want to know, no more;
- what the marker counts is what the broker confirmed and did not return: not one more, and not one less than up to
  the last mark;
- messages come first in the order of the records, and a second time only if they were not confirmed;
- if it ends well everything was confirmed, completion messages too; if not, the next run, with a broker that is well,
  does the rest, and repeats no more than a window and the records since the last mark.
"""
import argparse
import asyncio
import fnmatch
import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
import time

import amqp_peer
from peer_scripts import AGAIN, SCRIPTS

PASSWORD = "s3cr-Password"
FILE = "discogs_20260801_artists.xml.gz"
TYPES = ("artists", "labels", "masters", "releases")
EXCHANGE = "discogsography-discogs-"
MARK = 10  # records between marks
SLOW = 4 if os.environ.get("SANITIZE") or os.environ.get("VALGRIND") else 1
OPTIONS = {"--heartbeat": 1, "--window": 50, "--state-interval": 40, "--retry-for": "20s", "--route-timeout": "20s"}
TRIES = 4  # on a machine that is too busy
LINES_MAX = 16  # more than that nobody reads


def line(**members):
    return json.dumps(members, separators=(",", ":")).encode() + b"\n"


def make_stream(script, path, skipped=0):
    """The lines up to the hold, those after it, and the message_id of each record of the file."""
    sha256 = hashlib.sha256(FILE.encode()).hexdigest()
    out, ids = [], []
    out.append(line(type="dump", version="20260801", files_total=1, decision="continue", marker=path))
    out.append(line(type="file_start", data_type="artists", file=FILE, version="20260801", sha256=sha256,
                    shape="discogsography", skipped=skipped))
    cut = len(out) if script.hold == 0 else None
    for number in range(script.records):
        digest = hashlib.sha256(str(number).encode()).hexdigest()
        ids.append(f"artists/{number}/{digest[:16]}")
        if number < skipped:
            continue
        text = (digest * (script.size // 64 + 1))[:script.size]
        out.append(line(type="data", id=str(number), sha256=digest, text=text))
        if (number + 1) % MARK == 0:
            out.append(line(type="mark", records=number + 1))
        if number + 1 == script.hold:
            cut = len(out)
    out.append(line(type="file_end", data_type="artists", file=FILE, records=script.records, rejected=0, repaired=0))
    out.append(line(type="end", stage="parse"))
    cut = len(out) if cut is None else cut
    return b"".join(out[:cut]), b"".join(out[cut:]), ids


async def marker(path, *words, stdin=b""):
    process = await asyncio.create_subprocess_exec("dx-marker", "-f", path, *words, stdin=asyncio.subprocess.PIPE,
                                                   stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate(stdin)
    return out.decode().strip()


class Run:
    """One script: `problems` is what did not hold."""

    def __init__(self, script, folder):
        self.script, self.folder = script, folder
        self.problems, self.said, self.seconds, self.status = [], "", 0, None
        self.again = 0  # that the next run repeated although they were confirmed
        self.counts = self.state = ""

    def wrong(self, text):
        self.problems.append(text)

    async def feed(self, process, first, second):
        try:
            process.stdin.write(first)
            await process.stdin.drain()
            if second:
                await self.peer.fed.wait()
            process.stdin.write(second)
            await process.stdin.drain()
            process.stdin.close()
        except OSError:
            pass

    async def publish(self, peer, first, second):
        """dx-publish and PEER. Returns its status, what it said, and the time it took."""
        words = [str(w) for option in {**OPTIONS, **self.script.options}.items() for w in option if w is not None]
        server = asyncio.create_task(peer.run())
        began = time.monotonic()
        process = await asyncio.create_subprocess_exec(
            "dx-publish", "-u", f"amqp://someone:{PASSWORD}@127.0.0.1:{peer.port}", *words,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
        peer.process = process
        feeder = asyncio.create_task(self.feed(process, first, second))
        output = asyncio.create_task(self.gather(process))
        if not (await asyncio.wait([output], timeout=SLOW * self.script.within + 3))[0]:
            process.kill()
            self.wrong("hangs")
        out, err = await output
        ended = time.monotonic()
        feeder.cancel()
        await asyncio.sleep(0.05)
        server.cancel()
        await asyncio.wait([server])  # or the loop would still watch a descriptor that is closed
        peer.close()
        if out:
            self.wrong("prints to standard output")
        if peer.signalled and ended - peer.signalled > 2 + 2 * SLOW:
            self.wrong(f"{ended - peer.signalled:.1f} s from the signal to the end")
        return process.returncode, err.decode("utf-8", "replace"), ended - began

    async def run(self):
        path = os.path.join(self.folder, ".extraction_status_20260801.json")
        first, second, ids = make_stream(self.script, path)
        self.peer = amqp_peer.Peer(self.script.plans, self.script.forever, self.script.small)
        self.peer.names = ids
        # The next run has to find its broker at the same place, or it would begin anew.
        listener = self.peer.listener.dup()
        await marker(path, "start-processing", "1", "--resume")
        self.status, self.said, self.seconds = await self.publish(self.peer, first, second)
        self.counts = await marker(path, "file-counts", FILE)
        self.state = await marker(path, "should-process")
        self.judge(ids)
        if self.status and not self.problems:
            await self.go_on(path, ids, listener)
        listener.close()

    async def go_on(self, path, ids, listener):
        """The run after one that failed."""
        peer = amqp_peer.Peer([], listener=listener)
        position = int(self.counts.split()[0])
        await marker(path, "start-processing", "1", "--resume")
        status, said, _ = await self.publish(peer, make_stream(self.script, path, position)[0], b"")
        counts = await marker(path, "file-counts", FILE)
        wanted = f"dx-publish: {FILE}: goes on after record {position}; so many are not sent again\n" if position else ""
        if status or said != wanted:
            self.wrong(f"the next run: status {status}: {said}")
        if counts.split()[:3] != [str(len(ids))] * 3:
            self.wrong(f"the next run: the marker is at {counts}")
        missing = [n for n in ids if n not in self.peer.confirmed and n not in peer.confirmed]
        if missing:
            self.wrong(f"the next run: {len(missing)} were never confirmed: {missing[:3]}")
        self.again = sum(n in self.peer.confirmed for n in peer.confirmed)
        if self.again > int({**OPTIONS, **self.script.options}["--window"]) + MARK:
            self.wrong(f"the next run: {self.again} came again that were confirmed")

    @staticmethod
    async def gather(process):
        out, err, _ = await asyncio.gather(process.stdout.read(), process.stderr.read(), process.wait())
        return out, err

    def judge(self, ids):
        s, peer = self.script, self.peer
        if self.status != s.status:
            self.wrong(f"status {self.status}, not {s.status}")
        if self.seconds > s.within * SLOW:
            self.wrong(f"takes {self.seconds:.1f} s")
        self.problems += sorted(set(peer.wrongs))
        for number, plan in enumerate(s.plans):
            for point in plan.at:
                if (number, point) not in peer.reached:
                    self.wrong(f"connection {number + 1} never came to {point}")
        faults = AGAIN in " ".join(s.says)
        expected = s.connections or len(s.plans) + faults
        if expected > 0 and peer.connections != expected:
            self.wrong(f"{peer.connections} connections, not {expected}")
        if s.agreed and peer.agreed[:1] != [s.agreed]:
            self.wrong(f"agreed on {peer.agreed[:1]}, not {s.agreed}")
        if s.silent_for and not s.silent_for <= (peer.silent_for or 0) <= s.silent_for + 2 * SLOW:
            self.wrong(f"a silent broker was left after {peer.silent_for} s, not {s.silent_for}")
        self.judge_words()
        self.judge_order(ids)
        self.judge_counts(ids)

    def judge_words(self):
        lines = self.said.splitlines()
        for pattern in self.script.says:
            if not re.search(pattern, self.said, re.MULTILINE):
                self.wrong(f"does not say: {pattern}")
        if not self.script.says and lines and self.script.connections == 0:
            self.wrong("says something")
        if len(lines) > LINES_MAX:
            self.wrong(f"says {len(lines)} lines")
        if PASSWORD in self.said:
            self.wrong("says the password")
        if re.search(r"[^\x20-\x7e\n]", self.said):
            self.wrong("prints control bytes")
        for text in lines:
            if not re.match(r"dx-(publish|marker): \S.*\w", text) or re.search(r": ?;|:\s*$", text):
                self.wrong(f"is no message: {text}")

    def judge_order(self, ids):
        peer, number_of = self.peer, {name: n for n, name in enumerate(ids)}
        seen, last = set(), -1
        for message in peer.received:
            name = message.name()
            if name in seen or name not in number_of:
                seen.add(name)
                continue
            seen.add(name)
            if number_of[name] < last:
                self.wrong(f"{name} came first after {ids[last]}")
            last = number_of[name]
        if peer.again:
            self.wrong(f"{len(peer.again)} came again that were confirmed: {peer.again[:3]}")

    def judge_counts(self, ids):
        s, confirmed = self.script, self.peer.confirmed
        rejected = {ids[n] for n in s.rejected}
        done = next((n for n, name in enumerate(ids) if name not in confirmed and name not in rejected), len(ids))
        if self.status != 0:
            done -= done % MARK
        messages = sum(name in confirmed for name in ids[:done])
        position, _, counted, _ = map(int, self.counts.split())
        if (position, counted) != (done, messages):
            self.wrong(f"the marker is at {position} with {counted} messages; confirmed: {done} and {messages}")
        if self.status != 0:
            return
        for name in [f"file_complete to {EXCHANGE}artists", *(f"extraction_complete to {EXCHANGE}{t}" for t in TYPES)]:
            if name not in confirmed:
                self.wrong(f"{name} is not confirmed")
        missing = [n for n in ids if n not in confirmed and n not in rejected]
        if missing:
            self.wrong(f"{len(missing)} are not confirmed: {missing[:3]}")
        if self.state != "skip":
            self.wrong("the month is not complete")


def show(number, run, verbose):
    ok = not run.problems
    print(f"{'ok' if ok else 'not ok'} {number} - broker {run.script.name}: status {run.script.status}")
    if not ok or verbose:
        print(f"# {run.script.name}: {run.seconds:.1f} s, status {run.status}, {run.peer.connections} connections, "
              f"marker {run.counts}")
        for text in run.problems + run.said.splitlines():
            print(f"#   {text}")
    if not ok:
        print(f"# alone: PATH=$PWD/build/bin:$PATH tests/tools/amqp-peer.py -v {run.script.name}")
    sys.stdout.flush()


async def watch(stalls):
    """Notes when this process did not get to run for half a heartbeat."""
    while True:
        before = time.monotonic()
        await asyncio.sleep(0.1)
        if time.monotonic() - before > 0.6:
            stalls.append(before)


async def run_all(scripts, jobs, folder, verbose):
    slots, runs, stalls = asyncio.Semaphore(jobs), [], []
    watcher = asyncio.create_task(watch(stalls))

    async def one(script):
        async with slots:
            # A broker that the machine lets starve misses heartbeats that no script is about: that says nothing.
            for _ in range(TRIES):
                began = time.monotonic()
                run = Run(script, tempfile.mkdtemp(dir=folder))
                await run.run()
                shutil.rmtree(run.folder)
                if not run.problems or not any(stall > began - 1 for stall in stalls):
                    break
                print(f"# {script.name}: once more, the machine stood still: {'; '.join(run.problems)}")
            runs.append(run)
            show(len(runs), run, verbose)

    # Those that wait longest first.
    await asyncio.gather(*(one(s) for s in sorted(scripts, key=lambda s: -s.within)))
    watcher.cancel()
    print(f"1..{len(runs)}")
    again = sum(sum(n > 1 for n in run.peer.tries.values()) + run.again for run in runs)
    print(f"# total: broker-scripts points={len(runs)} losses={sum(bool(r.problems) for r in runs)} duplicates={again}")
    return any(run.problems for run in runs)


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1][7:])
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("-j", type=int, default=48 if SLOW == 1 else 12)
    parser.add_argument("-v", action="store_true")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    scripts = [s for s in SCRIPTS if any(fnmatch.fnmatchcase(s.name, n) for n in options.names) or
               not options.names and (options.full or not s.full)]
    if SLOW != 1 and not options.names and not options.full:
        scripts = scripts[::2]  # each pair of neighbours is much alike
    if options.list:
        print("\n".join(s.name for s in scripts))
        return 0
    if not scripts:
        parser.error("no such script")
    with tempfile.TemporaryDirectory() as folder:
        return int(asyncio.run(run_all(scripts, options.j, folder, options.v)))


sys.exit(main())
