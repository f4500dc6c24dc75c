#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Measure dx-publish against the plain rabbitmq-c loop, in turns, and print a table.

usage: tests/bench/publish [--shared] [-r ROUNDS] [-s SCALE] [-k KIND]...

Real records of about 500 bytes (labels) and 4 kB (releases) go to a queue of each KIND (classic, quorum): by the
plain loop, by dx-publish from a pipe, and from the .gz by dx-parse and dx-publish. All of a round run one after the
other; the queue is new for each. A ratio is that of the medians, of messages a second to the plain loop's.
Percentiles are of how long confirms took. With --shared, dx-parse takes from the node's own cores: its ratio is
printed but nothing is asked of it.
"""
import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time

import pika

ROOT = pathlib.Path(__file__).resolve().parents[2]
WINDOW = 4096
SIZES = {"500 B": ("labels", 60000), "4 kB": ("releases", 30000)}
MUST = {"dx-publish": 0.9, "dx-parse | dx-publish": 0.85}
MUST_CPU_US = 15


class Bench:
    def __init__(self, build, url, scale):
        self.build, self.url, self.scale = pathlib.Path(build), url, scale
        self.work = self.build / "bench"
        self.work.mkdir(parents=True, exist_ok=True)

    def input(self, kind, count):
        """The .gz, its lines, and how many messages they are."""
        count = int(count * self.scale)
        packed = self.work / f"publish-{kind}-{count}.xml.gz"
        lines = packed.with_suffix("").with_suffix(".ndjson")
        if not lines.exists():
            subprocess.run([sys.executable, ROOT / "tests/bench/mkdump.py", kind, packed, "-r", str(count)],
                           check=True, stderr=subprocess.DEVNULL)
            with open(lines, "wb") as out:
                subprocess.run([self.build / "bin/dx-parse", packed], check=True, stdout=out)
        return packed, lines, sum(1 for _ in open(lines, "rb"))

    def channel(self):
        return pika.BlockingConnection(pika.URLParameters(self.url)).channel()

    def bare(self, queue, kind, packed, lines):
        port = self.url.rsplit(":", 1)[1]
        with open(lines, "rb") as file:
            made = subprocess.run([self.build / "tests/bench/bare", "127.0.0.1", port, queue, kind, str(WINDOW)],
                                  stdin=file, check=True, stdout=subprocess.PIPE)
        found = json.loads(made.stdout)
        return found["wall"], found["cpu"], found["p50"], found["p99"], found["max"]

    def publish(self, queue, kind, writer, data_type):
        argv = [self.build / "bin/dx-publish", "-v", "-t", data_type, "-u", self.url, "--window", str(WINDOW),
                "--exchange", "", "--routing-key", queue, "--queue", queue, "--queue-type", kind]
        started = time.monotonic()
        source = subprocess.Popen(writer, stdout=subprocess.PIPE)
        child = subprocess.Popen(argv, stdin=source.stdout, stderr=subprocess.PIPE, text=True)
        source.stdout.close()
        said = child.stderr.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = status
        if status != 0 or source.wait() != 0:
            sys.exit(f"dx-publish ended with wait status {status}: {said}")
        wall = time.monotonic() - started
        latency = [float(ms) for ms in re.findall(r"([0-9.]+) ms", said)]
        return wall, usage.ru_utime + usage.ru_stime, *latency

    def run(self, name, kind, data_type, packed, lines):
        queue = f"bench-{kind}"
        if name == "plain loop":
            result = self.bare(queue, kind, packed, lines)
        elif name == "dx-publish":
            result = self.publish(queue, kind, ["cat", lines], data_type)
        else:
            result = self.publish(queue, kind, [self.build / "bin/dx-parse", packed], data_type)
        channel = self.channel()
        found = channel.queue_declare(queue, passive=True).method.message_count
        channel.queue_delete(queue)
        channel.connection.close()
        return found, result


def measure(bench, kind, size, rounds, must, verdicts):
    data_type, count = SIZES[size]
    packed, lines, messages = bench.input(data_type, count)
    names = ("plain loop", *MUST)
    runs = {name: [] for name in names}
    for i in range(rounds + 1):
        for name in names:
            found, result = bench.run(name, kind, data_type, packed, lines)
            if found != messages:
                sys.exit(f"{name}: {found} messages in the queue, not {messages}")
            if i > 0:
                runs[name].append(result)
    print(f"\n{kind} queue, {messages} messages of about {size}, window {WINDOW}")
    print(f"  {'':24}{'messages/s':>11}{'ratio':>7}{'CPU us':>8}{'p50 ms':>8}{'p99 ms':>8}{'max ms':>8}")
    middle = {name: [statistics.median(column) for column in zip(*results)] for name, results in runs.items()}
    floor = middle["plain loop"][0]
    for name, (wall, cpu, *latency) in middle.items():
        print(f"  {name:24}{messages / wall:11.0f}{floor / wall:7.2f}{cpu / messages * 1e6:8.1f}"
              + "".join(f"{ms:8.1f}" for ms in latency), flush=True)
    for name, least in must.items():
        ratio, cpu = floor / middle[name][0], middle[name][1] / messages * 1e6
        verdicts.append(f"  {kind}, {size}: {name} / plain loop = {ratio:.2f} (must {least}): "
                        + ("reached" if ratio >= least else "MISSED"))
        if name == "dx-publish":
            verdicts.append(f"  {kind}, {size}: CPU of dx-publish {cpu:.1f} us a message (must {MUST_CPU_US}): "
                            + ("reached" if cpu <= MUST_CPU_US else "MISSED"))


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1][7:])
    parser.add_argument("-r", type=int, default=5)
    parser.add_argument("-s", type=float, default=1)
    parser.add_argument("-k", action="append", choices=["classic", "quorum"])
    parser.add_argument("--shared", action="store_true")
    parser.add_argument("build")
    parser.add_argument("url")
    args = parser.parse_args()
    bench, verdicts = Bench(args.build, args.url, args.s), []
    must = {"dx-publish": MUST["dx-publish"]} if args.shared else MUST
    for kind in args.k or ["classic", "quorum"]:
        for size in SIZES:
            measure(bench, kind, size, args.r, must, verdicts)
    print("\n" + "\n".join(verdicts))


main()
