"""Asks for the status over a Unix socket, over and over, until the file <stop> is there.

    request-loop.py <socket> <stop>

Prints a line for each request: the status code of its answer, `refused` if there was no connection,
or `cut` if there was one and no answer.
"""

import os
import socket
import sys

REQUEST = b"GET /v1/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def ask(path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(30)
        try:
            connection.connect(path)
        except OSError as error:
            return f"refused ({error})"
        try:
            connection.sendall(REQUEST)
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        except OSError as error:
            return f"cut ({error})"
        return answer.split()[1].decode() if answer else "cut"


while not os.path.exists(sys.argv[2]):
    print(ask(sys.argv[1]), flush=True)
