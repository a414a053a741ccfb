import FoundationEssentials
import StageMessages
import Testing

/// Calls of a gRPC server that is not ours, by the real program.
@Suite(
    .enabled(
        if: GRPCPeer.isWanted, "gRPC for Python is not in .build-grpc; `make test` fetches it"))
struct AskTests {
    private func failure(_ report: StageReport) -> StageFailure? {
        if case .failed(let failure) = report { failure } else { nil }
    }

    @Test func `a message is sent, and the one that is answered comes back`() async throws {
        let peer = try await GRPCPeer()
        let answer = CallAnswer(status: 0, words: "", message: Data("hello".utf8))
        #expect(try await peer.ask("/test.Peer/Echo", "hello") == .answered(answer))
        let empty = CallAnswer(status: 0, words: "", message: Data())
        #expect(try await peer.ask("/test.Peer/Echo") == .answered(empty))
        #expect(peer.asked == ["/test.Peer/Echo", "/test.Peer/Echo"])
    }

    @Test func `a megabyte may come, and not a byte more`() async throws {
        let peer = try await GRPCPeer()
        guard case .answered(let answer) = try await peer.ask("/test.Peer/Large", "1048576") else {
            return #expect(Bool(false), "it was refused")
        }
        #expect(answer.message == Data(count: 1 << 20))
        let refusal = failure(try await peer.ask("/test.Peer/Large", "1048577"))
        #expect(refusal?.kind == .tooLarge, "\(String(describing: refusal))")
    }

    @Test func `a server's own refusal is an answer, in words that do no harm`() async throws {
        let peer = try await GRPCPeer()
        let lost = CallAnswer(
            status: 5, words: "no such thing: 100% ü\\u{1b}[31m", message: Data())
        #expect(try await peer.ask("/test.Peer/Lost") == .answered(lost))
        guard case .answered(let unknown) = try await peer.ask("/test.Peer/Unknown") else {
            return #expect(Bool(false), "it was no answer")
        }
        #expect(unknown.status == 12)
    }

    @Test func `what does not answer in time is not waited for`() async throws {
        let peer = try await GRPCPeer()
        guard case .answered(let late) = try await peer.ask("/test.Peer/Never", seconds: 1) else {
            return
        }
        // The server was told how long it has, and may be faster to say that it is over.
        #expect(late.status == 4)
    }

    @Test func `what takes the connection and says nothing is not waited for`() async throws {
        let listener = try Listener()
        var order = AskOrder(address: "127.0.0.1:\(listener.port)", method: "/test.Peer/Echo")
        order.seconds = 1
        #expect(failure(try await AskRun.report(of: order))?.kind == .stalled)
        #expect(listener.connections() == 1)
    }

    @Test func `nobody there is said in the kernel's words`() async throws {
        // Its socket is closed again by then.
        let address = "127.0.0.1:\(try Listener().port)"
        let refusal = failure(
            try await AskRun.report(of: AskOrder(address: address, method: "/test.Peer/Echo")))
        #expect(refusal?.kind == .unreachable)
        #expect(refusal?.detail == "\(address): no connection: Connection refused")
    }

    @Test func `a web server is told from a gRPC server`() async throws {
        let server = try await FetchPeer()
        let address = String(server.url("", server: "http").dropFirst("http://".count))
        let refusal = failure(
            try await AskRun.report(of: AskOrder(address: address, method: "/test.Peer/Echo")))
        #expect(refusal?.kind == .answerBroken, "\(String(describing: refusal))")
        #expect(refusal?.detail.contains("does not speak HTTP/2") == true)
    }

    @Test func `TLS is spoken where the address says so, with a name that is proven`() async throws
    {
        let peer = try await GRPCPeer(isSecure: true)
        let trusted = ["SSL_CERT_FILE": peer.folder + "/authority.crt"]
        let answer = CallAnswer(status: 0, words: "", message: Data("hello".utf8))
        #expect(
            try await peer.ask("/test.Peer/Echo", "hello", environment: trusted)
                == .answered(answer))
        #expect(failure(try await peer.ask("/test.Peer/Echo", "hello"))?.kind == .tls)
    }

    @Test func `an address that is none is refused without being shown`() async throws {
        let order = AskOrder(address: "me:secret@localhost:1", method: "/test.Peer/Echo")
        let refusal = failure(try await AskRun.report(of: order))
        #expect(refusal?.kind == .urlRefused)
        #expect(refusal?.detail.contains("secret") == false)
    }
}
