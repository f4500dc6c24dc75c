#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A dump server that misbehaves on demand, for tests.

usage: tests/tools/httpd.py FOLDER [--control FILE] [--log FILE] [--tls FILE]

Serves the month files of FOLDER (discogs_YYYYMMDD_*) with listing pages in the format of the real
server: `/` lists years, `/?prefix=data%2F2026%2F` a year, `/?download=data%2F2026%2FNAME` is a file.
A file root.html or YEAR.html in FOLDER is sent instead of the page made. Listens on a free port of
127.0.0.1 and prints it on standard output; ends with SIGTERM. With --tls it speaks TLS, with the
certificate and the key in that file.

The log has one line of JSON for each request: path, target (root, a year, a file's name), headers.

The control file is read before each request: lines `TARGET KEY[=VALUE]...`, TARGET a pattern of the
shell; the first line that fits counts. Keys:

  times=N         the line holds for the first N requests that it fits, then no more
  status=N        answer with this status and a short page
  retry-after=S   with that header: seconds, or +S for a date S seconds ahead in HTTP's form
  to=URL          with that Location (%d: this server's port)
  body=TEXT       this body ("html": a challenge page, with that Content-Type)
  from=FILE       the body of this file
  range           honour Range and If-Range, with ETag and Last-Modified
  etag=TEXT       with range: this ETag, quoted for you; a leading W/ makes it weak; "none" sends none
  modified=TEXT   with range: Last-Modified, underscores for blanks; "none" sends none
  badrange=KIND   a 206 that lies: start, unknown (no Content-Range), short (ends early), total (an asterisk), half (both)
  ignore-if-range with range: send the part whatever If-Range says
  chunked         no Content-Length, chunked
  bare            no Content-Length, not chunked: the end of the connection ends the body
  cut=N           end the connection in order after N bytes of the body
  reset=N         reset it after N bytes (-1: before the answer)
  cuts=FILE       end the Nth connection that the line fits at the place in line N of FILE, counted from
                  the start of the file, not of the part that is sent; no more when there are no more lines
  by=reset        with cuts: reset it there
  stall=N         say no more after N bytes (-1: before the answer)
  length=N        announce this Content-Length
  flip=N          flip a bit of byte N
  endless         go on sending zeros for ever
  slow=N          N bytes a second
"""
import argparse
import email.utils
import fnmatch
import http.server
import json
import os
import re
import shlex
import signal
import socket
import ssl
import struct
import sys
import threading
import time
import urllib.parse

NAME = re.compile(r"^discogs_(\d{4})\d{4}_(CHECKSUM\.txt|\w+\.xml\.gz)$")
CHALLENGE = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>"
HEAD = "Last Modified                   Size           Name\n" + "-" * 95 + "\n"


def shown_size(size):
    """As the real page shows it: bytes whole, the rest with one decimal."""
    for unit in ("KB", "MB", "GB"):
        if size < 1024:
            break
        size /= 1024
        if size < 1024 or unit == "GB":
            return f"{size:.1f} {unit}"
    return f"{size} B"


def root_page(folder):
    years = sorted({m.group(1) for m in map(NAME.match, os.listdir(folder)) if m})
    rows = [f'                                -              <a href="?prefix=data%2F{y}%2F">{y}/</a>\n' for y in years]
    return "<!DOCTYPE html>\n<html>\n<body>\n<pre>\n" + HEAD + "".join(rows) + "</pre>\n</body>\n</html>\n"


def year_page(folder, year):
    rows = [" " * 47 + '<a href="?prefix=data%2F">../</a>\n']
    for name in sorted(os.listdir(folder)):
        found = NAME.match(name)
        if not found or found.group(1) != year:
            continue
        st = os.stat(os.path.join(folder, name))
        day = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(st.st_mtime))
        link = f"?download=data%2F{year}%2F{name}"
        rows.append(f'{day}             {shown_size(st.st_size):<15}<a href="{link}">{name}</a>\n')
    return "<!DOCTYPE html>\n<html>\n<body>\n<pre>\n" + HEAD + "".join(rows) + "</pre>\n</body>\n</html>\n"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def target(self):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        if "download" in query:
            return query["download"][0].rsplit("/", 1)[-1]
        if "prefix" in query:
            return query["prefix"][0].rstrip("/").rsplit("/", 1)[-1]
        return "root"

    def note(self, target):
        if self.server.log:
            entry = {"target": target, "method": self.command, "path": self.path, "headers": dict(self.headers)}
            with self.server.lock, open(self.server.log, "a", encoding="utf-8") as log:
                log.write(json.dumps(entry) + "\n")

    def behaviour(self, target):
        """The keys of the first line of the control file that fits."""
        try:
            with open(self.server.control, encoding="utf-8") as control:
                lines = control.read().splitlines()
        except (OSError, TypeError):
            return {}
        for line in lines:
            pattern, *keys = shlex.split(line, comments=True) or [""]
            if not pattern or not fnmatch.fnmatch(target, pattern):
                continue
            keys = dict(k.partition("=")[::2] for k in keys)
            with self.server.lock:
                used = self.server.used.get(line, 0)
                if used >= int(keys.get("times", used + 1)):
                    continue
                if "cuts" in keys:
                    places = self.server.places(keys["cuts"])
                    if used >= len(places):
                        continue
                    keys["place"] = places[used]
                self.server.used[line] = used + 1
            return keys
        return {}

    def content(self, target):
        """The body and its type; None if there is no such thing."""
        folder = self.server.folder
        path = os.path.join(folder, target)
        if target == "root" or re.fullmatch(r"\d{4}", target):
            fixed = os.path.join(folder, target + ".html")
            if os.path.exists(fixed):
                with open(fixed, "rb") as page:
                    return page.read(), "text/html"
            return (root_page(folder) if target == "root" else year_page(folder, target)).encode(), "text/html"
        if not NAME.match(target) or not os.path.exists(path):
            return None, None
        return self.server.file(path), "application/octet-stream"

    def do_GET(self):
        target = self.target()
        self.note(target)
        keys = self.behaviour(target)
        if keys.get("reset") == "-1":
            return self.drop()
        if keys.get("stall") == "-1":
            return self.hang()
        if "status" in keys:
            return self.answer_status(int(keys["status"]), keys)
        body, kind = self.content(target)
        if "body" in keys:
            body, kind = keys["body"].encode(), "application/octet-stream"
            if keys["body"] == "html":
                body, kind = CHALLENGE, "text/html; charset=UTF-8"
        if "from" in keys:
            body, kind = self.server.file(keys["from"]), "application/octet-stream"
        if body is None:
            return self.answer_status(404, {})
        return self.answer(body, kind, keys)

    def do_HEAD(self):
        self.note(self.target())
        self.send_response(200)
        self.end_headers()

    def answer_status(self, status, keys):
        body = CHALLENGE if keys.get("body") == "html" else f"<html>{status}</html>".encode()
        self.send_response(status)
        after = keys.get("retry-after")
        if after:
            date = after.startswith("+")
            self.send_header("Retry-After", email.utils.formatdate(time.time() + int(after[1:]), usegmt=True) if date else after)
        if "to" in keys:
            self.send_header("Location", keys["to"].replace("%d", str(self.server.server_port)))
        self.send_header("Content-Type", "text/html")
        self.send_body(body.encode() if isinstance(body, str) else body, keys)

    def wanted_range(self, keys, etag, modified, size):
        """Where to start: None for the whole, -1 if there is nothing there."""
        found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if not found or "range" not in keys:
            return None
        condition = self.headers.get("If-Range")
        if condition is not None and "ignore-if-range" not in keys and condition not in (modified, etag if etag and not etag.startswith("W/") else None):
            return None
        start = int(found.group(1))
        return start if start < size else -1

    def answer(self, body, kind, keys):
        etag, modified = keys.get("etag", "v1"), keys.get("modified", "Sun, 02 Aug 2026 10:00:00 GMT").replace("_", " ")
        etag = 'W/"' + etag[2:] + '"' if etag.startswith("W/") else f'"{etag}"'
        size = len(body)
        start = self.wanted_range(keys, etag, modified, size)
        if start == -1:
            return self.answer_status(416, {})
        if "flip" in keys and int(keys["flip"]) < size:
            body = bytearray(body)
            body[int(keys["flip"])] ^= 1
        self.send_response(200 if start is None else 206)
        if "range" in keys:
            if keys.get("etag") != "none":
                self.send_header("ETag", etag)
            if keys.get("modified") != "none":
                self.send_header("Last-Modified", modified)
        if "place" in keys:
            keys[keys.get("by", "cut")] = max(keys["place"] - (start or 0), 0)
        if start is not None:
            body = self.send_range(body, start, keys.get("badrange"))
        self.send_header("Content-Type", kind)
        return self.send_body(body, keys)

    def send_range(self, body, start, lie):
        size = len(body)
        last, first, total = size - 1, start, str(size)
        if lie == "start":
            first = start + 1
        if lie in ("short", "half"):
            last = start + (size - start) // 2
        if lie in ("total", "half"):
            total = "*"
        if lie != "unknown":
            self.send_header("Content-Range", f"bytes {first}-{last}/{total}")
        return memoryview(body)[start:last + 1]

    def send_body(self, body, keys):
        chunked = "chunked" in keys
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif "bare" in keys or ("endless" in keys and "length" not in keys):
            self.send_header("Connection", "close")
            self.close_connection = True
        else:
            self.send_header("Content-Length", keys.get("length", str(len(body))))
        self.end_headers()
        limits = [int(keys[k]) for k in ("cut", "reset", "stall") if k in keys]
        end = min(limits + [len(body)])
        try:
            self.send_bytes(memoryview(body)[:end], chunked, int(keys.get("slow", 0)))
            while "endless" in keys:
                self.send_bytes(bytes(1 << 16), chunked, 0)
        except OSError:
            self.close_connection = True
            return
        if "stall" in keys:
            return self.hang()
        if "reset" in keys:
            return self.drop()
        if "cut" in keys or "length" in keys:
            self.close_connection = True
        elif chunked:
            self.wfile.write(b"0\r\n\r\n")

    def send_bytes(self, data, chunked, rate):
        step = max(rate // 10, 1) if rate else 1 << 16
        for at in range(0, len(data), step):
            piece = bytes(data[at:at + step])
            if chunked:
                piece = b"%x\r\n%s\r\n" % (len(piece), piece)
            self.wfile.write(piece)
            self.wfile.flush()
            if rate:
                time.sleep(0.1)

    def drop(self):
        """Closes with RST instead of FIN."""
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def hang(self):
        """Nothing more, until the client goes away."""
        self.wfile.flush()
        self.close_connection = True
        try:
            while self.connection.recv(4096):
                pass
        except OSError:
            pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, *args):
        super().__init__(*args)
        self.used, self.kept, self.lock = {}, {}, threading.Lock()

    def keep(self, path, read):
        """What READ makes of the file, read again only when it has changed."""
        st = os.stat(path)
        state = st.st_mtime_ns, st.st_size, st.st_ino
        if self.kept.get(path, (None,))[0] != state:
            with open(path, "rb") as file:
                self.kept[path] = state, read(file.read())
        return self.kept[path][1]

    def file(self, path):
        return self.keep(path, bytes)

    def places(self, path):
        return self.keep(path, lambda text: [int(n) for n in text.split()])

    def handle_error(self, request, client_address):
        pass


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1][7:])
    parser.add_argument("folder")
    parser.add_argument("--control")
    parser.add_argument("--log")
    parser.add_argument("--tls")
    args = parser.parse_args()
    server = Server(("127.0.0.1", 0), Handler)
    server.folder, server.control, server.log = args.folder, args.control, args.log
    if args.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(args.tls)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    sys.exit(main())
