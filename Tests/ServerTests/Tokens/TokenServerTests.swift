import FoundationEssentials
import Glibc
import Supervisor
import Testing

@testable import API
@testable import Server

/// Tokens over real sockets, with the client that people use.
struct TokenServerTests {
    private let disk: TokensOnDisk
    private let token = Token()

    init() throws {
        disk = try TokensOnDisk()
    }

    private func run(_ body: @Sendable (TestServer) async throws -> Void) async throws {
        try await TestServer.run(options: .testing(tokens: disk.book()), body)
    }

    /// What `curl -i` prints; the token comes from a file of mode 0600, as our texts advise.
    private func curl(_ arguments: String..., showing token: Token? = nil) throws -> String {
        var arguments = ["-s", "-i", "-m", "5"] + arguments
        if let token {
            let file = disk.home.path + "/curlrc"
            let text = "header = \"Authorization: Bearer \(token.text)\"\n"
            try DurableFile.replace(file, with: text.utf8)
            arguments += ["-K", file]
        }
        return try Command.run("/usr/bin/curl", arguments).output
    }

    @Test func `curl reads with a token over TCP and behind a proxy's socket`() async throws {
        try disk.write([TokenEntry(token, .read)])
        try await run { server in
            let tcp = "http://127.0.0.1:\(server.port)/v1/status"
            let proxied = ["--unix-socket", server.token, "http://proxy.test/v1/status"]
            #expect(try curl(tcp, showing: token).status == 200)
            #expect(try curl(proxied[0], proxied[1], proxied[2], showing: token).status == 200)
            for anonymous in [
                try curl(tcp), try curl(proxied[0], proxied[1], proxied[2]),
            ] {
                #expect(anonymous.status == 401)
                #expect(anonymous.contains("\r\nWWW-Authenticate: Bearer realm=\"switchyard\"\r\n"))
                #expect(anonymous.contains("/problems/unauthenticated"))
            }
            for other in [
                try curl(tcp, showing: Token()),
                try curl(proxied[0], proxied[1], proxied[2], showing: Token()),
            ] {
                #expect(other.status == 401)
                #expect(
                    other.contains(
                        "\r\nWWW-Authenticate: Bearer realm=\"switchyard\", "
                            + "error=\"invalid_token\"\r\n"))
                #expect(other.contains("/problems/invalid-token"))
            }
        }
    }

    @Test func `a bad token never falls back to the peer, a good one needs no peer`() async throws {
        try disk.write([TokenEntry(token, .read)])
        try await run { server in
            let url = "http://localhost/v1/status"
            #expect(try curl("--unix-socket", server.unix, url).status == 200)
            #expect(try curl("--unix-socket", server.unix, url, showing: token).status == 200)
            let refused = try curl("--unix-socket", server.unix, url, showing: Token())
            #expect(refused.status == 401)
        }
    }

    @Test(arguments: [
        ["Authorization:"], ["Authorization: Bearer"], ["Authorization: Basic cm9vdDpyb290"],
        ["Authorization: TOKEN"], ["Authorization: Bearer TOKEN", "Authorization: Bearer TOKEN"],
        ["Authorization: Bearer TOKEN", "authorization: Basic x"],
        ["Authorization: Bearer TOKEN, Bearer TOKEN"], ["Authorization: Bearer TOKENA"],
    ])
    func `malformed credentials are none`(fields: [String]) async throws {
        try disk.write([TokenEntry(token, .operate)])
        try await run { server in
            let fields = fields.map { $0.replacing("TOKEN", with: token.text) + "\r\n" }.joined()
            let text = "GET /v1/status HTTP/1.1\r\nHost: \(server.host)\r\n\(fields)\r\n"
            let onTCP = try Client(port: server.port).ask(text)
            #expect(onTCP.status == 401)
            #expect(onTCP.contains("error=\"invalid_token\""))
            let onPeer = try Client(unix: server.unix).ask(text)
            #expect(onPeer.status == 401)
        }
    }

    @Test func `revocation and expiry are seen on a connection that stays`() async throws {
        let brief = Token()
        try disk.write([TokenEntry(token), TokenEntry(brief, expires: .now + 0.5)])
        try await run { server in
            let client = try Client(port: server.port)
            func status(_ token: Token) throws -> Int? {
                try client.ask(
                    request(
                        "GET /v1/status", host: server.host, "Authorization: Bearer \(token.text)")
                ).status
            }
            #expect(try status(token) == 200)
            #expect(try status(brief) == 200)
            try eventually { try status(brief) == 401 }
            #expect(try status(token) == 200)
            try disk.write("# none\n")
            #expect(try status(token) == 401)
            try disk.write([TokenEntry(token)])
            #expect(try status(token) == 200)
            chmod(disk.path, 0o644)
            #expect(try status(token) == 401)
        }
    }

    @Test(.enabled(if: Privileges.areEnough, "needs root and setpriv"))
    func `a user who may not use the socket may with a token, and nothing with a bad one`()
        async throws
    {
        try disk.write([TokenEntry(token, .read)])
        try await run { server in
            chmod(server.directory.path, 0o711)
            chmod(server.unix, 0o666)
            let good = "Authorization: Bearer \(token.text)"
            let read = try asNobody(server, "/v1/status", [good])
            #expect(read == 200)
            for path in ["/livez", "/v1/status", "/v1/nothing"] {
                let silent = try asNobody(server, path, [])
                let wrong = try asNobody(server, path, ["Authorization: Bearer x"])
                let proxied = try asNobody(server, path, [good, "Via: 1.1 nginx"])
                #expect([silent, wrong, proxied] == [403, 401, 403])
            }
        }
    }

    private func asNobody(
        _ server: TestServer, _ path: String, _ fields: [String]
    ) throws -> Int? {
        let nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"]
        let curl = ["/usr/bin/curl", "-s", "-i", "-m", "5", "--unix-socket", server.unix]
        return try Command.run(
            "/usr/bin/setpriv",
            nobody + curl + fields.flatMap { ["-H", $0] } + ["http://localhost" + path]
        ).output.status
    }
}
