import FoundationEssentials
import Glibc
import Testing

@testable import Supervisor

struct BinaryBookTests {
    private let temporary: TemporaryHome
    private let book: BinaryBook
    private var release: Release { Release(home: temporary.home, directory: "upgrades/v1") }
    private var binary: String { "cosmovisor/upgrades/v1/bin/dummyd" }

    init() throws {
        temporary = try TemporaryHome()
        book = BinaryBook(home: temporary.home)
    }

    private func digest(_ text: String) -> String {
        var digest = RunningDigest()
        digest.update(Array(text.utf8))
        return digest.digests.sha256 ?? ""
    }

    @Test func `a file placed by hand is known at once, and its digest once it was hashed`() throws
    {
        #expect(book.facts(of: release) == .absent)
        #expect(!book.isBehind)
        try temporary.write("one", to: binary)
        let first = book.facts(of: release)
        #expect(first.isStaged && first.size == 3 && first.trust == .handPlaced)
        #expect(first.stagedAt == (try temporary.status(binary)).st_mtim.date)
        #expect(first.sha256 == nil)
        #expect(book.isBehind)
        book.hash()
        #expect(book.facts(of: release).sha256 == digest("one"))
        #expect(!book.isBehind)
    }

    @Test(arguments: ["write", "rename", "link"])
    func `a file that has changed is hashed again`(how: String) throws {
        try temporary.write("one", to: binary)
        _ = book.facts(of: release)
        book.hash()
        switch how {
        case "write": try temporary.write("two", to: binary)
        case "rename":
            try temporary.write("two", to: "aside")
            #expect(rename(temporary["aside"], release.binary) == 0)
        default:
            try temporary.write("two", to: "aside")
            unlink(release.binary)
            try temporary.makeLink(binary, to: temporary["aside"])
        }
        #expect(book.facts(of: release).sha256 == nil)
        book.hash()
        #expect(book.facts(of: release).sha256 == digest("two"))
    }

    private func place(_ text: String, seal: Seal?) throws -> PlacedBinary {
        let placed = PlacedBinary(
            plan: "V1", sha256: digest(text), size: 3, files: 1, trust: .planChecksum,
            source: .upload, stagedAt: Date(timeIntervalSince1970: 1), from: ContentDigests(),
            seal: seal)
        try PlacedBinaries([placed]).store(for: release, in: temporary.home)
        return placed
    }

    @Test func `a file we placed is known by its seal, unread`() throws {
        try temporary.write("one", to: binary)
        let placed = try place("not read", seal: Seal(release.binary))
        #expect(book.facts(of: release) == placed.facts)
        #expect(!book.isBehind)
    }

    @Test func `a file we placed is known by its bytes when only the seal is another`() throws {
        try temporary.write("one", to: binary)
        let placed = try place("one", seal: nil)
        #expect(book.facts(of: release).trust == .handPlaced)
        book.hash()
        #expect(book.facts(of: release) == placed.facts)
        // And by the new seal from then on, also to the next run.
        let next = BinaryBook(home: temporary.home)
        #expect(next.facts(of: release) == placed.facts)
        #expect(!next.isBehind)
    }

    @Test func `other bytes in the place of ours are placed by hand`() throws {
        try temporary.write("one", to: binary)
        _ = try place("one", seal: Seal(release.binary))
        #expect(book.facts(of: release).trust == .planChecksum)
        try temporary.write("two", to: binary)
        book.forget(release)
        _ = book.facts(of: release)
        book.hash()
        let facts = book.facts(of: release)
        #expect(facts.trust == .handPlaced && facts.source == nil)
        #expect(facts.sha256 == digest("two"))
    }
}

struct ToldBinariesTests {
    private func plan(_ binary: BinaryFacts, in directory: String = "upgrades/v1") -> PlanFacts {
        PlanFacts(
            name: "v1", directory: directory, origin: .layout, trigger: .manual, state: .pending,
            reasonCode: .heightUnknown, reason: "", binary: binary)
    }

    private func staged(_ sha256: String?) -> BinaryFacts {
        BinaryFacts(state: .staged, sha256: sha256, trust: .handPlaced)
    }

    @Test func `what was there from the beginning is no news`() {
        var told = ToldBinaries()
        #expect(
            told.changes(in: [plan(staged(nil)), plan(staged("a"), in: "upgrades/v2")]).isEmpty)
        #expect(
            told.changes(in: [plan(staged("b")), plan(staged("a"), in: "upgrades/v2")]).isEmpty)
    }

    @Test func `each change is told once, when its digest is known`() {
        var told = ToldBinaries()
        #expect(told.changes(in: []).isEmpty)
        #expect(told.changes(in: [plan(staged(nil))]).isEmpty)
        let came = told.changes(in: [plan(staged("a"))])
        #expect(came.map(\.from) == [.absent] && came.map(\.to.sha256) == ["a"])
        #expect(told.changes(in: [plan(staged("a"))]).isEmpty)
        let other = told.changes(in: [plan(staged("b"))])
        #expect(other.map(\.from) == [.staged] && other.map(\.to.sha256) == ["b"])
        #expect(told.changes(in: [plan(.absent)]).map(\.to.state) == [.absent])
        _ = told.changes(in: [plan(staged("c"))])
        #expect(told.changes(in: []).map(\.to.state) == [.absent])
    }
}
