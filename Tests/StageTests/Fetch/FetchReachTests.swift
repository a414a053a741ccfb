import StageMessages
import Testing

/// In a network of its own, whose addresses are all this host.
@Suite(.enabled(if: FetchNeeds.network, "needs root for a network of its own"))
struct FetchReachTests {
    private static let open = "93.184.216.34"
    private static let closed = ["127.0.0.1", "10.1.2.3", "169.254.169.254", "[fd00::1]"]

    private func peer(hosts: String = "") async throws -> FetchPeer {
        try await FetchPeer(
            addresses: ["\(Self.open)/32", "10.1.2.3/32", "169.254.169.254/32", "fd00::1/128"],
            hosts: hosts)
    }

    @Test func `a URL of the chain reaches a public address`() async throws {
        let peer = try await peer()
        let outcome = try await peer.fetch(peer.url("/file", at: Self.open), .chain)
        #expect(outcome.isWhole, "\(outcome.reports)")
    }

    @Test(arguments: closed)
    func `a URL of the chain reaches no other address`(host: String) async throws {
        let peer = try await peer()
        for host in [host, host.replacing("127.0.0.1", with: "2130706433")] {
            let outcome = try await peer.fetch(peer.url("/file", at: host), .chain)
            #expect(outcome.failure?.kind == .addressRefused)
            #expect(outcome.reports.count == 1)
        }
        #expect(try peer.log().isEmpty)
    }

    @Test(arguments: closed)
    func `a redirect of the chain reaches no other address`(host: String) async throws {
        let peer = try await peer()
        let target = peer.url("/latest/meta-data", at: host)
        let outcome = try await peer.fetch(peer.url("/to?url=\(target)", at: Self.open), .chain)
        #expect(outcome.failure?.kind == .addressRefused)
        #expect(outcome.failure?.detail.contains(target) == true)
        #expect(try peer.log().filter { $0.kind == "connect" }.count == 1)
    }

    @Test func `a name is judged by the address that is connected to`() async throws {
        let peer = try await peer(hosts: "10.1.2.3 release.example\n")
        let outcome = try await peer.fetch(peer.url("/file", at: "release.example"), .chain)
        let words =
            "release.example is 10.1.2.3, which is not public (private): "
            + "\(peer.url("/file", at: "release.example")) is not fetched"
        #expect(outcome.failure == StageFailure(.addressRefused, words))
        #expect(try peer.log().isEmpty)
    }

    /// As a resolver does that answers differently from one moment to the next.
    @Test func `of a name with several addresses only the public ones are connected to`()
        async throws
    {
        let peer = try await peer(
            hosts: "127.0.0.1 flip.example\n10.1.2.3 flip.example\n\(Self.open) flip.example\n")
        let url = peer.url("/to?url=/file", at: "flip.example")
        #expect(try await peer.fetch(url, .chain).isWhole)
        // The server listens on all of them, so that one that was tried first would have taken it.
        #expect(try peer.log().allSatisfy { $0.kind != "connect" || $0.at == Self.open })
    }

    @Test(arguments: closed)
    func `where it is allowed the chain may name any address`(host: String) async throws {
        let peer = try await peer()
        let outcome = try await peer.fetch(peer.url("/file", at: host), .chain) {
            $0.allowsPrivate = true
        }
        #expect(outcome.isWhole, "\(outcome.reports)")
    }

    @Test func `http of an operator reaches this host alone, by whatever name`() async throws {
        let peer = try await peer(
            hosts: "127.0.0.1 localhost flip.example\n\(Self.open) release.example\n")
        for host in ["localhost", "flip.example", "127.0.0.2"] {
            let outcome = try await peer.fetch(peer.url("/file", at: host, server: "http"))
            #expect(outcome.isWhole)
        }
        for host in ["release.example", "10.1.2.3", Self.open] {
            let url = peer.url("/a", at: host, server: "http")
            #expect(try await peer.fetch(url).failure?.kind == .addressRefused)
            let redirect = peer.url("/to?url=\(url)", server: "http")
            #expect(try await peer.fetch(redirect).failure?.kind == .addressRefused)
        }
        #expect(try peer.log().allSatisfy { $0.target != "/a" })
    }

    @Test func `https of an operator reaches any address`() async throws {
        let peer = try await peer()
        for host in [Self.open, "10.1.2.3", "127.0.0.1"] {
            #expect(try await peer.fetch(peer.url("/file", at: host)).isWhole)
        }
    }
}
