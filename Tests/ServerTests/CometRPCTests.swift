import CLinux
import Glibc
import Testing

@testable import Server
@testable import Supervisor

/// As CometBFT 0.38 answers, members we do not know included.
private let status =
    #"{"jsonrpc":"2.0","id":-1,"result":{"node_info":{"protocol_version":{"p2p":"8"},"id":"abc","#
    + #""network":"chain-1"},"sync_info":{"latest_block_height":"17","catching_up":false,"#
    + #""latest_block_time":"2026-01-01T00:00:00Z"},"validator_info":{"voting_power":"1"}}}"#
private let info =
    #"{"jsonrpc":"2.0","id":-1,"result":{"response":{"data":"x","last_block_height":"16"}}}"#

private let known = RPCHeights(
    stored: 17, applied: 16, catchingUp: false, nodeID: "abc", network: "chain-1")

struct CometRPCTests {
    @Test func `both heights are asked for on one connection, stored first`() async throws {
        let traffic = try await ScriptedNode.run([
            "/status": .json(status), "/abci_info": .json(info),
        ]) { rpc in
            let heights = try await rpc.heights(until: .now + .seconds(5))
            #expect(heights == known)
        }
        #expect(traffic.connections == 1)
        #expect(traffic.requests == ["/status", "/abci_info"])
    }

    @Test func `a body may be chunked, or end with its connection`() async throws {
        let chunked =
            "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n"
            + "10;x\r\n\(status.prefix(16))\r\n"
            + "\(String(status.utf8.count - 16, radix: 16))\r\n\(status.dropFirst(16))\r\n0\r\n\r\n"
        let traffic = try await ScriptedNode.run([
            "/status": .raw(chunked),
            "/abci_info": .raw("HTTP/1.0 200 OK\r\n\r\n\(info)", closes: true),
        ]) { rpc in
            let heights = try await rpc.heights(until: .now + .seconds(5))
            #expect(heights == known)
        }
        #expect(traffic.connections == 1)
    }

    @Test func `a node that closes after each answer is asked again`() async throws {
        let closing =
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: \(status.utf8.count)\r\n\r\n\(status)"
        let traffic = try await ScriptedNode.run([
            "/status": .raw("HTTP/1.1 103 Early Hints\r\n\r\n" + closing, closes: true),
            "/abci_info": .json(info),
        ]) { rpc in
            let heights = try await rpc.heights(until: .now + .seconds(5))
            #expect(heights == known)
        }
        #expect(traffic.connections == 2)
    }

    @Test func `a late applied height leaves the stored one known`() async throws {
        try await ScriptedNode.run(["/status": .json(status)]) { rpc in
            var rpc = rpc
            rpc.limit = .milliseconds(200)
            let heights = try await rpc.heights(until: .now + .seconds(5))
            #expect(heights.stored == 17)
            #expect(heights.applied == nil)
        }
    }

    @Test func `a node that does not answer is given up in time`() async throws {
        try await ScriptedNode.run([:]) { rpc in
            let byCaller = await failure { () async throws(RPCError) in
                try await rpc.heights(until: .now + .milliseconds(50))
            }
            #expect(byCaller == .timedOut)
            var short = rpc
            short.limit = .milliseconds(50)
            let byLimit = await failure { [short] () async throws(RPCError) in
                try await short.heights(until: .now + .seconds(5))
            }
            #expect(byLimit == .timedOut)
        }
    }

