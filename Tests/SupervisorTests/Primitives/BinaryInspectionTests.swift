import Glibc
import Testing

@testable import Supervisor

struct BinaryInspectionTests {
    private static let binary = "cosmovisor/upgrades/v1/bin/dummyd"
    private let temporary: TemporaryHome
    private var release: Release { Release(home: temporary.home, directory: "upgrades/v1") }

    init() throws {
        temporary = try TemporaryHome()
    }

    /// The first bytes of a program of this machine.
    private func program() throws -> [UInt8] {
        guard let path = realpath("/bin/true", nil) else { throw SystemError("realpath") }
        defer { free(path) }
        return try ForeignFile.readPrefix(String(cString: path), limit: 1 << 20)
    }

    @Test func `a program of this machine and a script are present`() throws {
        try temporary.write(try program(), to: Self.binary)
        #expect(BinaryInspection.staged(release) == .present)
        try temporary.write("#!/bin/sh\n", to: Self.binary)
        #expect(BinaryInspection.staged(release) == .present)
    }

    @Test func `a link to a program is present`() throws {
        try temporary.write(try program(), to: "program")
        try temporary.makeLink(Self.binary, to: temporary["program"])
        #expect(BinaryInspection.staged(release) == .present)
    }

    @Test func `what is not there is absent`() throws {
        #expect(BinaryInspection.staged(release) == .absent)
        #expect(BinaryBook(home: temporary.home).facts(of: release) == .absent)
        try temporary.makeLink(Self.binary, to: "/no/such/program")
        #expect(BinaryInspection.staged(release) == .absent)
        try temporary.write("", to: "cosmovisor/upgrades/v2")
        let file = Release(home: temporary.home, directory: "upgrades/v2")
        #expect(BinaryInspection.staged(file) == .absent)
    }

    @Test func `what cannot run here is unusable`() throws {
        var foreign = try program()
        foreign[18] = foreign[18] == 62 ? 183 : 62
        let contents: [[UInt8]] = [
            [], Array("echo hello\n".utf8), [0x7f], Array("#".utf8), Array("\u{7f}ELF".utf8),
            Array(try program().prefix(19)), foreign,
        ]
        for content in contents {
            try temporary.write(content, to: Self.binary)
            #expect(isUnusable)
        }
    }

    @Test func `a folder, a pipe and a circle of links are unusable`() throws {
        try temporary.makeFolder(Self.binary)
        #expect(isUnusable)
        #expect(BinaryBook(home: temporary.home).facts(of: release) == .absent)
        rmdir(release.binary)
        #expect(mkfifo(release.binary, 0o755) == 0)
        #expect(isUnusable)
        unlink(release.binary)
        try temporary.makeLink(Self.binary, to: "dummyd")
        #expect(isUnusable)
    }

    private var isUnusable: Bool {
        guard case .unusable = BinaryInspection.staged(release) else { return false }
        return true
    }

    @Test(arguments: [
        (0o644, 0o755), (0o600, 0o711), (0o755, 0o755), (0o4750, 0o4751), (0o444, 0o555),
    ])
    func `what is missing of the right to run is added`(before: Int, after: Int) throws {
        try temporary.write("#!/bin/sh\n", to: Self.binary, mode: mode_t(before))
        try BinaryInspection.makeExecutable(release.binary)
        #expect(try temporary.status(Self.binary).st_mode & 0o7777 == UInt32(after))
    }

    @Test func `a binary that is gone cannot be made executable`() {
        let error = SystemError("stat", path: release.binary, code: ENOENT)
        #expect(throws: error) { try BinaryInspection.makeExecutable(release.binary) }
    }
}
