"""Makes the archives that the tests unpack: make-archives.py FOLDER OUTSIDE

The layouts are those of real chains' releases. Of the rest, each is one attack or one mistake.
OUTSIDE is an absolute path that no entry may reach.
"""

import bz2
import gzip
import io
import lzma
import struct
import sys
import tarfile
import zipfile

FOLDER, OUTSIDE = sys.argv[1:3]
ELF = b"\x7fELF\x02\x01\x01" + bytes(9) + bytes(range(256)) * 64


def put(name, content):
    with open(f"{FOLDER}/{name}", "wb") as file:
        file.write(content)


def member(name, content=None, mode=0o644, **fields):
    """An entry of a tar: (header, content or None)."""
    info = tarfile.TarInfo(name)
    info.mode = mode
    info.size = len(content) if content is not None else 0
    for field, value in fields.items():
        setattr(info, field, value)
    return info, content


def folder(name, mode=0o755):
    return member(name, mode=mode, type=tarfile.DIRTYPE)


def program(name, content=ELF, mode=0o755):
    return member(name, content, mode)


def symlink(name, target):
    return member(name, mode=0o777, type=tarfile.SYMTYPE, linkname=target)


def hardlink(name, target):
    return member(name, type=tarfile.LNKTYPE, linkname=target)


def tar(*members, format=tarfile.PAX_FORMAT):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=format) as archive:
        for info, content in members:
            archive.addfile(info, io.BytesIO(content) if content is not None else None)
    return buffer.getvalue()


def zipped(*files, compression=zipfile.ZIP_DEFLATED):
    """Of (name, content, mode)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content, mode in files:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            info.create_system = 3
            info.compress_type = compression
            archive.writestr(info, content)
    return buffer.getvalue()


def zstd(content):
    """A frame of stored blocks; Python has no zstd."""
    frame = struct.pack("<IBI", 0xFD2FB528, 0xA0, len(content))
    blocks = [content[i : i + 65536] for i in range(0, len(content), 65536)]
    for number, block in enumerate(blocks):
        header = len(block) << 3 | (number == len(blocks) - 1)
        frame += header.to_bytes(3, "little") + block
    return frame


def sparse(name, size):
    """GNU's sparse format 1.0: a hole of that size, then a byte."""
    content = b"1\n%d\n1\n" % (size - 1)
    content += bytes(512 - len(content)) + b"x"
    info, content = member("GNUSparseFile.0/" + name, content)
    info.pax_headers = {
        "GNU.sparse.major": "1", "GNU.sparse.minor": "0",
        "GNU.sparse.name": name, "GNU.sparse.realsize": str(size),
    }
    return info, content


def claiming(size):
    """A header that promises so many bytes, in base 256 where octal digits do not do."""
    info, _ = member("big")
    info.size = size
    return info.tobuf(tarfile.GNU_FORMAT) + bytes(1024)


def layouts():
    text = [member(name, b"text\n") for name in ("LICENSE", "README.md", "CHANGELOG.md")]
    put("akash.zip", zipped(("akash", ELF, 0o100755)))
    put("mantra.tar.gz", gzip.compress(tar(program("mantrachaind"))))
    put("cheqd.tar.gz", gzip.compress(tar(*text, program("cheqd-noded"))))
    put("umee.tar.gz", gzip.compress(tar(*text[:2], program("umeed"))))
    put("evmos.tar.gz", gzip.compress(tar(folder("bin/"), program("bin/evmosd"))))
    put("provenance.zip", zipped(
        ("bin/", b"", 0o40755), ("bin/provenanced", ELF, 0o100755),
        ("bin/libwasmvm.so", ELF, 0o100644)))
    put("cronos.tar.gz", gzip.compress(tar(
        folder("./"), folder("./bin", 0o2755), program("./bin/cronosd"),
        folder("./lib"), symlink("./lib/libwasmvm.so", "libwasmvm.so.1"),
        symlink("./lib/libwasmvm.so.1", "./store/../store/libwasmvm.x86_64.so"),
        program("./lib/store/libwasmvm.x86_64.so"), hardlink("./exe/cronosd", "bin/cronosd"),
        symlink("./exe/loader", "../lib/store/" + "l" * 120), member("./lib/store/" + "l" * 120, ELF),
        format=tarfile.GNU_FORMAT)))
    put("dydx.tar.gz", gzip.compress(tar(program("./build/dydxprotocold-v5.0.0-linux-amd64"))))
    put("axelar.zip", zipped(
        ("axelard-linux-amd64-v1.0.0", ELF, 0o100755),
        ("axelard-linux-amd64-v1.0.0.sha256", b"00", 0o100644),
        ("axelard-linux-amd64-v1.0.0.asc", b"--", 0o100644),
        compression=zipfile.ZIP_STORED))
    some = tar(program("bin/nodé"), format=tarfile.PAX_FORMAT)
    put("plain.tar", some)
    put("tar.bz2", bz2.compress(some))
    put("tar.xz", lzma.compress(some))
    put("tar.zst", zstd(some))
    put("two-members.tar.gz", gzip.compress(some[:700]) + gzip.compress(some[700:]))
    put("garbage-behind.tar.gz", gzip.compress(some) + b"garbage")
    put("lone.gz", gzip.compress(ELF))
    put("lone.bz2", bz2.compress(ELF))
    put("lone.xz", lzma.compress(ELF))
    put("lone.zst", zstd(ELF))
    # Before ustar: no magic, no prefix.
    info, _ = program("old")
    header = bytearray(info.tobuf(tarfile.USTAR_FORMAT))
    header[257:] = bytes(255)
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    put("old.tar", bytes(header) + ELF + bytes(-len(ELF) % 512) + bytes(1024))
    put("attributes.tar", tar(member("a", ELF, pax_headers={
        "SCHILY.xattr.user.comment": "x", "SCHILY.acl.access": "user::rw-",
        "mtime": "1.5", "uname": "root"})))