    @Test func `nobody there is told apart`() async throws {
        let socket = try ListeningSocket(.tcp(host: "127.0.0.1", port: 0), options: .init())
        let port = socket.port ?? 0
        let loop = try EventLoop(name: "rpc")
        loop.start()
        defer { loop.stop() }
        socket.endForTest()
        let address = try #require(RPCAddress("tcp://localhost:\(port)"))
        let error = await failure { () async throws(RPCError) in
            try await CometRPC(address: address, loop: loop).heights(until: .now + .seconds(5))
        }
        guard case .unreachable = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(
        arguments: [
            (#"{"sync_info":{"latest_block_height":17,"catching_up":true}}"#, 17, true, nil),
            (
                #"{"result":{"SyncInfo":{"latest_block_height":"17"},"NodeInfo":{"id":"n"}}}"#, 17,
                nil, "n"
            ),
            (
                #"{"result":{"sync_info":{"latest_block_height":"","catching_up":"no"}}}"#, nil,
                nil, nil
            ),
            (#"{"result":{"sync_info":{"latest_block_height":"0"},"node_info":[]}}"#, 0, nil, nil),
            (#"{"result":{"sync_info":{"latest_block_height":1.5}}}"#, nil, nil, nil),
        ] as [(String, Int64?, Bool?, String?)])
    func `status is read in every form seen`(
        json: String, stored: Int64?, catchingUp: Bool?, id: String?
    ) throws {
        let heights = try RPCAnswer(Array(json.utf8)).heights()
        #expect(
            heights
                == RPCHeights(
                    stored: stored, applied: nil, catchingUp: catchingUp, nodeID: id, network: nil))
    }

    @Test(
        arguments: [
            (#"{"result":{"response":{"last_block_height":"16"}}}"#, 16),
            (#"{"response":{"last_block_height":16}}"#, 16),
            (#"{"result":{"response":{}}}"#, 0),
            (#"{"result":{"response":{"last_block_height":""}}}"#, 0),
        ] as [(String, Int64)])
    func `the applied height is read in every form seen`(json: String, applied: Int64) throws {
        #expect(try RPCAnswer(Array(json.utf8)).appliedHeight() == applied)
    }

    @Test(
        arguments: [
            (.json("{}"), .malformed), (.json("[]"), .malformed), (.json("<html>"), .malformed),
            (
                .json(#"{"error":{"code":-32603,"message":"Internal error","data":"boom"}}"#),
                .refused("Internal error: boom")
            ),
            (
                .json(#"{"error":{"message":"no"}}"#, status: "500 Internal Server Error"),
                .refused("no")
            ),
            (.json("gone", status: "404 Not Found"), .status(404)),
            (.raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}", closes: true), .cutShort),
            (.raw("HTTP/1.1 200 OK\r\nContent-Le", closes: true), .cutShort),
            (.raw("", closes: true), .cutShort),
            (.raw("SSH-2.0-OpenSSH\r\n\r\n", closes: true), .malformed),
            (.raw("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"), .malformed),
            (.raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n"), .malformed),
            (.raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), .malformed),
            (.raw("HTTP/1.1 200 OK\r\nContent-Length: 4194305\r\n\r\n"), .tooLarge),
            (
                .raw(
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n400001\r\n"
                        + String(repeating: "a", count: 0x400001)), .tooLarge
            ),
            (
                .raw(
                    "HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "a", count: 0x400001),
                    closes: true), .tooLarge
            ),
            (.raw("HTTP/1.1 200 OK\r\nX: " + String(repeating: "a", count: 65_536)), .tooLarge),
        ] as [(ScriptedNode.Answer, RPCError)])
    func `an odd answer is an error with a name`(
        answer: ScriptedNode.Answer, error: RPCError
    ) async throws {
        try await ScriptedNode.run(["/status": answer]) { rpc in
            let thrown = await failure { () async throws(RPCError) in
                try await rpc.heights(until: .now + .seconds(5))
            }
            #expect(thrown == error)
        }
    }

    @Test func `cancelling ends the question`() async throws {
        try await ScriptedNode.run([:]) { rpc in
            let error = await withTaskGroup(of: RPCError?.self) { group in
                group.addTask {
                    await failure { () async throws(RPCError) in
                        try await rpc.heights(until: .now + .seconds(5))
                    }
                }
                group.cancelAll()
                return await group.next() ?? nil
            }
            #expect(error == .cancelled)
        }
    }
}

extension ListeningSocket {
    /// Refuses connections from now on, but keeps the port.
    fileprivate func endForTest() {
        shutdown(descriptor.number, Int32(SHUT_RDWR))
    }
}

/// How a question to the RPC failed; nil when it did not.
func failure<Answer>(_ question: () async throws(RPCError) -> Answer) async -> RPCError? {
    do throws(RPCError) {
        _ = try await question()
        return nil
    } catch {
        return error
    }
}
