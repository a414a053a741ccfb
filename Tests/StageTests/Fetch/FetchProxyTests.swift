import StageMessages
import Testing

/// Behind the proxy every name is this host.
@Suite(.enabled(if: FetchNeeds.peer, "needs python3 and openssl"))
struct FetchProxyTests {
    @Test(arguments: ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])
    func `a proxy of the environment is used, wherever it is`(name: String) async throws {
        let peer = try await FetchPeer()
        let url = peer.url("/file", at: "release.example")
        let outcome = try await peer.fetch(url, .chain, environment: [name: peer.proxy])
        #expect(outcome.isWhole, "\(outcome.reports)")
        let targets = try peer.log().filter { $0.kind == "proxy" }.map(\.target)
        #expect(targets == [url.dropFirst(8).split(separator: "/").first.map(String.init)])
    }

    @Test(arguments: [
        "127.0.0.1", "10.1.2.3", "169.254.169.254", "2130706433", "127.0.0.1.", "[::1]",
        "[::ffff:7f00:1]", "localhost", "LOCALHOST.", "a.localhost",
    ])
    func `a proxy is not asked by the chain for what is not public`(host: String) async throws {
        let peer = try await FetchPeer()
        let environment = ["https_proxy": peer.proxy]
        let url = peer.url("/file", at: host)
        for url in [url, peer.url("/to?url=\(url)", at: "release.example")] {
            let failure = try await peer.fetch(url, .chain, environment: environment).failure
            #expect(failure?.kind == .addressRefused)
        }
        #expect(try peer.log().filter { $0.kind == "proxy" }.count == 1)
    }

    @Test func `a host that is exempt is reached directly, and judged`() async throws {
        let peer = try await FetchPeer()
        let environment = ["https_proxy": peer.proxy, "no_proxy": "localhost,127.0.0.0/8"]
        for host in ["localhost", "127.0.0.1"] {
            let url = peer.url("/file", at: host)
            let chain = try await peer.fetch(url, .chain, environment: environment)
            #expect(chain.failure?.kind == .addressRefused)
            let ours = try await peer.fetch(url, environment: environment)
            #expect(ours.isWhole)
        }
        #expect(try peer.log().allSatisfy { $0.kind != "proxy" })
    }

    @Test func `a proxy that refuses is the failure`() async throws {
        let peer = try await FetchPeer()
        let failure = try await peer.fetch(
            "https://refused.example/a", .chain, environment: ["https_proxy": peer.proxy]
        ).failure
        let words = "the proxy answered 403 for refused.example"
        #expect(failure == StageFailure(.unreachable, words))
    }

    @Test func `a proxy that is not there is the failure, without its password`() async throws {
        let peer = try await FetchPeer()
        let failure = try await peer.fetch(
            "https://release.example/a", .chain,
            environment: ["https_proxy": "http://user:secret@127.0.0.1:1"]
        ) { $0.patience.attempts = 1 }.failure
        #expect(failure?.kind == .unreachable)
        #expect(failure?.detail.contains("secret") == false)
        #expect(failure?.detail.contains("127.0.0.1 port 1") == true)
    }

    @Test func `the name behind a proxy must be on the certificate`() async throws {
        let peer = try await FetchPeer()
        let failure = try await peer.fetch(
            peer.url("/file", at: "other.example"), .chain,
            environment: ["https_proxy": peer.proxy]
        ).failure
        #expect(failure?.kind == .tls)
    }
}
