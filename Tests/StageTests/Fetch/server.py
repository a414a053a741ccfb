"""What a release may be fetched from, and what may pose as that: TLS servers and a proxy.

Takes a folder with certificates; prints its ports as one line of JSON, and writes what it is asked
to `log` in the folder, a line of JSON each.
"""

import gzip
import json
import socket
import ssl
import sys
import threading
import time
import urllib.parse

FOLDER = sys.argv[1]
CONTENT = bytes((i * 7 + i // 251) % 256 for i in range(300_000))
OTHER = bytes(reversed(CONTENT))
HALF = 150_000
TAG = '"v1"'

lock = threading.Lock()
counts = {}
ports = {}


def log(kind, **facts):
    with lock, open(FOLDER + "/log", "a") as file:
        file.write(json.dumps({"kind": kind, "time": time.monotonic(), **facts}) + "\n")


class Request:
    def __init__(self, connection):
        self.connection = connection
        head = b""
        while b"\r\n\r\n" not in head:
            piece = connection.recv(65536)
            if not piece:
                raise ConnectionError
            head += piece
            if head[0] == 0x16:
                # TLS where none is spoken.
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                raise ConnectionError
        lines = head.decode("latin-1").split("\r\n")
        self.method, target = lines[0].split(" ")[:2]
        self.target = target
        parts = urllib.parse.urlsplit(target)
        self.path = parts.path
        self.query = dict(urllib.parse.parse_qsl(parts.query))
        self.fields = {}
        for line in lines[1:]:
            name, colon, value = line.partition(":")
            if colon:
                self.fields[name.lower()] = value.strip()
        with lock:
            counts[self.path] = self.count = counts.get(self.path, 0) + 1

    def answer(self, status, *fields, body=b"", length=None):
        text = f"HTTP/1.1 {status} Whatever\r\nConnection: close\r\n"
        if length != "none":
            text += f"Content-Length: {len(body) if length is None else length}\r\n"
        for field in fields:
            text += field + "\r\n"
        self.connection.sendall(text.encode("latin-1") + b"\r\n" + body)

    def chunk(self, piece):
        self.connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))

    def wait(self):
        """Until the other side goes."""
        try:
            while self.connection.recv(65536):
                pass
        except OSError:
            pass


def part(request, content, *fields, total=None, first=None):
    start = int(request.fields["range"].removeprefix("bytes=").removesuffix("-"))
    first = start if first is None else first
    total = len(content) if total is None else total
    request.answer(
        206,
        f"Content-Range: bytes {first}-{len(content) - 1}/{total}",
        *fields,
        body=content[first:],
    )


CUT_FIELDS = {
    "tag": [f"ETag: {TAG}"],
    "changed": [f"ETag: {TAG}"],
    "weak": ['ETag: W/"v1"'],
    "none": [],
    "refusing": [f"ETag: {TAG}", "Accept-Ranges: none"],
    "dated": [
        "Last-Modified: Mon, 01 Jan 2024 00:00:00 GMT",
        "Date: Tue, 02 Jan 2024 00:00:00 GMT",
    ],
    "wrong": [f"ETag: {TAG}"],
    "mixed": [f"ETag: {TAG}"],
    "unsatisfied": [f"ETag: {TAG}"],
    "longer": [f"ETag: {TAG}"],
    "unknown": [f"ETag: {TAG}"],
}


def cut(request, kind):
    """Half of the file; then what a request for the rest gets."""
    fields = CUT_FIELDS[kind]
    if request.count == 1:
        request.answer(200, *fields, body=CONTENT[:HALF], length=len(CONTENT))
        return
    asked = "range" in request.fields
    if asked and request.fields.get("if-range") == fields[0].partition(": ")[2]:
        if kind in ("tag", "dated"):
            return part(request, CONTENT, *fields)
        if kind == "wrong":
            return part(request, CONTENT, *fields, first=HALF - 10)
        if kind == "mixed":
            return part(request, OTHER, 'ETag: "v2"')
        if kind == "longer":
            return part(request, CONTENT, *fields, total=len(CONTENT) + 1)
        if kind == "unsatisfied":
            return request.answer(416, "Content-Range: bytes */10")
        if kind == "unknown":
            request.answer(
                206,
                f"Content-Range: bytes {HALF}-999999999/*",
                "Transfer-Encoding: chunked",
                length="none",
            )
            return endless(request)
    request.answer(200, 'ETag: "v2"', body=OTHER[:100_000] if kind == "changed" else CONTENT)


def endless(request):
    try:
        while True:
            request.chunk(b"x" * 65536)
    except OSError:
        pass


