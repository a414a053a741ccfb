import FoundationEssentials
import Glibc
import Testing

@testable import Supervisor

/// Following the history from an event on, and reading it back in pages.
@Suite(.timeLimit(.minutes(5)))
struct JournalReaderTests {
    private let home: TemporaryHome
    private var files: JournalFiles { JournalFiles(home: home.home, limit: 2000, count: 3) }

    init() throws {
        home = try TemporaryHome()
        try DurableFile.makeFolder(home.home.own, mode: 0o711)
    }

    private func tell(_ count: Int, in journal: Journal) {
        for _ in 0..<count { journal.append(.daemonStarted) { _ in .null } }
    }

    private func write(_ journal: Journal) async {
        journal.finish()
        await journal.write()
    }

    @Test func `a reader gets exactly what it missed, and what comes`() async {
        let journal = Journal(files: files)
        tell(10, in: journal)
        let reader = JournalReader()
        #expect(journal.attach(reader, after: EventID(journal: journal.name, number: 7)))
        tell(2, in: journal)
        reader.nudge()
        reader.end()
        #expect(await numbers(reader) == [8, 9, 10, 11, 12])
    }

    @Test func `a reader that missed nothing waits for what comes`() async {
        let journal = Journal(files: files)
        tell(3, in: journal)
        let reader = JournalReader()
        #expect(journal.attach(reader, after: journal.newest))
        tell(1, in: journal)
        reader.end()
        #expect(await numbers(reader) == [4])
    }

    @Test func `what is further back than memory, or of another history, must be read`() async {
        let journal = Journal(files: files)
        let written = Journal.recentLimit * 4
        tell(written, in: journal)
        await write(journal)
        // Only now may memory forget them.
        tell(Journal.recentLimit * 2, in: journal)
        let reader = JournalReader()
        #expect(!journal.attach(reader, after: EventID(journal: journal.name, number: 1)))
        #expect(!journal.attach(reader, after: EventID(journal: "other", number: 1)))
        let next = EventID(journal: journal.name, number: journal.newest.number + 1)
        #expect(!journal.attach(reader, after: next))
        tell(1, in: journal)
        reader.end()
        #expect(await numbers(reader) == [])
    }

    @Test func `what is not written yet is not lost to who comes late`() {
        let journal = Journal(files: files)
        tell(5000, in: journal)
        let page = journal.events(after: EventID(journal: journal.name, number: 1), limit: 5)
        #expect(page?.map(\.id.number) == [2, 3, 4, 5, 6])
    }

    @Test func `pages lead from the oldest to the newest without a gap`() async throws {
        let first = Journal(files: files)
        tell(57, in: first)
        await write(first)
        let journal = Journal(files: files)
        var seen = journal.oldest(limit: 1).map(\.id)
        while let last = seen.last,
            let page = journal.events(after: last, limit: 7), !page.isEmpty
        {
            seen += page.map(\.id)
        }
        let oldest = try #require(seen.first?.number)
        #expect(seen.map(\.number) == Array(oldest...57))
    }

    @Test func `a hole in the files ends a page, and is told by the next`() async throws {
        let first = Journal(files: JournalFiles(home: home.home))
        tell(9, in: first)
        await write(first)
        let path = home.home.own + "/events.jsonl"
        let text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
        let lines = text.split(separator: "\n").filter { !$0.contains(".5\"") }
        try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: URL(filePath: path))
        let journal = Journal(files: files)
        let whole = journal.page(after: EventID(journal: first.name, number: 2), limit: 9)
        #expect(whole.isGapless && whole.events.map(\.id.number) == [3, 4])
        let broken = journal.page(after: EventID(journal: first.name, number: 4), limit: 9)
        #expect(!broken.isGapless && broken.events.map(\.id.number) == [6, 7, 8, 9])
    }
}

/// Of all that the reader was told until it was let go.
func numbers(_ reader: JournalReader) async -> [Int64] {
    var numbers: [Int64] = []
    for await case .told(let event) in reader.turns { numbers.append(event.id.number) }
    return numbers
}
