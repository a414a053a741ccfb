import FoundationEssentials
import Glibc
import StageMessages
import Testing

@Suite(.enabled(if: FetchNeeds.peer, "needs python3 and openssl"))
struct FetchLimitTests {
    @Test func `a file that is announced too large is not begun`() async throws {
        let peer = try await FetchPeer()
        let outcome = try await peer.fetch(peer.url("/big"))
        let words = "the file has 1000000000000 bytes, and 1048576 are allowed"
        #expect(outcome.reports == [.failed(StageFailure(.tooLarge, words))])
        #expect(outcome.content.isEmpty)
        #expect(try peer.requests("/big").count == 1)
    }

    @Test func `a file without an end stops at the limit`() async throws {
        let peer = try await FetchPeer()
        let outcome = try await peer.fetch(peer.url("/endless"))
        let words = "more than the 1048576 bytes came that are allowed"
        #expect(outcome.failure == StageFailure(.tooLarge, words))
        #expect(outcome.content.count <= 1 << 20)
    }

    @Test func `a file of just the limit is taken`() async throws {
        let peer = try await FetchPeer()
        for path in ["/file", "/chunked"] {
            let fits = try await peer.fetch(peer.url(path), limit: 300_000)
            #expect(fits.reports.last == .finished)
            let exceeds = try await peer.fetch(peer.url(path), limit: 299_999)
            #expect(exceeds.failure?.kind == .tooLarge)
        }
    }

    @Test func `headers without an end stop`() async throws {
        let peer = try await FetchPeer()
        let failure = try await peer.fetch(peer.url("/headers")).failure
        #expect(failure?.kind == .answerBroken)
    }

    @Test(arguments: [
        ("/stall", 1, "nothing came for 3 s, after 10 of 300000 bytes"),
        ("/silent", 2, "attempt 2: nothing came for 3 s, after 0 bytes"),
    ])
    func `a server that goes quiet is left, and tried again`(
        path: String, attempts: Int, words: String
    ) async throws {
        let peer = try await FetchPeer()
        let failure = try await peer.fetch(peer.url(path)) {
            $0.patience.stallSeconds = 3
            $0.patience.attempts = attempts
        }.failure
        #expect(failure == StageFailure(.stalled, "\(words) of \(peer.url(path))"))
        #expect(try peer.requests(path).count == attempts)
    }

    @Test(arguments: ["/stall", "/silent"])
    func `the end of the input ends a run that waits`(path: String) async throws {
        let peer = try await FetchPeer()
        var order = FetchOrder(
            url: peer.url(path), origin: .operator, allowsPrivate: false, limit: 1 << 20)
        order.patience.stallSeconds = 3600
        let run = try peer.start(order)
        try await settled("the request is there") { try peer.requests(path).count == 1 }
        run.closeInput()
        let outcome = try await run.outcome()
        #expect(outcome.exitCode == 1)
        #expect(outcome.failure == nil && outcome.reports.last != .finished)
    }

    @Test func `the end of the input ends a pause`() async throws {
        let peer = try await FetchPeer()
        var order = FetchOrder(
            url: peer.url("/status/500"), origin: .operator, allowsPrivate: false, limit: 1 << 20)
        order.patience.pauseMilliseconds = 3_600_000
        let run = try peer.start(order)
        try await settled("the request is there") {
            try peer.requests("/status/500").count == 1
        }
        run.closeInput()
        #expect(try await run.outcome().reports.isEmpty)
        #expect(try peer.requests("/status/500").count == 1)
    }

    @Test func `progress tells how much there is`() async throws {
        let peer = try await FetchPeer()
        let run = try peer.start(
            FetchOrder(
                url: peer.url("/stall"), origin: .operator, allowsPrivate: false, limit: 1 << 20))
        try await settled("progress is told") {
            try run.reports() == [.progress(done: 10, total: 300_000)]
        }
    }

    @Test(.enabled(if: FetchNeeds.network, "needs the right to mount"))
    func `a full disk is the failure, at once`() async throws {
        let peer = try await FetchPeer()
        let disk = try makeTemporaryFolder()
        defer { rmdir(disk) }
        try #require(mount("tmpfs", disk, "tmpfs", 0, "size=64k") == 0)
        defer { umount2(disk, Int32(MNT_DETACH)) }
        let order = FetchOrder(
            url: peer.url("/file"), origin: .operator, allowsPrivate: false, limit: 1 << 20)
        let outcome = try await peer.start(order, output: disk + "/output").outcome()
        #expect(
            outcome.failure == StageFailure(.diskFull, "write: No space left on device"))
        #expect(try peer.requests("/file").count == 1)
    }
}
