#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Write the stream that dx-parse would write, of made-up records, for tests of dx-publish.

usage: amqp-stream.py [OPTION...] TYPE=N...

Without --marker: no dump line, and every file from its start. With it: asks dx-marker, as dx-parse does,
where to go on.
"""
import argparse
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import time

parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1][7:])
parser.add_argument("--marker", help="path of the marker")
parser.add_argument("--version", default="20260801")
parser.add_argument("--total", type=int, default=4, help="files of the month")
parser.add_argument("--decision", default="continue")
parser.add_argument("--mark", type=int, default=50, help="records between marks")
parser.add_argument("--size", type=int, default=100, help="about how long a record is")
parser.add_argument("--records", action="store_true", help="only the records")
parser.add_argument("--stop", type=int, help="end after so many records of a file, as if killed")
parser.add_argument("--hold", nargs=2, metavar=("N", "FILE"), help="at record N wait until FILE exists")
parser.add_argument("--gate", help="write record N only when the number in this file is larger")
parser.add_argument("--pace", type=float, default=0, help="seconds to wait at each mark")
parser.add_argument("files", nargs="+")
options = parser.parse_args()
out = sys.stdout


def line(**members):
    out.write(json.dumps(members, separators=(",", ":"), ensure_ascii=False) + "\n")


def record(data_type, number):
    digest = hashlib.sha256(f"{data_type}{number}".encode()).hexdigest()
    text = ("Größe \\ \"" + digest * (options.size // 64 + 1))[: options.size]
    line(type="data", id=str(number), sha256=digest, text=text)


def marker(*arguments):
    return subprocess.run(["dx-marker", "-f", options.marker, *arguments], check=True, text=True,
                          stdout=subprocess.PIPE).stdout.strip()


def wait_at(number):
    if options.hold and number == int(options.hold[0]):
        out.flush()
        while not os.path.exists(options.hold[1]):
            time.sleep(0.02)


def wait_at_gate(number):
    while options.gate and int(pathlib.Path(options.gate).read_text()) <= number:
        out.flush()
        time.sleep(0.02)


def write_file(data_type, count):
    name = f"discogs_{options.version}_{data_type}.xml.gz"
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    skipped = 0
    if options.marker:
        skipped = int(marker("resume-point", name, "--sha256", sha256, "--shape", "discogsography"))
    line(type="file_start", data_type=data_type, file=name, version=options.version, sha256=sha256,
         shape="discogsography", skipped=skipped)
    for number in range(skipped, count):
        if number == options.stop:
            out.flush()
            os._exit(0)
        wait_at(number)
        if number % options.mark == 0:
            wait_at_gate(number)
        record(data_type, number)
        if (number + 1) % options.mark == 0:
            line(type="mark", records=number + 1)
            if options.pace:
                out.flush()
                time.sleep(options.pace)
    line(type="file_end", data_type=data_type, file=name, records=count, rejected=0, repaired=0)


def main():
    files = [(name, int(count)) for name, count in (f.split("=") for f in options.files)]
    if options.records:
        for data_type, count in files:
            for number in range(count):
                record(data_type, number)
        return
    if options.marker:
        line(type="dump", version=options.version, files_total=options.total, decision=options.decision,
             marker=options.marker)
        if options.decision != "skip":
            marker("start-processing", str(options.total), "--resume")
            pending = marker("pending-files", *(f"discogs_{options.version}_{t}.xml.gz" for t, _ in files))
            files = [(t, n) for t, n in files if f"_{t}." in pending]
    for data_type, count in files if options.decision != "skip" else []:
        write_file(data_type, count)
    line(type="end", stage="parse")


try:
    main()
    out.flush()
except BrokenPipeError:
    os._exit(141)
