import FoundationEssentials
import Testing

@testable import API
@testable import Server

struct TokenListTests {
    private static let digest = String(repeating: "0f", count: 32)
    private static let times = "2026-11-23T06:55:57.120Z 2027-01-31T00:00:00.000Z"
    private static let good = "k7qm2x4a stage \(digest) \(times) the ci of fleet 2"

    @Test func `a line has all of a token but its secret`() throws {
        let entry = try TokenEntry(line: Self.good)
        #expect("\(entry.id)" == "k7qm2x4a")
        #expect(entry.scope == .stage)
        #expect(entry.digest == [UInt8](repeating: 0x0f, count: 32))
        #expect(entry.createdAt.timeIntervalSince1970 == 1_795_416_957.12)
        #expect(entry.expiresAt?.timeIntervalSince1970 == 1_801_353_600)
        #expect(entry.label?.text == "the ci of fleet 2")
        #expect(entry.line == Self.good)
        let bare = "k7qm2x4a read \(Self.digest) 2026-11-23T06:55:57.120Z - -"
        #expect(try TokenEntry(line: bare).line == bare)
        #expect(try TokenEntry(line: bare).expiresAt == nil)
        #expect(try TokenEntry(line: bare).label == nil)
    }

    @Test(
        arguments: [
            ("k7qm2x4a", .fields), ("k7qm2x4a stage \(digest) \(times)", .fields),
            ("k7qm2x4 stage \(digest) \(times) x", .id), (" \(good)", .id),
            ("k7qm2x4a Stage \(digest) \(times) x", .scope),
            ("k7qm2x4a  stage \(digest) \(times) x", .scope),
            ("k7qm2x4a write \(digest) \(times) x", .scope),
            ("k7qm2x4a stage \(digest)00 \(times) x", .digest),
            ("k7qm2x4a stage \(digest.uppercased()) \(times) x", .digest),
            ("k7qm2x4a stage \(digest.dropLast(2)) \(times) x", .digest),
            ("k7qm2x4a stage \(digest.dropLast(1)) \(times) x", .digest),
            ("k7qm2x4a stage \(digest) - 2027-01-31 x", .createdAt),
            ("k7qm2x4a stage \(digest) 2026-11-23 never x", .expiresAt),
            ("k7qm2x4a stage \(digest) 2026-11-23 2027-02-30 x", .expiresAt),
            ("k7qm2x4a stage \(digest) \(times) ", .label),
            ("k7qm2x4a stage \(digest) \(times) x\r", .label),
            ("k7qm2x4a stage \(digest) \(times) \u{202e}x", .label),
            ("k7qm2x4a stage \(digest) \(times) \(String(repeating: "x", count: 65))", .label),
        ] as [(String, TokenLineError)])
    func `a line that is not exactly right does not count`(line: String, error: TokenLineError) {
        #expect(throws: error) { try TokenEntry(line: line) }
    }

    @Test func `broken lines are named and the others count`() {
        let other = Self.good.replacing("k7qm2x4a", with: "aaaaaaaa")
        let text = "# ours\n\nnonsense\n\(Self.good)\n\(Self.good)\n\(other)"
        let list = TokenList(Array(text.utf8))
        #expect(list.entries.map { "\($0.id)" } == ["k7qm2x4a", "aaaaaaaa"])
        #expect(list.broken.map(\.number) == [3, 5])
        #expect(list.broken.map(\.error) == [.fields, .repeated])
        #expect(list.bytes == Array((text + "\n").utf8))
    }

    @Test(arguments: ["", "\n", "# nothing\n", "\r\n"])
    func `a file without tokens is one`(text: String) {
        let list = TokenList(Array(text.utf8))
        #expect(list.entries.isEmpty)
        #expect(list.bytes == Array(text.utf8))
    }

    @Test func `lines of Windows' kind are broken one by one`() {
        let list = TokenList(Array("\(Self.good)\r\n\(Self.good)\r\n".utf8))
        #expect(list.entries.isEmpty)
        #expect(list.broken.map(\.number) == [1, 2])
    }

    @Test func `bytes that are no text stay as they are`() {
        let bytes: [UInt8] = [0xff, 0xfe, 10, 0, 10] + Array(Self.good.utf8) + [10]
        var list = TokenList(bytes)
        #expect(list.broken.map(\.number) == [1, 2])
        #expect(list.entries.count == 1)
        #expect(list.bytes == bytes)
        list.append(list.entries[0])
        #expect(list.bytes == bytes + Array(Self.good.utf8) + [10])
    }

    @Test func `revoking takes out every line of the id and nothing else`() throws {
        let other = Self.good.replacing("k7qm2x4a", with: "aaaaaaaa")
        let text = "# k7qm2x4a is ci's\n\(Self.good)\n\(other)\nk7qm2x4a broken\n\(Self.good)\n"
        var list = TokenList(Array(text.utf8))
        let id = try #require(TokenID("k7qm2x4a"))
        let isFound = list.remove(id)
        #expect(isFound)
        #expect(list.bytes == Array("# k7qm2x4a is ci's\n\(other)\n".utf8))
        let isFoundAgain = list.remove(id)
        #expect(!isFoundAgain)
    }

    @Test(arguments: [
        ("ci", true), ("the ci of fleet 2", true), ("é漢", true), ("-", false), ("", false),
        (" x", false), ("x ", false), ("a\nb", false), ("a\u{1b}[31m", false), ("--", true),
        (String(repeating: "x", count: 64), true), (String(repeating: "x", count: 65), false),
        ("e" + String(repeating: "\u{301}", count: 400), false),
    ])
    func `labels are short and harmless`(text: String, isLabel: Bool) {
        #expect((TokenLabel(text) != nil) == isLabel)
    }
}
