import FoundationEssentials
import Glibc
import Testing

/// The real supervisor, the real command and the client that people use.
struct TokenTests {
    private let node: TestNode
    private let api: UInt16

    init() throws {
        node = try TestNode(chain: ["upgrades": "v2@1000000"])
        api = try TestNode.freePort()
    }

    private var proxied: String { node.path + "/proxy.sock" }

    private func start(_ more: [String: String] = [:], arguments: [String] = []) async throws {
        let listen = "unix:\(node.socket),unix:\(proxied)?auth=token,tcp:127.0.0.1:\(api)"
        try node.start(
            ["SWITCHYARD_LISTEN": listen, "SWITCHYARD_API_HOSTS": "gaia.test"]
                .merging(more) { $1 }, arguments: arguments)
        try await node.reaches(2, "v1")
        try await node.shows("the node") { $0.daemon?.pid != nil }
    }

    /// The statuses over TCP and over the proxy's socket.
    private func statuses(_ token: String, _ path: String = "/v1/status") async throws -> String {
        let curl = "curl -s -o /dev/null -m 10 -w '%{http_code} ' -K \"$CONFIG\""
        let config = node.path + "/curlrc"
        try node.write("header = \"Authorization: Bearer \(token)\"\n", to: "curlrc")
        return try await shell(
            "\(curl) http://localhost:\(api)\(path); "
                + "\(curl) --unix-socket \(proxied) http://gaia.test\(path)",
            ["CONFIG": config])
    }

    @Test func `a token works while it is neither revoked nor expired`() async throws {
        try await start()
        let lasting = try await node.token("create --scope read --label ci")
        let other = try await node.token("create --scope operate --expires 1h")
        for token in [lasting, other] { #expect(try await statuses(token) == "200 200 ") }
        #expect(try await statuses(String(lasting.dropLast())) == "401 401 ")
        let id = lasting.split(separator: "_")[1]
        _ = try await node.token("revoke \(id)")
        #expect(try await statuses(lasting) == "401 401 ")
        #expect(try await statuses(other) == "200 200 ")
        let brief = try await node.token("create --scope read --expires 3s")
        #expect(try await statuses(brief) == "200 200 ")
        var isOver = false
        for _ in 0..<1000 where !isOver { isOver = try await statuses(brief) == "401 401 " }
        #expect(isOver)
        #expect(!node.log.contains(lasting.suffix(43)))
        #expect(try await node.stop() == 0)
    }

    @Test func `a credential of systemd's counts, beside the file`() async throws {
        try node.make("credentials")
        let elsewhere = node.path + "/credentials/switchyard-tokens"
        let credential = String(
            try await shell(
                "\"$SWITCHYARD\" token create --scope read",
                [
                    "DAEMON_HOME": node.path, "DAEMON_NAME": "simd",
                    "SWITCHYARD_TOKENS_FILE": elsewhere,
                ]
            ).dropLast())
        try await start(["CREDENTIALS_DIRECTORY": node.path + "/credentials"])
        let own = try await node.token("create --scope read")
        #expect(try await statuses(credential) == "200 200 ")
        #expect(try await statuses(own) == "200 200 ")
        #expect(try await node.stop() == 0)
    }

    @Test func `nothing that is read tells environment or arguments`() async throws {
        try await start(
            [
                "HTTPS_PROXY": "http://canary:canary@proxy.test", "SECRET": "canary",
                "SWITCHYARD_CANARY": "canary",
            ], arguments: ["--keyring", "canary"])
        let token = try await node.token("create --scope read")
        let operation = try await node.act("restart", #"{"reason":"to have an operation"}"#)
        let paths = try Self.paths(operation: operation.id)
        #expect(paths.contains("/v1/operations/\(operation.id)"))
        #expect(paths.contains("/v1/events"))
        for path in paths {
            let answer = try await shell(
                "curl -s -i -m 10 -H \"Authorization: Bearer $TOKEN\" "
                    + "'http://localhost:\(api)\(path)?verbose'",
                ["TOKEN": token])
            #expect(answer.hasPrefix("HTTP/1.1 ") && !answer.hasPrefix("HTTP/1.1 4"), "\(path)")
            #expect(!answer.contains("canary"), "\(path)")
            #expect(!answer.contains(token.suffix(43)), "\(path)")
        }
        #expect(try await node.stop() == 0)
    }

    /// Everything that can be read, as the API's description has it.
    private static func paths(operation: String) throws -> [String] {
        var root = #filePath[...]
        for _ in 0..<3 { root = root[..<(root.lastIndex(of: "/") ?? root.startIndex)] }
        let text = String(
            decoding: try Data(contentsOf: URL(filePath: root + "/openapi.yaml")), as: UTF8.self)
        return text.split(separator: "\n  /").dropFirst()
            .filter { $0.contains("\n    get:") && !$0.contains("x-scope: stage") }
            .compactMap { block in block.firstRange(of: ":\n").map { block[..<$0.lowerBound] } }
            .map { path in
                "/"
                    + path.replacing("{check}", with: "daemon").replacing("{slug}", with: "blocked")
                    .replacing("{name}", with: "v2").replacing("{id}", with: operation)
            }
    }

    @Test func `a hundred thousand bad tokens cost no memory and lock nobody out`() async throws {
        try await start()
        let token = try await node.token("create --scope read")
        let guesses = try TokenGuesses(port: api)
        try guesses.send(10_000)
        let before = try memory()
        try guesses.send(100_000)
        #expect(try memory() < before + 4096)
        #expect(try await statuses(token) == "200 200 ")
        #expect(try await node.stop() == 0)
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

/// A client that tries one token after another, all of the right form.
private struct TokenGuesses {
    private let socket: Int32
    private let host: String

    init(port: UInt16) throws {
        host = "localhost:\(port)"
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let isConnected = Loopback(port: port).call { [socket] in connect(socket, $0, $1) }
        guard isConnected else { throw HarnessError("connect") }
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(
            socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Sends that many, fifty at a time, and sees each refused.
    func send(_ count: Int) throws {
        let length = try ask([request(0)], length: nil).count
        for first in stride(from: 0, to: count, by: 50) {
            let answers = try ask((first..<first + 50).map(request), length: 50 * length)
            // All are of one length, for they differ in nothing but the time.
            let areRefused = stride(from: 0, to: answers.count, by: length).allSatisfy {
                answers[$0...].starts(with: "HTTP/1.1 401 ".utf8)
            }
            #expect(areRefused)
        }
    }

    private func request(_ number: Int) -> String {
        let digits = String(number, radix: 10)
        let secret = String(repeating: "A", count: 43 - digits.count) + digits
        return "GET /v1/status HTTP/1.1\r\nHost: \(host)\r\n"
            + "Authorization: Bearer sy_aaaaaaaa_\(secret)\r\n\r\n"
    }

    /// - Parameter length: Of all answers together; nil: one answer, up to the end of its JSON.
    private func ask(_ requests: [String], length: Int?) throws -> [UInt8] {
        let text = requests.joined()
        guard Glibc.send(socket, text, text.utf8.count, Int32(MSG_NOSIGNAL)) > 0 else {
            throw HarnessError("send")
        }
        var bytes: [UInt8] = []
        var space = [UInt8](repeating: 0, count: 65_536)
        while length.map({ bytes.count < $0 }) ?? (bytes.last != UInt8(ascii: "}")) {
            let count = recv(socket, &space, space.count, 0)
            guard count > 0 else { throw HarnessError("recv") }
            bytes += space.prefix(count)
        }
        return bytes
    }
}
