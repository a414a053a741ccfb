import StageMessages
import Testing

@Suite(.enabled(if: FetchNeeds.peer, "needs python3 and openssl"))
struct FetchRedirectTests {
    @Test func `as many redirects as are allowed are followed, and no more`() async throws {
        let peer = try await FetchPeer()
        let outcome = try await peer.fetch(peer.url("/hops/6"))
        let words = "\(peer.url("/hops/6")) redirects more than 5 times"
        #expect(outcome.failure == StageFailure(.redirectRefused, words))
        #expect(try peer.requests("/hops/1").count == 1)
        #expect(try peer.requests("/hops/0").isEmpty)
        let none = try await peer.fetch(peer.url("/hops/1")) { $0.patience.redirects = 0 }
        #expect(none.failure?.kind == .redirectRefused)
    }

    @Test func `a redirect from https to http is refused, and nobody is asked`() async throws {
        let peer = try await FetchPeer()
        let target = peer.url("/file", server: "http")
        let outcome = try await peer.fetch(peer.url("/to?url=\(target)"))
        let words = "\(peer.url("/to")) redirects to \(target), which is not https"
        #expect(outcome.failure == StageFailure(.redirectRefused, words))
        #expect(try peer.log().allSatisfy { $0.server == "server" })
        #expect(outcome.content.isEmpty)
    }

    @Test(arguments: [
        "file:///etc/passwd", "ftp://127.0.0.1/a", "https://user:secret@127.0.0.1/a",
        "gopher://127.0.0.1:6379/_a", "https://127.0.0.1/%1B%5B31m%0Da",
        "dict://127.0.0.1/",
    ])
    func `a redirect to what is no plain https URL is refused`(target: String) async throws {
        let peer = try await FetchPeer()
        let outcome = try await peer.fetch(peer.url("/to?url=\(target)"))
        #expect(outcome.failure?.kind == .redirectRefused, "\(outcome.reports)")
        #expect(outcome.failure?.detail.contains("secret") == false)
        #expect(
            outcome.failure?.detail.unicodeScalars.allSatisfy { $0.value >= 0x20 } == true)
        #expect(try peer.log().filter { $0.kind == "request" }.count == 1)
    }

    @Test func `the failure is of where it led to, and each attempt begins at the first`()
        async throws
    {
        let peer = try await FetchPeer()
        let target = peer.url("/status/503")
        let failure = try await peer.fetch(peer.url("/to?url=\(target)")) {
            $0.patience.attempts = 2
        }.failure
        #expect(failure?.detail == "attempt 2: the server answered 503 for \(target)")
        #expect(try peer.requests("/to?url=\(target)").count == 2)
    }

    @Test func `a cut file goes on where a redirect leads to`() async throws {
        let peer = try await FetchPeer()
        let path = "/to?url=/cut/tag"
        let outcome = try await peer.fetch(peer.url(path))
        #expect(outcome.isWhole)
        #expect(try peer.requests(path).allSatisfy { $0.fields?["range"] == nil })
        #expect(try peer.requests("/cut/tag").last?.fields?["range"] == "bytes=150000-")
    }

    @Test func `http of this host may lead to https`() async throws {
        let peer = try await FetchPeer()
        let url = peer.url("/to?url=\(peer.url("/file"))", server: "http")
        #expect(try await peer.fetch(url).isWhole)
    }
}
