#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Make random labels with text of every kind, and what dx-parse has to make of them.

usage: text-cases.py SEED COUNT SHAPE XML EXPECTED

Text holds white space of all sorts, control characters, random bytes and broken UTF-8, references, bare
ampersands. Python says what becomes of it: bytes.decode(errors="replace") for the repair, str.strip for
the shape xmltodict, json.dumps for the escapes, hashlib for the digest.
"""
import hashlib
import json
import random
import re
import sys

SPACES = [chr(c) for c in range(0x110000) if chr(c).isspace() and chr(c) not in "\x0b\x0c\x1c\x1d\x1e\x1f"]
TOKENS = [b"&amp;", b"&lt;", b"&gt;", b"&quot;", b"&apos;", b"&#13;", b"&#x41;", b"&#65;", b"&#x1F600;", b"&#0;",
          b"&#x1f;", b"&#xFFFF;", b"&#xD800;", b"&#1114112;", b"&", b"& ", b"&nbsp;", b"&AMP;", b"&#;", b"&#x;", b"&amp",
          b"\"", b"\\", b"'", b"/", b"\r\n", b"\r", b"\n", b"\t", b"text", b"\x7f", b"\x00", b"\x01", b"\x1f",
          "\u00e9\u2028\u2029\ufeff\U0001f600".encode(), "\ufffe\uffff".encode(), b"\xed\xa0\x80", b"\xf4\x90\x80\x80"]
NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


def some_text(rng):
    parts = []
    for _ in range(rng.randrange(6)):
        kind = rng.randrange(6)
        if kind == 0:
            parts.append(rng.choice(SPACES).encode() * rng.randrange(1, 4))
        elif kind == 1:
            parts.append(bytes(rng.randrange(256) for _ in range(rng.randrange(8))))
        elif kind == 2:
            # Broken UTF-8 is likelier from what starts well.
            parts.append(chr(rng.choice([0xE9, 0x20AC, 0x1F600])).encode()[:rng.randrange(1, 5)])
        else:
            parts.append(rng.choice(TOKENS))
    text = re.sub(rb"[<>]", b"", b"".join(parts))
    return text


def is_char(code):
    return code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF


def reference(match):
    name = match.group(1)
    if name in NAMED:
        return NAMED[name]
    found = re.fullmatch("#(?:x([0-9a-fA-F]+)|([0-9]+))", name)
    if not found:
        return match.group()
    code = int(found[1], 16) if found[1] else int(found[2])
    return chr(code) if is_char(code) else "\ufffd"


def meaning(raw):
    """What the bytes RAW between two tags say."""
    text = raw.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(c if is_char(ord(c)) else "\ufffd" for c in text)
    return re.sub("&([#0-9A-Za-z]+);", reference, text)


def value(raw, shape):
    text = meaning(raw)
    if shape == "xmltodict":
        return text.strip() or None
    # All white space: as XML has it, and only that.
    return text if text.strip(" \t\r\n") else None


def main():
    seed, count, shape, xml, expected = sys.argv[1:]
    rng = random.Random(int(seed))
    with open(xml, "wb") as source, open(expected, "wb") as lines:
        source.write(b"<labels>\n")
        for number in range(int(count)):
            texts = [some_text(rng) for _ in range(2)]
            source.write(b"<label><id>%d</id><name>%s</name><profile>%s</profile></label>\n" % (number, *texts))
            record = {"id": str(number), "name": value(texts[0], shape), "profile": value(texts[1], shape)}
            body = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
            digest = hashlib.sha256(body.encode()).hexdigest()
            lines.write(f'{{"type":"data","id":"{number}","sha256":"{digest}"{body[len(str(number)) + 8:]}\n'.encode())
        source.write(b"</labels>\n")


main()
