import FoundationEssentials
import Glibc
import Testing

@testable import Supervisor

/// The history outlives crashes, rotation and a full disk, and its readers cannot hold it up.
@Suite(.timeLimit(.minutes(5)))
struct JournalTests {
    private let home: TemporaryHome
    private var files: JournalFiles { JournalFiles(home: home.home, limit: 2000, count: 3) }

    init() throws {
        home = try TemporaryHome()
        try DurableFile.makeFolder(home.home.own, mode: 0o711)
    }

    /// Tells of so many starts and returns when they are written.
    @discardableResult
    private func tell(_ count: Int, in files: JournalFiles) async -> Journal {
        let journal = Journal(files: files)
        for number in 0..<count {
            journal.append(.daemonStarted) { _ in .object(["pid": .integer(Int64(number))]) }
        }
        journal.finish()
        await journal.write()
        return journal
    }

    @Test func `ids go on after a restart, under the same name`() async {
        let first = await tell(3, in: files)
        let second = Journal(files: files)
        #expect(second.name == first.name)
        #expect(second.newest == EventID(journal: first.name, number: 3))
        let event = second.append(.daemonExited) { .object(["own": .string($0.description)]) }
        #expect(event.id.number == 4)
        #expect(event.data["own"] == .string("\(first.name).4"))
    }

    @Test func `a last line that was cut off is removed before the next`() async throws {
        let name = await tell(2, in: files).name
        let torn = try #require(fopen(files.path, "a"))
        fputs(#"{"actor":{"id":null,"kind":"sys"#, torn)
        fclose(torn)
        await tell(1, in: files)
        let events = Journal(files: files).oldest(limit: 10)
        #expect(events.map(\.id) == (1...3).map { EventID(journal: name, number: $0) })
    }

    @Test func `files are rotated, and pages reach back as far as they are kept`() async throws {
        let name = await tell(60, in: files).name
        #expect(access(files.all[2], F_OK) == 0)
        #expect(access(home.home.own + "/events.3.jsonl", F_OK) != 0)
        let journal = Journal(files: files)
        let oldest = try #require(journal.oldest(limit: 1).first)
        #expect(oldest.id.number > 1)
        let before = EventID(journal: name, number: oldest.id.number - 1)
        let page = try #require(journal.events(after: before, limit: 5))
        #expect(page.map(\.id.number) == Array(oldest.id.number..<oldest.id.number + 5))
        #expect(journal.events(after: EventID(journal: name, number: 1), limit: 5) == nil)
        #expect(journal.events(after: EventID(journal: name, number: 60), limit: 5) == [])
        #expect(journal.events(after: EventID(journal: name, number: 61), limit: 5) == nil)
        #expect(journal.events(after: EventID(journal: "other", number: 3), limit: 5) == nil)
    }

    @Test func `a page continues from memory into what is told meanwhile`() async throws {
        let name = await tell(4, in: files).name
        let journal = Journal(files: files)
        for _ in 0..<2 { journal.append(.daemonStarted) { _ in .null } }
        let two = try #require(
            journal.events(after: EventID(journal: name, number: 4), limit: 10))
        #expect(two.map(\.id.number) == [5, 6])
    }

    @Test func `a lost history begins anew under another name`() async throws {
        let first = await tell(2, in: files)
        unlink(files.path)
        let second = await tell(1, in: files)
        #expect(second.name != first.name)
        #expect(second.newest.number == 1)
    }

    @Test func `a reader that falls too far behind is let go, and nobody waits for it`() async {
        let journal = Journal(files: files)
        let slow = JournalReader()
        #expect(journal.attach(slow).number == 0)
        for _ in 0..<(Journal.readerLimit + 10) { journal.append(.daemonStarted) { _ in .null } }
        #expect(await numbers(slow) == Array(1...Int64(Journal.readerLimit)))
    }

    @Test(.enabled(if: MountedTmpfs.isAvailable, "needs the right to mount"))
    func `a full disk drops events and counts them, and leaves whole lines`() async throws {
        let disk = try MountedTmpfs(size: "16k")
        let small = try TemporaryHome(in: disk.path)
        try DurableFile.makeFolder(small.home.own, mode: 0o711)
        let files = JournalFiles(home: small.home)
        let journal = await tell(400, in: files)
        #expect(journal.dropped > 0)
        let kept = Journal(files: files).oldest(limit: 1000)
        #expect(!kept.isEmpty && kept.count + journal.dropped == 400)
        #expect(kept.map(\.id.number) == Array(1...Int64(kept.count)))
    }

    @Test func `a huge file without lines is not searched, and begun anew`() async throws {
        await tell(2, in: files)
        // A terabyte without a block on the disk.
        try #require(truncate(files.path, 1 << 40) == 0)
        let name = await tell(1, in: files).name
        let events = Journal(files: files).oldest(limit: 10)
        #expect(events.map(\.id) == [EventID(journal: name, number: 1)])
    }

    @Test func `a file that is no regular one takes nothing and holds nobody up`() async {
        mkfifo(files.path, 0o600)
        let journal = await tell(5, in: files)
        #expect(journal.dropped == 5)
    }
}

extension Journal {
    /// Nil when something is missing between the event and the page.
    func events(after id: EventID, limit: Int) -> [Event]? {
        let page = page(after: id, limit: limit)
        return page.isGapless ? page.events : nil
    }
}
