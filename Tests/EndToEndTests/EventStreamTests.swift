import FoundationEssentials
import Glibc
import Testing

/// The event stream over a real socket, with the client that people use.
@Suite(.serialized) struct EventStreamTests {
    private let node: TestNode

    init() throws {
        node = try TestNode(chain: ["upgrades": "v2@1000000"])
    }

    private func start() async throws {
        try node.start()
        try await node.reaches(2, "v1")
        try await node.shows("the node") { $0.daemon?.pid != nil }
    }

    private var newest: String {
        get async throws {
            let page: ListView<EventView> = try await node.get("/v1/events?limit=1000")
            return try #require(page.items.last).id
        }
    }

    @Test func `who connects again with its id gets exactly what it missed`() async throws {
        try await start()
        let before = try await newest
        let first = try node.follow("first", ["-H", "Last-Event-ID: \(before)"])
        try await node.act("start")
        try await eventually("two events") { node.ids(in: "first").count >= 2 }
        first.signal(SIGKILL)
        try await eventually("the first client ends") { first.exitCode() != nil }
        let seen = node.ids(in: "first")
        for _ in 0..<100 { try await node.act("start") }
        let last = try #require(seen.last)
        let second = try node.follow("second", ["-H", "Last-Event-ID: \(last)"])
        let end = try await newest
        try await eventually("all that was missed") { node.ids(in: "second").contains(end) }
        let known: ListView<EventView> = try await node.get("/v1/events?limit=1000&after=\(before)")
        // More may have come since.
        let told = seen + node.ids(in: "second")
        let count = min(told.count, known.items.count)
        #expect(Array(told.prefix(count)) == known.items.prefix(count).map(\.id))
        #expect(try node.read("second").hasPrefix("retry: 3000\n\nid: "))
        // The stream ends in order when we do.
        #expect(try await node.stop() == 0)
        try await eventually("the second client ends") { second.exitCode() == 0 }
        #expect(try node.read("second").contains("event: supervisor_stopping\n"))
    }

    @Test func `an id of another history resets the reader`() async throws {
        try await start()
        let client = try node.follow("events", ["-H", "Last-Event-ID: none.7"])
        try await eventually("a reset") {
            try node.exists("events") && node.read("events").contains("event: reset\n")
        }
        try await node.act("start")
        try await eventually("what comes after") { node.ids(in: "events").count >= 3 }
        #expect(client.exitCode() == nil)
    }

    @Test func `a revoked token ends its stream, and no other`() async throws {
        try await start()
        let tokens = [
            try await node.token("create --scope read"),
            try await node.token("create --scope read"),
        ]
        let clients = try tokens.enumerated().map { index, token in
            try node.follow("events-\(index)", ["-H", "Authorization: Bearer \(token)"])
        }
        try await eventually("both streams begin") {
            [0, 1].allSatisfy { (try? node.read("events-\($0)"))?.hasPrefix("retry: ") == true }
        }
        _ = try await node.token("revoke \(tokens[0].split(separator: "_")[1])")
        try await eventually("the first stream ends") { clients[0].exitCode() == 0 }
        #expect(clients[1].exitCode() == nil)
    }

    @Test func `a fifth stream of one caller is refused`() async throws {
        try await start()
        let clients = try (0..<4).map { try node.follow("events-\($0)") }
        try await eventually("four streams begin") {
            (0..<4).allSatisfy { (try? node.read("events-\($0)"))?.hasPrefix("retry: ") == true }
        }
        let refused = try await node.curl("/v1/events", "-H 'Accept: text/event-stream'")
        #expect(refused.status == 503 && refused.problem == "too-many-streams")
        #expect(try await streams == 4)
        clients[0].signal(SIGKILL)
        try await eventually("a place is free") { try await streams == 3 }
    }

    @Test func `sixteen readers that take nothing cost no memory`() async throws {
        try await start()
        var readers: [Int32] = []
        defer { for reader in readers { close(reader) } }
        for _ in 0..<4 {
            let token = try await node.token("create --scope read")
            for _ in 0..<4 { readers.append(try stalledReader(token)) }
        }
        #expect(try await streams == 16)
        let writer = try ManyStarts(socket: node.socket)
        try writer.send(1000)
        let before = try memory()
        try writer.send(4000)
        let after = try memory()
        #expect(after < before + 4096)
        // All places to wait are taken, but who does not wait needs none.
        let restart: OperationView = try await node.post("restart")
        try await eventually("a second start") { node.ledger.starts.count == 2 }
        #expect(restart.id.split(separator: ".").last.flatMap { Int($0) } ?? 0 > 10_000)
    }

    /// As the metrics have them.
    private var streams: Int? {
        get async throws {
            let lines = try await node.curl("/metrics").body.split(separator: "\n")
            return lines.first { $0.hasPrefix("switchyard_event_streams ") }
                .flatMap { $0.split(separator: " ").last }.flatMap { Int($0) }
        }
    }

    /// Has asked for the stream, and seen that it begins.
    private func stalledReader(_ token: String) throws -> Int32 {
        let reader = try UnixClient.open(node.socket)
        let request =
            "GET /v1/events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
            + "Authorization: Bearer \(token)\r\n\r\n"
        guard send(reader, request, request.utf8.count, Int32(MSG_NOSIGNAL)) > 0 else {
            throw HarnessError("send")
        }
        var head = [UInt8](repeating: 0, count: 12)
        guard recv(reader, &head, head.count, Int32(MSG_WAITALL)) == head.count,
            head.elementsEqual("HTTP/1.1 200".utf8)
        else { throw HarnessError(String(decoding: head, as: UTF8.self)) }
        return reader
    }

    /// Of the supervisor, in KiB.
    private func memory() throws -> Int {
        let pid = try #require(node.supervisor?.pid)
        let text = String(
            decoding: try Data(contentsOf: URL(filePath: "/proc/\(pid)/status")), as: UTF8.self)
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
        return try #require(Int(line.filter(\.isNumber)))
    }
}

/// Asks a running node to start, again and again: two events each.
private final class ManyStarts {
    private let socket: Int32

    init(socket path: String) throws {
        socket = try UnixClient.open(path)
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(
            socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit {
        close(socket)
    }

    /// Twenty at a time, and sees each done.
    func send(_ count: Int) throws {
        let request =
            "POST /v1/daemon/start HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
        let requests = String(repeating: request, count: 20)
        for _ in 0..<count / 20 {
            guard Glibc.send(socket, requests, requests.utf8.count, Int32(MSG_NOSIGNAL)) > 0 else {
                throw HarnessError("send")
            }
            var answers = ""
            var space = [UInt8](repeating: 0, count: 65_536)
            while answers.count(of: "\"succeeded\"") < 20 {
                let count = recv(socket, &space, space.count, 0)
                guard count > 0 else { throw HarnessError("recv after \(answers.suffix(1000))") }
                answers += String(decoding: space.prefix(count), as: UTF8.self)
            }
        }
    }
}

extension String {
    fileprivate func count(of word: String) -> Int { ranges(of: word).count }
}
