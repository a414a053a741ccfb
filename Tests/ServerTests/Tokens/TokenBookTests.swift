import CLinux
import FoundationEssentials
import Glibc
import Supervisor
import Testing

@testable import API
@testable import Server

struct TokenBookTests {
    private let disk: TokensOnDisk
    private let token = Token()

    init() throws {
        disk = try TokensOnDisk()
    }

    @Test(arguments: Scope.allCases)
    func `a token that is in the file is known with all that the file says`(scope: Scope) throws {
        try disk.write([TokenEntry(Token()), TokenEntry(token, scope, label: "ci of fleet 2")])
        #expect(
            disk.book().caller(token)
                == .token(id: "\(token.id)", label: "ci of fleet 2", scope: scope))
        #expect(try disk.log == "")
    }

    @Test func `another secret under the same id is refused`() throws {
        try disk.write([TokenEntry(token)])
        let book = disk.book()
        let forged = "sy_\(token.id)_" + Token().text.suffix(43)
        #expect(book.caller(authorization: "Bearer \(forged)") == .invalidToken)
        #expect(book.caller(Token()) == .invalidToken)
        for position in token.text.indices.suffix(43) {
            var text = token.text
            let other: Character = text[position] == "A" ? "B" : "A"
            text.replaceSubrange(position...position, with: String(other))
            #expect(book.caller(authorization: "Bearer \(text)") == .invalidToken)
        }
        #expect(book.caller(token) != .invalidToken)
    }

    @Test func `an id alone proves nothing, not even against the dummy`() throws {
        try disk.write("aaaaaaaa operate \(String(repeating: "00", count: 32)) 2026-01-01 - -\n")
        let zero = "sy_aaaaaaaa_" + String(repeating: "A", count: 43)
        #expect(disk.book().caller(authorization: "Bearer \(zero)") == .invalidToken)
    }

    @Test func `an expired token is refused from its moment on`() throws {
        let (past, soon) = (Token(), Token())
        try disk.write([
            TokenEntry(past, expires: .now - 0.001), TokenEntry(soon, expires: .now + 0.3),
            TokenEntry(token, expires: .now + 3600),
        ])
        let book = disk.book()
        #expect(book.caller(past) == .invalidToken)
        let caller = book.caller(soon)
        #expect(caller != .invalidToken)
        #expect(book.isValid(caller))
        eventually { book.caller(soon) == .invalidToken }
        #expect(!book.isValid(caller))
        #expect(book.caller(token) != .invalidToken)
    }

    @Test func `what changes in the file counts at the next question`() throws {
        let book = disk.book()
        #expect(book.caller(token) == .invalidToken)
        for _ in 0..<50 {
            try disk.write([TokenEntry(token, .operate)])
            let caller = book.caller(token)
            #expect(caller.scope == .operate)
            #expect(book.isValid(caller))
            try disk.write([TokenEntry(token, .read)])
            #expect(book.caller(token).scope == .read)
            #expect(!book.isValid(caller))
            try disk.write([TokenEntry(Token())])
            #expect(book.caller(token) == .invalidToken)
            #expect(!book.isValid(caller))
        }
        unlink(disk.path)
        #expect(book.caller(token) == .invalidToken)
        #expect(try disk.log == "")
    }

    @Test func `a file that is written in place is read again, too`() throws {
        let line = TokenEntry(token).line + "\n"
        let file = try Descriptor(
            open(disk.path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600), call: "open")
        let book = disk.book()
        for isThere in [true, false, true, false, true] {
            // Of the same length, and within one tick of the clock that files are stamped by.
            let text = Array((isThere ? line : "#" + line.dropFirst()).utf8)
            #expect(pwrite(file.number, text, text.count, 0) == text.count)
            eventually { (book.caller(token) != .invalidToken) == isThere }
        }
    }

    @Test func `a file that did not change is not read for every question`() throws {
        try disk.write([TokenEntry(token)])
        let book = disk.book()
        let opens = try Descriptor(
            inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC)), call: "inotify_init1")
        #expect(inotify_add_watch(opens.number, disk.path, UInt32(IN_OPEN)) >= 0)
        let begin = ContinuousClock.now
        for _ in 0..<10_000 { _ = book.caller(token) }
        let tenths = (ContinuousClock.now - begin) / .milliseconds(100)
        var events = [UInt8](repeating: 0, count: 65_536)
        let count = read(opens.number, &events, events.count) / MemoryLayout<inotify_event>.size
        #expect(Double(count) <= tenths + 1)
    }

    @Test func `broken lines are reported once by number and never by content`() throws {
        let canary = "sy_canaryaa_secretsecretsecret"
        try disk.write("\(canary)\n\(TokenEntry(token).line)\n# x\n\(canary) read x y z w\n")
        let book = disk.book()
        for _ in 0..<10 { #expect(book.caller(token) != .invalidToken) }
        let log = try disk.log
        #expect(log.split(separator: "\n").count == 1)
        for part in [
            "a tokens file has lines that do not count", "count=2", "1, 4", "\(disk.path)",
            "line 1: it has not the six fields",
        ] {
            #expect(log.contains(part))
        }
        #expect(!log.contains("canary"))
    }

    @Test func `peers stay valid, and who has proved nothing never is`() {
        let book = disk.book()
        #expect(book.isValid(.peer(uid: 7)))
        #expect(!book.isValid(.anonymous))
        #expect(!book.isValid(.invalidToken))
        #expect(!book.isValid(.token(id: "k7qm2x4a", label: nil, scope: .read)))
    }

    @Test func `both sources count, and the first decides about an id`() throws {
        let other = Token()
        try disk.write([TokenEntry(token, .read)])
        let credential = disk.home.path + "/switchyard-tokens"
        let lines = [TokenEntry(token, .operate), TokenEntry(other, .stage)].map(\.line)
        try DurableFile.replace(
            credential, with: lines.joined(separator: "\n").utf8, mode: 0o400)
        let book = disk.book(
            [disk.path, credential].map {
                TokenFile(path: $0, owners: [geteuid()], isExpected: false)
            })
        #expect(book.caller(token).scope == .read)
        #expect(book.caller(other).scope == .stage)
        unlink(disk.path)
        #expect(book.caller(token).scope == .operate)
    }
}
