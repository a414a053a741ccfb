import Glibc
import Testing

@testable import Supervisor

/// What is made of the files that came out of an archive, whoever has written them.
struct UnpackingTests {
    private let sample: UnpackedSample
    private var temporary: TemporaryHome { sample.temporary }
    private let program = Head.program(3000, fill: 1)
    private let library = Head.program(2000, fill: 2)

    init() throws {
        sample = try UnpackedSample()
    }

    @Test func `each file is copied to one of its own, and the copy is hashed`() throws {
        let received = try sample.unpack([
            "bin/dummyd": program, "lib/libx.so": library, "README": Array("text".utf8),
        ])
        let original = sample.unpacked(received) + "/bin/dummyd"
        let writer = open(temporary[original], O_WRONLY | O_CLOEXEC)
        defer { close(writer) }
        let assembly = try sample.assemble(received)
        #expect(assembly.executable.path == "bin/dummyd")
        #expect(assembly.executable.sha256 == UnpackedSample.digest(program))
        #expect(assembly.executable.size == 3000)
        #expect(assembly.sideFiles.map(\.path) == ["lib/libx.so"])
        #expect(assembly.sideFiles.map(\.sha256) == [UnpackedSample.digest(library)])
        #expect(assembly.items.last?.path == "bin/dummyd")
        // Whoever unpacked it still has the original open.
        #expect(pwrite(writer, "evil", 4, 0) == 4)
        let copy = sample.staging + "/" + assembly.executable.source
        #expect(try temporary.read(copy).utf8.count > 0)
        #expect(try temporary.status(copy).st_ino != temporary.status(original).st_ino)
        #expect(try temporary.status(copy).st_mode & 0o7777 == 0o600)
        #expect(try UnpackedSample.digest(bytes(copy)) == assembly.executable.sha256)
    }

    private func bytes(_ name: String) throws -> [UInt8] {
        try ForeignFile.read(temporary[name], limit: 1 << 20).bytes
    }

    @Test func `links, pipes and what has another name than a daemon's are not taken`() throws {
        try temporary.write(program, to: "outside")
        let received = try sample.unpack(["text": Array("x".utf8)])
        let folder = sample.unpacked(received)
        try temporary.makeLink(folder + "/dummyd", to: temporary["outside"])
        try temporary.makeLink(folder + "/bin", to: temporary.path)
        #expect(mkfifo(temporary[folder + "/pipe"], 0o600) == 0)
        #expect { try sample.assemble(received) } throws: { error in
            guard case .unpackRefused? = error as? StagingRefusal else { return false }
            return true
        }
    }

    @Test func `a wish to stop ends it, and so does the end of the space for the node`() throws {
        let received = try sample.unpack(["dummyd": program])
        let stop = StopWish()
        stop.raise()
        #expect(throws: StagingRefusal.cancelled) { try sample.assemble(received, stop: stop) }
        var limits = Quarantine.Limits()
        limits.reserve = .bytes(.max)
        limits.takesArchives = true
        let greedy = Quarantine(home: temporary.home, limits: limits, counters: Counters())
        // Its first look sweeps.
        #expect(!greedy.hasReserve)
        let other = try sample.unpack(["dummyd": program])
        #expect(throws: StagingRefusal.diskReserve) {
            try greedy.assemble(other.id, daemon: "dummyd", stop: StopWish())
        }
    }

    @Test func `more than any archive may hold is refused unread`() throws {
        let received = try sample.unpack(["dummyd": program])
        #expect(truncate(temporary[sample.unpacked(received) + "/dummyd"], 5 << 30) == 0)
        #expect { try sample.assemble(received) } throws: { error in
            guard case .unpackRefused(let why, _)? = error as? StagingRefusal else { return false }
            return why.contains("4294967296")
        }
    }

    @Test func `what an earlier attempt has left is gone at the next, and all of it at the end`()
        throws
    {
        let received = try sample.unpack(["old/dummyd": program])
        _ = try sample.assemble(received)
        let (archive, folder) = try sample.quarantine.beginUnpacking(received)
        #expect(Seal(archive)?.size == 512)
        #expect(ProcFile.names(in: "/proc/self/fd/\(folder.number)") == [])
        #expect(!temporary.has("\(sample.staging)/\(received.id).assembled"))
        try temporary.write(program, to: sample.unpacked(received) + "/a/b/c/dummyd")
        sample.quarantine.discard(received.id)
        #expect(temporary.names(in: sample.staging) == [])
    }
}
