"""A client of a Redis server: plain RESP over a socket.

    write <port> <record>    sets k1, k2, … until SIGTERM, one at a time, and records each write
                             that was acknowledged: its number, CLOCK_MONOTONIC in nanoseconds,
                             the server's version and the server's pid
    verify <port> <record>   fails unless every recorded write is there, with its value
"""

import signal
import socket
import sys
import time


class Refused(Exception):
    """The server answered with an error."""


class Server:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.replies = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.replies.close()
        self.socket.close()

    def send(self, commands):
        request = b""
        for words in commands:
            request += b"*%d\r\n" % len(words)
            for word in words:
                request += b"$%d\r\n%s\r\n" % (len(word), word.encode())
        self.socket.sendall(request)

    def reply(self):
        line = self.replies.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError("the server is gone")
        kind, rest = line[:1], line[1:-2].decode()
        if kind == b"-":
            raise Refused(rest)
        if kind != b"$":
            return rest
        size = int(rest)
        if size < 0:
            return None
        body = self.replies.read(size + 2)
        if len(body) < size + 2:
            raise ConnectionError("the server is gone")
        return body[:-2].decode()

    def call(self, *words):
        self.send([words])
        return self.reply()

    def info(self):
        lines = self.call("INFO", "server").splitlines()
        return dict(line.split(":", 1) for line in lines if ":" in line)


class Writer:
    def __init__(self, port, record):
        self.port = port
        self.record = record
        self.number = 1
        self.is_ending = False
        signal.signal(signal.SIGTERM, self.end)
        # A thread of a pool that starts a process leaves it its own mask, where TERM is blocked.
        signal.pthread_sigmask(signal.SIG_SETMASK, ())

    def end(self, *_):
        self.is_ending = True

    def run(self):
        while not self.is_ending:
            try:
                with Server(self.port) as server:
                    self.write(server)
            except OSError:
                # Not to take the processor from the server that is coming up.
                time.sleep(0.001)
            except Refused as error:
                if not str(error).startswith("LOADING"):
                    raise
                time.sleep(0.001)

    def write(self, server):
        info = server.info()
        who = f"{info['redis_version']} {info['process_id']}"
        while not self.is_ending:
            answer = server.call("SET", f"k{self.number}", str(self.number))
            if answer != "OK":
                raise ValueError(f"SET was answered with {answer}")
            self.record.write(f"{self.number} {time.monotonic_ns()} {who}\n")
            self.number += 1


def verify(port, record):
    numbers = [line.split()[0] for line in record]
    wrong = []
    with Server(port) as server:
        for start in range(0, len(numbers), 500):
            batch = numbers[start : start + 500]
            server.send([("GET", "k" + number) for number in batch])
            for number in batch:
                value = server.reply()
                if value != number:
                    wrong.append(f"k{number} is {value}")
    if wrong or not numbers:
        sys.exit(f"{len(wrong)} of {len(numbers)} writes are lost: {wrong[:10]}")


def main():
    command, port, path = sys.argv[1:]
    if command == "write":
        with open(path, "w", buffering=1) as record:
            Writer(int(port), record).run()
    elif command == "verify":
        with open(path) as record:
            verify(int(port), record)
    else:
        sys.exit(__doc__)


main()
