#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Make a dump of any size out of the records of the bundled month.

usage: tests/bench/mkdump.py [-l LEVEL] TYPE MIB FILE

Writes about MIB MiB of XML of TYPE (artists, labels, masters, releases), packed with gzip LEVEL (default 6), to
FILE; `-` is standard output. The bundled records are repeated in order; after the first round each gets a new,
ascending id, so no id occurs twice. The layout is that of the published files. Prints records and bytes of XML to
standard output, or to standard error with `-`. The same arguments give the same bytes.
"""
import argparse
import gzip
import pathlib
import re
import sys

MONTH = pathlib.Path(__file__).resolve().parents[1] / "data/month"
KINDS = ("artists", "labels", "masters", "releases")


def read_records(kind):
    """[(bytes before the id, id, bytes behind it)] of the bundled month, whose records each start a line."""
    one = kind[:-1].encode()
    text = gzip.decompress((MONTH / f"discogs_20260801_{kind}.xml.gz").read_bytes())
    body = text[text.index(b"\n") + 1:text.rindex(b"</" + kind.encode())]
    mark = re.compile(rb"<%s[^>]*? ?id=\"(\d+)\"|<%s><id>(\d+)</id>" % (one, one))
    records = []
    for record in re.split(rb"(?<=</%s>)\n" % one, body):
        found = mark.match(record)
        if found:
            group = 1 if found.group(1) else 2
            records.append((record[:found.start(group)], int(found.group(group)), record[found.end(group):] + b"\n"))
    return records


def write(kind, limit, out):
    """Writes records until LIMIT bytes of them are written. Returns records and bytes."""
    records = read_records(kind)
    newest = max(number for _, number, _ in records)
    count = size = 0
    out.write(b"<%s>\n" % kind.encode())
    while size < limit:
        before, number, behind = records[count % len(records)]
        if count >= len(records):
            newest += 1
            number = newest
        record = before + str(number).encode() + behind
        out.write(record)
        count += 1
        size += len(record)
    out.write(b"</%s>\n" % kind.encode())
    return count, size


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1][7:])
    parser.add_argument("-l", type=int, default=6)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("mib", type=float)
    parser.add_argument("file")
    args = parser.parse_args()
    to_stdout = args.file == "-"
    with (sys.stdout.buffer if to_stdout else open(args.file, "wb")) as raw:
        with gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=args.l, mtime=0) as out:
            count, size = write(args.kind, args.mib * 2**20, out)
    print(count, size, file=sys.stderr if to_stdout else sys.stdout)


main()
