import FoundationEssentials
import StageMessages
import Testing

/// The peer cuts the first answer at half of the file.
@Suite(.enabled(if: FetchNeeds.peer, "needs python3 and openssl"))
struct FetchResumeTests {
    private func fetch(
        _ kind: String
    ) async throws -> (asked: [[String: String]], outcome: FetchRun.Outcome) {
        let peer = try await FetchPeer()
        let outcome = try await peer.fetch(peer.url("/cut/\(kind)"))
        return (try peer.requests("/cut/\(kind)").compactMap(\.fields), outcome)
    }

    @Test(arguments: [("tag", "\"v1\""), ("dated", "Mon, 01 Jan 2024 00:00:00 GMT")])
    func `a cut file goes on where it was cut`(kind: String, validator: String) async throws {
        let (asked, outcome) = try await fetch(kind)
        #expect(outcome.reports.last == .finished, "\(outcome.reports)")
        #expect(outcome.isWhole)
        try #require(asked.count == 2)
        #expect(asked[0]["range"] == nil && asked[0]["if-range"] == nil)
        #expect(asked[1]["range"] == "bytes=150000-")
        #expect(asked[1]["if-range"] == validator)
    }

    /// What was written cannot be taken back, and is not added to.
    private func expectStartedOver(_ outcome: FetchRun.Outcome, attempt: Int) {
        let words =
            "attempt \(attempt): the server sent the file from its beginning again after "
            + "150000 of 300000 bytes"
        #expect(outcome.failure == StageFailure(.startedOver, words), "\(outcome.reports)")
        let isHalf = outcome.content == FetchPeer.content.prefix(150_000)
        #expect(isHalf)
    }

    @Test(arguments: ["none", "weak", "refusing"])
    func `without a strong validator it ends, to be begun anew`(kind: String) async throws {
        let (asked, outcome) = try await fetch(kind)
        expectStartedOver(outcome, attempt: 2)
        try #require(asked.count == 2)
        #expect(asked[1]["range"] == nil && asked[1]["if-range"] == nil)
    }

    @Test func `when the file has changed meanwhile it ends, to be begun anew`() async throws {
        let (asked, outcome) = try await fetch("changed")
        expectStartedOver(outcome, attempt: 2)
        #expect(asked.count == 2 && asked[1]["range"] != nil)
    }

    @Test(arguments: ["wrong", "mixed", "longer", "unsatisfied"])
    func `another part than was asked for is not joined`(kind: String) async throws {
        let (asked, outcome) = try await fetch(kind)
        expectStartedOver(outcome, attempt: 3)
        try #require(asked.count == 3)
        #expect(asked[2]["range"] == nil)
    }

    @Test func `what is cut every time says how far it came`() async throws {
        let peer = try await FetchPeer()
        let outcome = try await peer.fetch(peer.url("/always-cut")) { $0.patience.attempts = 2 }
        #expect(outcome.failure?.kind == .cut)
        let words = "attempt 2: the connection was cut after 150100 of 300000 bytes of "
        #expect(outcome.failure?.detail.hasPrefix(words) == true, "\(outcome.reports)")
        #expect(try peer.requests("/always-cut").count == 2)
    }

    /// Nothing says where it ends, so nothing says that it was cut: its digest has to.
    @Test func `a file without a length ends with the connection`() async throws {
        let peer = try await FetchPeer()
        let outcome = try await peer.fetch(peer.url("/unframed"))
        #expect(outcome.reports.last == .finished)
        let isHalf = outcome.content == FetchPeer.content.prefix(150_000)
        #expect(isHalf)
    }

    @Test func `the limit holds for all parts together`() async throws {
        let peer = try await FetchPeer()
        let outcome = try await peer.fetch(peer.url("/cut/unknown"), limit: 300_000)
        #expect(outcome.failure?.kind == .tooLarge)
        #expect(outcome.content.count <= 300_000 && outcome.content.count >= 150_000)
    }
}
