#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Make a dump of any size out of the records of the bundled month, in today's shape.

usage: mkdump.py TYPE FILE [-b MIB | -r RECORDS] [-l LEVEL] [-m FOLDER]

TYPE       artists, labels, masters or releases
FILE       what to write: gzip if its name ends in .gz, else plain XML
-b MIB     go on until so many MiB of XML are written (default 100)
-r N       write so many records
-l LEVEL   of gzip, 1 to 9 (default 6; 1 is quick to write, and quicker to unpack than the real files)
-m FOLDER  of the records: any with discogs_VERSION_TYPE.xml.gz (default tests/data/month)

The records are repeated in order. In the first round they keep their ids; after it each gets the next id
above all of them, so ids ascend in every round and none occurs twice. The layout is that of the server:
the root's tags on lines of their own, each record after a line feed. The same arguments give the same
bytes. Prints the records and the bytes of XML on standard error.
"""
import argparse
import contextlib
import gzip
import pathlib
import re
import sys

ONE = {"artists": b"artist", "labels": b"label", "masters": b"master", "releases": b"release"}

# Bytes to collect before they are written: gzip is called once for them.
CHUNK = 1 << 20


def read_records(folder, kind):
    """[(bytes before the id, id, bytes behind it)] of the folder's file of that type."""
    path = next(iter(sorted(folder.glob(f"discogs_*_{kind}.xml.gz"))), None)
    if path is None:
        sys.exit(f"mkdump.py: {folder}: no file of {kind}")
    xml = gzip.open(path).read()
    name = ONE[kind]
    starts = [found.start() for found in re.finditer(rb"^<%s[ >]" % name, xml, re.M)]
    starts.append(xml.rindex(b"</%s>" % kind.encode()))
    records = []
    for start, end in zip(starts, starts[1:]):
        text = xml[start:end]
        # An attribute of the record, or the first <id> in it.
        found = re.match(rb'<%s [^>]*?\bid="([0-9]+)"|.*?<id>([0-9]+)</id>' % name, text, re.S)
        group = 1 if found[1] else 2
        records.append((text[:found.start(group)], int(found[group]), text[found.end(group):]))
    return records


def make_records(records):
    """The bytes of one record after another, without end."""
    top = max(number for _, number, _ in records)
    for before, number, behind in records:
        yield b"%s%d%s" % (before, number, behind)
    while True:
        for before, _, behind in records:
            top += 1
            yield b"%s%d%s" % (before, top, behind)


def write(out, kind, records, most_bytes, most_records):
    root = kind.encode()
    pending = [b"<%s>\n" % root]
    pending_bytes = written = count = 0
    for record in make_records(records):
        if written >= most_bytes or count >= most_records:
            break
        pending.append(record)
        pending_bytes += len(record)
        written += len(record)
        count += 1
        if pending_bytes >= CHUNK:
            out.write(b"".join(pending))
            pending, pending_bytes = [], 0
    pending.append(b"</%s>\n" % root)
    out.write(b"".join(pending))
    return count, written + 2 * len(root) + 7


@contextlib.contextmanager
def opened(path, level):
    with open(path, "wb") as file:
        if path.name.endswith(".gz"):
            # No name and no time in the header: the same arguments give the same bytes.
            with gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=level, mtime=0) as packed:
                yield packed
        else:
            yield file


def main():
    month = pathlib.Path(__file__).resolve().parent.parent / "data" / "month"
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1][7:])
    parser.add_argument("type", choices=ONE)
    parser.add_argument("file", type=pathlib.Path)
    parser.add_argument("-b", type=float)
    parser.add_argument("-r", type=int)
    parser.add_argument("-l", type=int, default=6, choices=range(1, 10))
    parser.add_argument("-m", type=pathlib.Path, default=month)
    args = parser.parse_args()
    most_records = args.r if args.r is not None else float("inf")
    most_bytes = args.b * (1 << 20) if args.b is not None else float("inf")
    if args.b is None and args.r is None:
        most_bytes = 100 << 20
    records = read_records(args.m, args.type)
    with opened(args.file, args.l) as out:
        count, size = write(out, args.type, records, most_bytes, most_records)
    print(f"{args.file}: {count} records, {size} bytes of XML", file=sys.stderr)


main()
