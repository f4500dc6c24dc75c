#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Write the examples of a manual page or of a Markdown file as shell scripts.

usage: examples.py FILE FOLDER [SECTION]

Of a page: each .Dl line and each .Bd -literal block of SECTION, or of its EXAMPLES, but those that start with a brace,
which show what a file holds. Of Markdown: each ```sh block.
They become FOLDER/01.sh, FOLDER/02.sh and so on.
"""
import pathlib
import re
import sys

ESCAPES = {r"\e": "\\", r"\(dq": '"', r"\(aq": "'", r"\-": "-", r"\&": "", r"\(ti": "~", r"\(ha": "^"}


def plain(text):
    return re.sub(r"\\(?:e|-|&|\(..)", lambda m: ESCAPES[m.group()], text)


def from_page(lines, section):
    inside, block = False, None
    for line in lines:
        if line.startswith(".Sh "):
            inside = line == ".Sh " + section
        elif inside and line.startswith(".Bd -literal"):
            block = []
        elif inside and line == ".Ed" and block is not None:
            yield block
            block = None
        elif block is not None:
            block.append(plain(line))
        elif inside and line.startswith(".Dl "):
            yield [plain(line[4:])]


def from_markdown(lines):
    block = None
    for line in lines:
        if line == "```sh":
            block = []
        elif line == "```" and block is not None:
            yield block
            block = None
        elif block is not None:
            block.append(line)


def main():
    source, folder = map(pathlib.Path, sys.argv[1:3])
    section = (sys.argv[3:] or ["EXAMPLES"])[0]
    lines = source.read_text().splitlines()
    blocks = from_markdown(lines) if source.suffix == ".md" else from_page(lines, section)
    commands = (block for block in blocks if not block[0].startswith("{"))
    for number, block in enumerate(commands, 1):
        (folder / f"{number:02}.sh").write_text("\n".join(block) + "\n")


main()
