import Foundation
import Glibc
import Testing

@testable import Supervisor

/// The plan book on disk.
struct PlanBookTests {
    private let home: TemporaryHome
    private let book: PlanBook

    init() throws {
        home = try TemporaryHome()
        book = PlanBook(home.home)
    }

    private func entry(_ text: String, height: Height = 1_200_000) throws -> PlanEntry {
        let moment = Date(timeIntervalSince1970: 1_795_416_957)
        return PlanEntry(
            name: try PlanName(text, case: .lowered),
            declaration: PlanDeclaration(
                trigger: .height, height: height,
                expectedSHA256: String(repeating: "5f", count: 32),
                info: "{\"binaries\":{}}", createdAt: moment))
    }

    @Test func `an entry comes back as it was written`() throws {
        for text in ["v3", "V3/ü", String(repeating: "ü", count: 42)] {
            var written = try entry(text)
            written.hold = PlanHold(name: text, height: 7, reason: "not yet")
            try book.replace(nil, with: written, of: written.name)
            #expect(book.entry(of: written.name) == written)
            #expect(book.entry(of: written.name)?.name.text == text)
        }
        #expect(book.pages.count == 3)
    }

    @Test func `the files are for nobody else`() throws {
        let entry = try entry("v3")
        try book.replace(nil, with: entry, of: entry.name)
        var status = stat()
        #expect(stat(home.home.planBook + "/v3.json", &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        #expect(stat(home.home.planBook, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o700)
    }

    @Test func `an entry that was changed meanwhile is not replaced`() throws {
        let (first, second) = (try entry("v3"), try entry("v3", height: 1_300_000))
        try book.replace(nil, with: first, of: first.name)
        #expect(throws: PlanBookError.changed) {
            try book.replace(nil, with: second, of: second.name)
        }
        #expect(book.entry(of: first.name) == first)
        try book.replace(first, with: second, of: first.name)
        try book.replace(second, with: nil, of: first.name)
        #expect(book.pages.isEmpty)
    }

    @Test func `a hold alone is an entry`() throws {
        try home.write(
            #"{"hold":{"name":"v3","height":7,"reason":"no"}}"#,
            to: "cosmovisor/.switchyard/plans/v3.json")
        let entry = try #require(book.entry(of: try PlanName("v3", case: .lowered)))
        #expect(entry.hold == PlanHold(name: "v3", height: 7, reason: "no"))
        #expect(entry.declaration == nil)
    }

    @Test(arguments: [
        ("", "not the JSON of a plan"), ("{", "not the JSON of a plan"), ("[]", "not the JSON"),
        (#"{"name":"v4"}"#, "names another plan"),
        (#"{"name":"v3","trigger":"now"}"#, "trigger"),
        (#"{"name":"v3","trigger":"height"}"#, "height"),
        (#"{"name":"v3","trigger":"height","height":0}"#, "height"),
        (#"{"name":"v3","trigger":"manual","height":5}"#, "height"),
    ])
    func `what is no entry is a page that says why`(text: String, why: String) throws {
        try home.write(text, to: "cosmovisor/.switchyard/plans/v3.json")
        guard case .unreadable("v3", let reason)? = book.pages.first else {
            Issue.record("\(book.pages)")
            return
        }
        #expect(reason.contains(why))
    }

    @Test func `a pipe in the place of an entry is a page, too`() throws {
        try home.makeFolder("cosmovisor/.switchyard/plans")
        #expect(mkfifo(home.home.planBook + "/v3.json", 0o600) == 0)
        #expect(
            book.pages == [
                .unreadable(page: "v3", reason: "it is a named pipe, not a regular file")
            ])
    }
}
