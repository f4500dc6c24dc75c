#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Check that standard input is Prometheus text format 0.0.4 and keeps its conventions.

usage: prometheus.py [METRIC{LABELS}...]

Prints each complaint on a line and exits 1 if there is one. With operands it prints the values of those
samples instead, one a line.
"""
import re
import sys

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"'
SAMPLE = re.compile(rf"^({NAME})(?:\{{({LABEL}(?:,{LABEL})*)?\}})? (\S+)$")
COMMENT = re.compile(rf"^# (HELP|TYPE) ({NAME}) (.*)$")
NOT_BASE = re.compile(r"(milli|micro|kilo|mega|minutes|hours|days|_ms$|_kb$|percent)")


def check(text):
    if not text.endswith("\n"):
        yield "the last line has no end"
    kinds, helped, seen, current, closed = {}, set(), set(), None, set()
    for number, line in enumerate(text.splitlines(), 1):
        comment, sample = COMMENT.match(line), SAMPLE.match(line)
        if comment:
            kind, name, rest = comment.groups()
            if name != current:
                closed.add(current)
                current = name
            if name in closed:
                yield f"{number}: {name} comes twice"
            if kind == "HELP":
                helped.add(name)
            elif rest not in ("counter", "gauge"):
                yield f"{number}: {name}: type {rest}"
            elif name in kinds:
                yield f"{number}: {name}: two types"
            else:
                kinds[name] = rest
        elif sample:
            name, value = sample.group(1), sample.groups()[-1]
            if name != current or name not in kinds or name not in helped:
                yield f"{number}: {name} without HELP and TYPE before it"
            if (name, sample.group(2)) in seen:
                yield f"{number}: the same sample again"
            seen.add((name, sample.group(2)))
            try:
                if float(value) < 0 and kinds.get(name) == "counter":
                    yield f"{number}: a counter below 0"
            except ValueError:
                yield f"{number}: {value} is no number"
        else:
            yield f"{number}: neither comment nor sample: {line}"
    for name, kind in kinds.items():
        if (kind == "counter") != name.endswith("_total"):
            yield f"{name}: counters end in _total, others do not"
        if not name.startswith("dx_") or NOT_BASE.search(name):
            yield f"{name}: not a name of ours, or not in base units"


def main():
    text = sys.stdin.buffer.read().decode("utf-8")
    if len(sys.argv) > 1:
        values = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        for name in sys.argv[1:]:
            print(values.get(name, "none"))
        return 0
    complaints = list(check(text))
    print("\n".join(complaints), end="\n" if complaints else "")
    return 1 if complaints else 0


sys.exit(main())