def escapes():
    put("parent.tar", tar(member("../outside/evil", b"x")))
    put("parent-inside.tar", tar(member("a/../../outside/evil", b"x")))
    put("parent.zip", zipped(("../outside/evil", b"x", 0o100644)))
    put("absolute.tar", tar(member(OUTSIDE + "/evil", b"x")))
    put("absolute.zip", zipped((OUTSIDE + "/evil", b"x", 0o100644)))
    put("parent-folder.tar", tar(folder("../outside/evil/")))
    put("link-out.tar", tar(symlink("l", "../outside/kept")))
    put("link-absolute.tar", tar(symlink("l", OUTSIDE + "/kept")))
    put("link-out.zip", zipped(("l", b"../outside/kept", 0o120777)))
    put("file-through-link.tar", tar(symlink("d", "../outside"), member("d/evil", b"x")))
    put("file-over-link.tar", tar(symlink("d", "../outside/evil"), member("d", b"x")))
    put("folder-over-link.tar", tar(symlink("d", "../outside"), folder("d"), member("d/evil", b"x")))
    put("hard-link-out.tar", tar(hardlink("h", "../outside/kept")))
    put("hard-link-absolute.tar", tar(hardlink("h", OUTSIDE + "/kept")))
    put("hard-link-to-link.tar", tar(symlink("l", "../outside/kept"), hardlink("h", "l")))
    put("hard-link-early.tar", tar(hardlink("h", "a"), member("a", b"x")))
    put("link-dangling.tar", tar(symlink("l", "nothing")))
    put("link-circle.tar", tar(symlink("a", "b"), symlink("b", "a")))
    put("link-folder.tar", tar(folder("d"), symlink("l", "d")))
    put("link-below-file.tar", tar(member("f", b"x"), symlink("l", "f/..")))


def kinds():
    put("device.tar", tar(member("d", type=tarfile.CHRTYPE, devmajor=1, devminor=3)))
    put("block.tar", tar(member("d", type=tarfile.BLKTYPE, devmajor=8)))
    put("fifo.tar", tar(member("f", type=tarfile.FIFOTYPE)))
    put("setuid.tar", tar(program("s", mode=0o4755)))
    put("setgid.zip", zipped(("s", ELF, 0o102755)))
    put("capability.tar", tar(program("c"), member(
        "d", ELF, pax_headers={"SCHILY.xattr.security.capability": "\x01\x00"})))
    put("twice.tar", tar(member("a", b"x"), member("a", b"y")))
    put("twice.zip", zipped(("a", b"x", 0o100644), ("./a", b"y", 0o100644)))
    put("twice-spelt.tar", tar(member("b/a", b"x"), member(".//b/./a", b"y")))
    put("file-over-folder.tar", tar(folder("a"), member("a", b"x")))
    put("folder-over-file.tar", tar(member("a", b"x"), folder("a")))
    put("below-file.tar", tar(member("a", b"x"), member("a/b", b"y")))
    put("itself.tar", tar(member("./", b"x", type=tarfile.SYMTYPE, linkname="x")))
    put("control.tar", tar(member("a\nb", b"x")))
    put("no-utf-8.tar", tar(member("a\udcff", b"x"), format=tarfile.GNU_FORMAT))
    put("bidi.tar", tar(member("../\u202egnp.exe", b"x")))
    plain = zipped(("a", ELF, 0o100644))
    sealed = bytearray(plain)
    sealed[6] |= 1
    sealed[plain.rindex(b"PK\x01\x02") + 8] |= 1
    put("encrypted.zip", bytes(sealed))


