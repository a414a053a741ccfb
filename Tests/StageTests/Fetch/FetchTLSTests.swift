import StageMessages
import Testing

@Suite(.enabled(if: FetchNeeds.peer, "needs python3 and openssl"))
struct FetchTLSTests {
    @Test(arguments: [
        ("stranger", "unable to get local issuer certificate"),
        ("misnamed", "no alternative certificate subject name matches target host name"),
        ("expired", "certificate has expired"),
    ])
    func `a certificate that proves nothing is the failure, once, in OpenSSL's words`(
        server: String, words: String
    ) async throws {
        let peer = try await FetchPeer()
        let outcome = try await peer.fetch(peer.url("/file", server: server))
        #expect(outcome.failure?.kind == .tls)
        #expect(outcome.failure?.detail.contains(words) == true, "\(outcome.reports)")
        #expect(outcome.failure?.detail.hasPrefix("TLS with 127.0.0.1 failed") == true)
        #expect(outcome.content.isEmpty)
        #expect(try peer.log().map(\.kind) == ["connect"])
    }

    @Test func `the authorities are those of a folder, too`() async throws {
        let peer = try await FetchPeer()
        let rehash = try SpawnedProcess(
            ["openssl", "rehash", peer.folder], output: "/dev/null", errors: "/dev/null")
        try await settled("the names are made") { rehash.exitCode() != nil }
        let environment = [
            "SSL_CERT_FILE": peer.folder + "/strangers.crt", "SSL_CERT_DIR": peer.folder,
        ]
        let outcome = try await peer.fetch(peer.url("/file"), environment: environment)
        #expect(outcome.reports.last == .finished, "\(outcome.reports)")
    }

    @Test func `without the authority nothing is trusted`() async throws {
        let peer = try await FetchPeer()
        let outcome = try await peer.fetch(
            peer.url("/file"), environment: ["SSL_CERT_FILE": peer.folder + "/strangers.crt"])
        #expect(outcome.failure?.kind == .tls)
    }

    @Test func `a server that speaks no TLS is the failure`() async throws {
        let peer = try await FetchPeer()
        let url = peer.url("/file", server: "http").replacing("http:", with: "https:")
        let failure = try await peer.fetch(url) { $0.patience.attempts = 1 }.failure
        #expect(failure?.kind == .tls)
    }
}
