"""Releases of a daemon `simd`, and servers that have them: releases.py FOLDER PROGRAM

PROGRAM lends its first bytes to what should pass as an executable. Prints the ports as one line of
JSON, and ends, with its folder, when its standard input does.
"""

import gzip
import io
import json
import os
import random
import shutil
import socket
import ssl
import subprocess
import sys
import tarfile
import threading
import zipfile

FOLDER, PROGRAM = sys.argv[1:3]
with open(PROGRAM, "rb") as file:
    HEAD = file.read(64)
os.mkdir(f"{FOLDER}/files")


def elf(seed, size=20_000, head=HEAD):
    return head + random.Random(seed).randbytes(size - len(head))


# Another machine's: s390.
FOREIGN = HEAD[:18] + b"\x16\x00" + HEAD[20:]
SIMD, WASM, GCC = elf(3), elf(5), elf(7)


def put(name, content):
    with open(f"{FOLDER}/files/{name}", "wb") as file:
        file.write(content)


def member(name, content=None, mode=0o755, **fields):
    info = tarfile.TarInfo(name)
    info.mode = mode
    info.size = len(content) if content is not None else 0
    for field, value in fields.items():
        setattr(info, field, value)
    return info, content


def link(name, target):
    return member(name, type=tarfile.SYMTYPE, linkname=target)


def tar(*members):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for info, content in members:
            archive.addfile(info, io.BytesIO(content) if content is not None else None)
    return buffer.getvalue()


def tgz(*members):
    return gzip.compress(tar(*members), 1)


def zipped(*files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            info = zipfile.ZipInfo(name)
            info.external_attr = 0o100755 << 16
            info.create_system = 3
            archive.writestr(info, content)
    return buffer.getvalue()


def layouts():
    text = [member(name, b"text\n", 0o644) for name in ("LICENSE", "README.md")]
    put("akash.zip", zipped(("simd", SIMD)))
    put("cheqd.tar.gz", tgz(*text, member("simd", SIMD)))
    put("provenance.zip", zipped(("bin/simd", SIMD), ("bin/libwasmvm.so", WASM)))
    put("evmos.tar.gz", tgz(*text, member("bin/", type=tarfile.DIRTYPE), member("bin/simd", SIMD)))
    put("cronos.tar.gz", tgz(
        member("./bin/simd", SIMD), link("./lib/libwasmvm.so", "store/libwasmvm.x86_64.so"),
        member("./lib/store/libwasmvm.x86_64.so", WASM),
        member("./exe/simd", type=tarfile.LNKTYPE, linkname="./bin/simd")))
    put("dydx.tar.gz", tgz(member("./build/simd-v5.0.0-linux-amd64", SIMD)))
    put("axelar.zip", zipped(
        ("simd-linux-amd64-v1.0.0", SIMD), ("simd-linux-amd64-v1.0.0.sha256", b"00")))
    # The next release has another library, elsewhere.
    put("next.tar.gz", tgz(member("bin/simd", elf(11)), member("lib/libgcc_s.so.1", GCC)))
    put("large.tar.gz", tgz(
        member("bin/simd", elf(13, 3_000_000)),
        *[member(f"lib/libpart{n}.so", elf(17 + n, 500_000)) for n in range(8)]))
    put("simd", SIMD)


def attacks():
    put("parent.tar", tar(member("../simd", SIMD)))
    put("link-out.tar", tar(member("simd", SIMD), link("lib.so", "../../../config/config.toml")))
    put("through-link.tar", tar(link("d", "../.."), member("d/simd", SIMD)))
    put("device.tar", tar(member("simd", type=tarfile.CHRTYPE, devmajor=1, devminor=3)))
    put("setuid.tar", tar(member("simd", SIMD, 0o4755)))
    put("twice.tar", tar(member("simd", SIMD), member("simd", WASM)))
    put("bomb.tar.gz", tgz(member("simd", bytes(160 << 20))))
    put("script.tar", tar(member("simd", b"#!/bin/sh\n"), member("simd.real", SIMD)))
    put("nested.zip", zipped(("inner.tar.gz", tgz(member("simd", SIMD)))))
    put("foreign.tar", tar(member("simd", elf(3, head=FOREIGN))))
    put("ambiguous.tar", tar(member("one", SIMD), member("two", WASM)))
    put("cut.tar.gz", tgz(member("simd", SIMD))[:9000])


AUTHORITIES = """
cd "$FOLDER"
key="ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
for name in server stranger; do
    openssl req -x509 -newkey $key -days 2 -subj "/CN=$name" -keyout $name-ca.key -out $name-ca.crt
    openssl req -newkey $key -subj /CN=localhost -keyout $name.key -out $name.csr
    echo subjectAltName=DNS:localhost,IP:127.0.0.1 >$name.ext
    openssl x509 -req -in $name.csr -CA $name-ca.crt -CAkey $name-ca.key -CAcreateserial \
        -extfile $name.ext -days 2 -out $name.crt
done
"""


def answer(connection):
    head = b""
    while b"\r\n\r\n" not in head:
        piece = connection.recv(65536)
        if not piece:
            return
        head += piece
    kind, _, name = head.split(b" ")[1].decode().split("?")[0].strip("/").partition("/")
    with open(f"{FOLDER}/log", "a+") as log:
        log.write(f"{kind}/{name}\n")
        log.seek(0)
        count = log.read().split().count(f"{kind}/{name}")
    path = f"{FOLDER}/files/{os.path.basename(name)}"
    if kind == "endless":
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + HEAD)
        while True:
            connection.sendall(bytes(65536))
    if not os.path.exists(path):
        connection.sendall(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        return
    with open(path, "rb") as file:
        content = file.read()
    fields = f"HTTP/1.1 200 OK\r\nContent-Length: {len(content)}\r\nConnection: close\r\n\r\n"
    connection.sendall(fields.encode())
    if kind == "gated":
        connection.sendall(content[: len(content) // 2])
        with open(f"{path}.gate", "rb"):
            # Somebody has opened the other end, too.
            connection.sendall(content[len(content) // 2 :])
        return
    if kind == "stalled":
        connection.sendall(content[: len(content) // 2])
        while connection.recv(65536):
            pass
        return
    if kind == "cut" or (kind == "cut-once" and count == 1):
        # Nothing by which the rest could be asked for.
        connection.sendall(content[: len(content) // 2])
        return
    connection.sendall(content)


def handle(connection, context):
    try:
        with connection:
            if context:
                connection = context.wrap_socket(connection, server_side=True)
            answer(connection)
            if context:
                connection.unwrap()
    except OSError:
        pass


def listen(certificate):
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{FOLDER}/{certificate}.crt", f"{FOLDER}/{certificate}.key")

    def accept():
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=handle, args=(connection, context), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()[1]


layouts()
attacks()
subprocess.run(
    ["sh", "-ec", AUTHORITIES], env={**os.environ, "FOLDER": FOLDER}, check=True,
    stderr=subprocess.DEVNULL)
ports = {name: listen(name) for name in ("server", "stranger")}
ports["http"] = listen(None)
print(json.dumps(ports), flush=True)
sys.stdin.read()
shutil.rmtree(FOLDER, ignore_errors=True)
