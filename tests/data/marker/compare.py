#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compare a marker with what a vector prescribes.

usage: compare.py VECTOR MARKER

VECTOR's "marker" must be in MARKER: every member with the same value, where "<time>" stands for a time
as dx writes it and "<seconds>" for a number not below 0. MARKER may have further members, but no
further entries of files, and known members stand in the order of VECTOR. Prints each difference; exit
status 1 if there is one.
"""
import json
import re
import sys

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
MAPS = {"downloads_by_file", "progress_by_file", "files_by_type"}


def same_value(wanted, got):
    if wanted == "<time>":
        return isinstance(got, str) and TIME.fullmatch(got) is not None
    if wanted == "<seconds>":
        return isinstance(got, (int, float)) and not isinstance(got, bool) and got >= 0
    return type(wanted) is type(got) and wanted == got


def differences(place, wanted, got):
    if not isinstance(wanted, dict):
        if not same_value(wanted, got):
            yield f"{place}: wanted {wanted!r}, got {got!r}"
        return
    if not isinstance(got, dict):
        yield f"{place}: wanted an object, got {got!r}"
        return
    if [name for name in got if name in wanted] != list(wanted):
        yield f"{place}: members {list(got)}, wanted {list(wanted)}"
        return
    if place.rpartition(".")[2] in MAPS and len(got) != len(wanted):
        yield f"{place}: entries {list(got)}, wanted {list(wanted)}"
    for name, value in wanted.items():
        yield from differences(f"{place}.{name}", value, got[name])


def main():
    with open(sys.argv[1], encoding="utf-8") as vector, open(sys.argv[2], encoding="utf-8") as marker:
        found = list(differences("", json.load(vector)["marker"], json.load(marker)))
    for line in found:
        print(line)
    return 1 if found else 0


sys.exit(main())
