import Glibc
import Supervisor
import Testing

@testable import API
@testable import Server

/// Files that do not count, each named in the log.
struct TokenFileTests {
    private let disk: TokensOnDisk
    private let token = Token()

    init() throws {
        disk = try TokensOnDisk()
    }

    private func expectRefusal(_ reason: String, _ book: TokenBook) throws {
        for _ in 0..<5 { #expect(book.caller(token) == .invalidToken) }
        let log = try disk.log
        #expect(log.split(separator: "\n").count == 1)
        #expect(log.contains("a tokens file does not count"))
        #expect(log.contains(disk.path))
        #expect(log.contains(reason), "\(log)")
    }

    @Test(arguments: [0o644, 0o604, 0o602, 0o622, 0o660, 0o666, 0o610] as [mode_t])
    func `others can read or write it`(mode: mode_t) throws {
        try disk.write(TokenEntry(token).line, mode: mode)
        try expectRefusal("has mode \(String(mode, radix: 8))", disk.book())
    }

    @Test func `it counts as soon as its mode is right, and no longer when it is not`() throws {
        try disk.write(TokenEntry(token).line, mode: 0o644)
        let book = disk.book()
        #expect(book.caller(token) == .invalidToken)
        chmod(disk.path, 0o600)
        #expect(book.caller(token) != .invalidToken)
        chmod(disk.path, 0o606)
        #expect(book.caller(token) == .invalidToken)
    }

    @Test func `it is a link`() throws {
        try disk.home.write(TokenEntry(token).line, to: "elsewhere", mode: 0o600)
        #expect(symlink(disk.home.path + "/elsewhere", disk.path) == 0)
        try expectRefusal("it is a symbolic link", disk.book())
    }

    @Test func `it is a named pipe`() throws {
        #expect(mkfifo(disk.path, 0o600) == 0)
        try expectRefusal("it is a named pipe", disk.book())
    }

    @Test func `it is a folder`() throws {
        try disk.home.makeFolder("tokens")
        try expectRefusal("it is a folder", disk.book())
    }

    @Test func `it is huge`() throws {
        try disk.write(TokenEntry(token).line)
        #expect(truncate(disk.path, 1 << 40) == 0)
        try expectRefusal("it is too large", disk.book())
    }

    @Test func `it is not there though somebody named it`() throws {
        try expectRefusal("it does not exist", disk.book(isExpected: true))
    }

    @Test func `a file that nobody named may be missing`() throws {
        #expect(disk.book().caller(token) == .invalidToken)
        #expect(try disk.log == "")
    }

    @Test(.enabled(if: Privileges.areEnough, "needs root"))
    func `it belongs to somebody else`() throws {
        try disk.write(TokenEntry(token).line)
        #expect(chown(disk.path, 65534, 65534) == 0)
        try expectRefusal("belongs to uid 65534", disk.book())
        #expect(disk.book(owners: [65534]).caller(token) != .invalidToken)
    }

    @Test(
        .enabled(if: Privileges.areEnough, "needs root"),
        arguments: [(0o640, true), (0o440, true), (0o600, true), (0o660, false), (0o644, false)]
            as [(mode_t, Bool)])
    func `root's file may be read by its group`(mode: mode_t, counts: Bool) throws {
        try disk.write(TokenEntry(token).line, mode: mode)
        #expect((disk.book(owners: [65534]).caller(token) != .invalidToken) == counts)
    }
}
