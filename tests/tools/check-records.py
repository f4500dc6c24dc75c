#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Check lines of records against dx-record(5), with another implementation of its rules.

usage: check-records.py [-n COUNT] [FILE...]

Each line of type data must be compact JSON with type, id and sha256 first and the other members sorted
bytewise at every level, hold nothing but strings, null, arrays and objects, and carry the SHA-256 of the
object without type and sha256. Other lines are control lines and may be anything. Exit status 1, with
the line's number, if a line is wrong, or if there are not COUNT records.
"""
import argparse
import fileinput
import hashlib
import json
import sys


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def sort(value):
    """VALUE with the members of every object in bytewise order of their names."""
    if isinstance(value, dict):
        return {name: sort(value[name]) for name in sorted(value, key=lambda n: n.encode())}
    return [sort(v) for v in value] if isinstance(value, list) else value


def check_types(value):
    """Strings, null, arrays and objects, none of them empty."""
    if isinstance(value, (dict, list)):
        assert value, "an empty object or array"
        for inner in value.values() if isinstance(value, dict) else value:
            check_types(inner)
    else:
        assert value is None or isinstance(value, str), f"neither text nor null: {value!r}"


def no_twins(pairs):
    assert len({name for name, _ in pairs}) == len(pairs), "a member stands twice"
    return dict(pairs)


def check(line):
    """Whether LINE is a record; an AssertionError if it is a wrong one."""
    assert line.endswith(b"\n"), "no line end"
    record = json.loads(line.decode("utf-8"), object_pairs_hook=no_twins)
    if record.get("type") != "data":
        return False
    assert list(record)[:3] == ["type", "id", "sha256"], "type, id, sha256 are not first"
    assert isinstance(record["id"], str) and record["id"].strip(), "no id"
    object_alone = {name: value for name, value in record.items() if name not in ("type", "sha256")}
    check_types(object_alone)
    members = sort({name: value for name, value in object_alone.items() if name != "id"})
    wanted = {"type": "data", "id": record["id"], "sha256": record["sha256"]} | members
    assert line[:-1].decode() == compact(wanted), "not compact, or not sorted"
    digest = hashlib.sha256(compact(sort(object_alone)).encode()).hexdigest()
    assert record["sha256"] == digest, f"sha256 is {record['sha256']}, should be {digest}"
    return True


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1][7:])
    parser.add_argument("-n", type=int)
    parser.add_argument("files", nargs="*")
    args = parser.parse_args()
    count = 0
    with fileinput.input(args.files, mode="rb") as lines:
        for line in lines:
            try:
                count += check(line)
            except (AssertionError, ValueError) as error:
                sys.exit(f"check-records.py: {lines.filename()}: line {lines.filelineno()}: {error}")
    if args.n is not None and args.n != count:
        sys.exit(f"check-records.py: {count} records, not {args.n}")


main()