def limits():
    put("bomb.tar.gz", gzip.compress(tar(member("b", bytes(160 << 20))), 6))
    put("bomb.tar.xz", lzma.compress(tar(member("b", bytes(100 << 20))), preset=0))
    put("bomb.tar.bz2", bz2.compress(tar(member("b", bytes(100 << 20))), 9))
    put("bomb.zip", zipped(("b", bytes(100 << 20), 0o100644)))
    put("bomb.gz", gzip.compress(ELF + bytes(100 << 20), 6))
    # POSIX lets a hard link bring its content along.
    info, _ = hardlink("h", "a")
    info.size, info.pax_headers = 100 << 20, {"comment": "pax"}
    link = info.tobuf(tarfile.PAX_FORMAT) + bytes(100 << 20)
    put("bomb-link.tar.gz", gzip.compress(tar(member("a", b"x"))[:1024] + link + bytes(1024), 6))
    put("sparse.tar", tar(sparse("s", 1 << 30)))
    put("sparse-huge.tar", tar(sparse("s", 1 << 40)))
    put("promise.tar", claiming(1 << 50))
    put("promise-most.tar", claiming((1 << 63) - 1))
    put("promise-negative.tar", claiming(-1))
    header = folder("d")[0].tobuf(tarfile.USTAR_FORMAT)
    put("million.tar.gz", gzip.compress(header * 10_000) * 100)
    deep = ["%d/" % number + "d/" * 200 + "f" for number in range(40)]
    put("deep.tar", tar(*[member(name, b"x") for name in deep]))
    put("endless.tar", claiming(1 << 30)[:512] + bytes(5 << 20))
    put("long-path.tar", tar(member("abcdefg/" * 70 + "x", b"x")))
    put("long-name.tar", tar(member("n" * 256, b"x")))
    info, _ = member("a", b"x")
    info.pax_headers = {"comment": "c" * (64 << 20)}
    put("large-header.tar.gz", gzip.compress(tar((info, b"x")), 1))
    # One piece of compressed bytes, which two hundred entries lay claim to.
    one = zipped(("a", bytes(4 << 20), 0o100644))
    start = one.rindex(b"PK\x01\x02")
    end = one.rindex(b"PK\x05\x06")
    entry = one[start:end]
    names = [b"%03d" % number for number in range(200)]
    entries = b"".join(
        entry[:28] + struct.pack("<H", 3) + entry[30:46] + name + entry[47:] for name in names)
    put("overlap.zip", one[:start] + entries + struct.pack(
        "<IHHHHIIH", 0x06054B50, 0, 0, 200, 200, len(entries), start, 0))


def others():
    inner = tar(program("a"))
    put("twice.tar.gz.gz", gzip.compress(gzip.compress(inner)))
    put("twice.tar.gz.xz", lzma.compress(gzip.compress(inner)))
    put("zip.gz", gzip.compress(zipped(("a", ELF, 0o100644))))
    put("text.gz", gzip.compress(b"just text"))
    put("empty", b"")
    put("page.tar.gz", b"\r\n<!DOCTYPE HTML><html>Not Found</html>")
    put("script.tar.gz", b"#!/bin/sh\necho\n")
    put("elf.zip", ELF + zipped(("a", b"x", 0o100644)))
    put("answer.zip", b'{"message": "Not Found"}')
    put("seven.7z", b"7z\xbc\xaf\x27\x1c" + bytes(100))
    put("noise", bytes(range(128, 256)) * 80)
    plain = zipped(("first", ELF, 0o100644), ("other", b"x", 0o100644))
    renamed = bytearray(plain)
    place = plain.rindex(b"first")
    renamed[place : place + 5] = b"fjrst"
    put("mismatch-name.zip", bytes(renamed))
    resized = bytearray(plain)
    place = plain.index(b"PK\x01\x02") + 24
    resized[place : place + 4] = struct.pack("<I", 3)
    put("mismatch-size.zip", bytes(resized))
    broken = bytearray(zipped(("a", ELF, 0o100644), compression=zipfile.ZIP_STORED))
    broken[200] ^= 1
    put("broken-sum.zip", bytes(broken))
    broken = bytearray(gzip.compress(inner))
    broken[len(broken) // 2] ^= 0xFF
    put("broken.tar.gz", bytes(broken))
    broken = bytearray(tar(member("a", b"x"), member("b", b"y")))
    broken[1024 + 5] ^= 0xFF
    put("broken-header.tar", bytes(broken))


for part in (layouts, escapes, kinds, limits, others):
    part()