def serve(request):
    kind, _, rest = request.path.strip("/").partition("/")
    if kind == "file":
        request.answer(200, body=CONTENT)
    elif kind == "chunked":
        request.answer(200, "Transfer-Encoding: chunked", length="none")
        for start in range(0, len(CONTENT), 7000):
            request.chunk(CONTENT[start : start + 7000])
        request.connection.sendall(b"0\r\nX-Trailer: HTTP/1.1 500\r\n\r\n")
    elif kind == "offered":
        if "gzip" in request.fields.get("accept-encoding", ""):
            request.answer(200, "Content-Encoding: gzip", body=gzip.compress(CONTENT))
        else:
            request.answer(200, body=CONTENT)
    elif kind == "compressed":
        request.answer(200, "Content-Encoding: gzip", body=gzip.compress(CONTENT, mtime=0))
    elif kind == "hinted":
        request.connection.sendall(b"HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\n\r\n")
        request.answer(200, body=CONTENT)
    elif kind == "empty":
        request.answer(200)
    elif kind == "status":
        request.answer(int(rest), body=b"a secret of this host")
    elif kind == "flaky":
        status, _, after = rest.partition("/")
        fields = [f"Retry-After: {after}"] if after else []
        if request.count == 1:
            request.answer(int(status), *fields)
        else:
            request.answer(200, body=CONTENT)
    elif kind == "to":
        request.answer(302, "Location: " + request.query["url"], body=b"x" * 100_000)
    elif kind == "hops":
        left = int(rest)
        if left == 0:
            request.answer(200, body=CONTENT)
        else:
            request.answer(307, f"Location: /hops/{left - 1}")
    elif kind == "cut":
        cut(request, rest)
    elif kind == "always-cut":
        if "range" not in request.fields:
            request.answer(200, f"ETag: {TAG}", body=CONTENT[:HALF], length=len(CONTENT))
            return
        request.answer(
            206,
            f"Content-Range: bytes {HALF}-{len(CONTENT) - 1}/{len(CONTENT)}",
            f"ETag: {TAG}",
            body=CONTENT[HALF : HALF + 100],
            length=len(CONTENT) - HALF,
        )
    elif kind == "unframed":
        request.answer(200, body=CONTENT[:HALF], length="none")
    elif kind == "part":
        request.answer(206, "Content-Range: bytes 0-9/20", body=CONTENT[:10])
    elif kind == "stall":
        request.answer(200, body=CONTENT[:10], length=len(CONTENT))
        request.wait()
    elif kind == "silent":
        request.wait()
    elif kind == "big":
        request.answer(200, length=10**12)
        request.wait()
    elif kind == "endless":
        request.answer(200, "Transfer-Encoding: chunked", length="none")
        endless(request)
    elif kind == "garbage":
        request.connection.sendall(b"\x1b[2J SSH-2.0-OpenSSH\r\n\r\n")
    elif kind == "odd":
        # A status line only for those who do not mind case.
        request.connection.sendall(b"http/1.1 200 OK\r\n\r\n" + CONTENT)
    elif kind == "headers":
        request.connection.sendall(b"HTTP/1.1 200 OK\r\n")
        try:
            while True:
                request.connection.sendall(b"X: " + b"y" * 1000 + b"\r\n")
        except OSError:
            pass
    else:
        request.answer(404)


def handle(connection, context, name):
    with connection:
        try:
            if context:
                connection = context.wrap_socket(connection, server_side=True)
            request = Request(connection)
            log("request", server=name, target=request.target, fields=request.fields)
            serve(request)
            if request.path.startswith(("/cut", "/always-cut", "/unframed")):
                # Not in order: TLS says when it is the end.
                connection.shutdown(socket.SHUT_RDWR)
            elif context:
                connection.unwrap()
        except (OSError, ssl.SSLError, ConnectionError):
            pass


def tunnel(connection, _, name):
    """A proxy behind which every name is this host."""
    with connection:
        request = Request(connection)
        log("proxy", target=request.target, method=request.method)
        host, _, port = request.target.rpartition(":")
        if host == "refused.example":
            return connection.sendall(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")
        with socket.create_connection(("127.0.0.1", int(port))) as far:
            connection.sendall(b"HTTP/1.1 200 Yes\r\nX: y\r\n\r\n")
            back = threading.Thread(target=pour, args=(far, connection), daemon=True)
            back.start()
            pour(connection, far)
            back.join()


def pour(source, sink):
    try:
        while piece := source.recv(65536):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def listen(name, certificate=None, handler=handle):
    listener = socket.create_server(
        ("", 0), family=socket.AF_INET6, dualstack_ipv6=True, backlog=64
    )
    ports[name] = listener.getsockname()[1]
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{FOLDER}/{certificate}.crt", f"{FOLDER}/{certificate}.key")

    def accept():
        while True:
            connection, _ = listener.accept()
            at = connection.getsockname()[0].removeprefix("::ffff:")
            log("connect", server=name, at=at)
            threading.Thread(
                target=handler, args=(connection, context, name), daemon=True
            ).start()

    threading.Thread(target=accept, daemon=True).start()


for certificate in ("server", "stranger", "misnamed", "expired"):
    listen(certificate, certificate)
listen("http")
listen("proxy", handler=tunnel)
print(json.dumps(ports), flush=True)
sys.stdin.read()
