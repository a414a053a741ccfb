import FoundationEssentials
import StageMessages
import Testing

@Suite(.enabled(if: FetchNeeds.peer, "needs python3 and openssl"))
struct FetchTests {
    @Test(arguments: ["/file", "/chunked", "/offered", "/hinted", "/hops/5"])
    func `a file comes as it is`(path: String) async throws {
        let peer = try await FetchPeer()
        let outcome = try await peer.fetch(peer.url(path))
        #expect(outcome.reports.last == .finished)
        #expect(outcome.exitCode == 0)
        #expect(outcome.isWhole)
    }

    @Test func `a file that is sent compressed unasked is kept as it came`() async throws {
        let peer = try await FetchPeer()
        let outcome = try await peer.fetch(peer.url("/compressed"))
        #expect(outcome.reports.last == .finished)
        #expect(outcome.content.starts(with: [0x1f, 0x8b]))
    }

    @Test func `an empty file is one`() async throws {
        let peer = try await FetchPeer()
        let outcome = try await peer.fetch(peer.url("/empty"))
        #expect(outcome.reports == [.finished])
        #expect(outcome.content.isEmpty)
    }

    @Test func `a request tells of nothing but itself`() async throws {
        let peer = try await FetchPeer()
        let target = "/to?url=/file"
        _ = try await peer.fetch(
            peer.url(target),
            environment: ["NETRC": "/etc/netrc", "HOME": peer.folder, "http_proxy": peer.proxy])
        let requests = try peer.log().compactMap(\.fields)
        #expect(requests.count == 2)
        for fields in requests {
            #expect(fields["user-agent"] == "switchyard-stage")
            #expect(fields["accept-encoding"] == "identity")
            #expect(Set(fields.keys) == ["host", "user-agent", "accept", "accept-encoding"])
        }
    }

    @Test func `an operator may name http to this host`() async throws {
        let peer = try await FetchPeer()
        for host in ["127.0.0.1", "localhost"] {
            let outcome = try await peer.fetch(peer.url("/file", at: host, server: "http"))
            #expect(outcome.isWhole)
        }
    }

    @Test(arguments: [204, 304, 400, 401, 403, 404, 410, 501])
    func `an answer that is no file is the failure, without its body`(status: Int) async throws {
        let peer = try await FetchPeer()
        let url = peer.url("/status/\(status)")
        let outcome = try await peer.fetch(url + "?token=secret") { $0.patience.attempts = 1 }
        #expect(outcome.exitCode == 1)
        #expect(
            outcome.reports == [
                .failed(StageFailure(.status, "the server answered \(status) for \(url)"))
            ])
        #expect(outcome.content.isEmpty)
        #expect(try peer.log().filter { $0.kind == "request" }.count == 1)
    }

    @Test func `what the server will not change is asked for once`() async throws {
        let peer = try await FetchPeer()
        let failure = try await peer.fetch(peer.url("/status/404")).failure
        #expect(failure?.kind == .status)
        #expect(try peer.requests("/status/404").count == 1)
    }

    @Test(arguments: [408, 425, 429, 500, 502, 503])
    func `what may pass is tried again`(status: Int) async throws {
        let peer = try await FetchPeer()
        let outcome = try await peer.fetch(peer.url("/flaky/\(status)"))
        #expect(outcome.isWhole)
        #expect(try peer.requests("/flaky/\(status)").count == 2)
    }

    @Test func `a server that asks for time gets it`() async throws {
        let peer = try await FetchPeer()
        let outcome = try await peer.fetch(peer.url("/flaky/429/1"))
        #expect(outcome.reports.last == .finished)
        let times = try peer.requests("/flaky/429/1").map(\.time)
        try #require(times.count == 2)
        #expect(times[1] - times[0] >= 1)
    }

    @Test func `when all attempts are used the last failure says which it was`() async throws {
        let peer = try await FetchPeer()
        let outcome = try await peer.fetch(peer.url("/status/503")) { $0.patience.attempts = 3 }
        let words = "attempt 3: the server answered 503 for \(peer.url("/status/503"))"
        #expect(outcome.failure == StageFailure(.status, words))
        #expect(try peer.requests("/status/503").count == 3)
    }

    @Test func `what is no HTTP is said to be none, and shown to nobody`() async throws {
        let peer = try await FetchPeer()
        let failure = try await peer.fetch(peer.url("/garbage")).failure
        #expect(failure?.kind == .answerBroken)
        #expect(failure?.detail.contains("SSH") == false)
    }

    @Test func `a status line that curl alone understands is none`() async throws {
        let peer = try await FetchPeer()
        let outcome = try await peer.fetch(peer.url("/odd"))
        #expect(outcome.failure?.kind == .answerBroken, "\(outcome.reports)")
        #expect(outcome.content.isEmpty)
    }

    @Test func `a part that nobody asked for is no file`() async throws {
        let peer = try await FetchPeer()
        #expect(try await peer.fetch(peer.url("/part")).failure?.kind == .answerBroken)
    }

    @Test func `a name that does not exist is named`() async throws {
        let peer = try await FetchPeer()
        let failure = try await peer.fetch("https://nowhere.invalid/a", .chain) {
            $0.patience.attempts = 1
        }.failure
        #expect(
            failure
                == StageFailure(
                    .nameUnresolved, "the name nowhere.invalid could not be resolved"))
    }

    @Test func `a port on which nobody listens is unreachable`() async throws {
        let peer = try await FetchPeer()
        let failure = try await peer.fetch("https://127.0.0.1:1/a") { $0.patience.attempts = 2 }
            .failure
        #expect(failure?.kind == .unreachable)
        #expect(failure?.detail.hasPrefix("attempt 2: ") == true)
    }
}
