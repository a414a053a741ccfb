import Glibc
import Testing

@testable import API
@testable import Server
@testable import Supervisor

struct ServerTests {
    @Test func `every listener answers`() async throws {
        try await TestServer.run { server in
            let peer = try Client(unix: server.unix).ask(request("GET /v1/status"))
            #expect(peer.status == 200)
            #expect(peer.contains("Cache-Control: no-store\r\n"))
            #expect(peer.contains("X-Content-Type-Options: nosniff\r\n"))
            #expect(peer.contains("Cross-Origin-Resource-Policy: same-origin\r\n"))
            #expect(peer.contains(#""instance":"test""#))
            let token = try Client(unix: server.token)
            #expect(try token.ask(request("GET /v1/status", host: "proxy.test")).status == 401)
            #expect(try token.ask(request("GET /livez", host: "proxy.test")).status == 200)
            #expect(try token.ask(request("GET /livez")).status == 421)
            let tcp = try Client(port: server.port)
            #expect(try tcp.ask(request("GET /livez", host: server.host)).status == 200)
            let refused = try tcp.ask(request("GET /v1/plans", host: server.host))
            #expect(refused.status == 401)
            #expect(refused.contains(#"WWW-Authenticate: Bearer realm="switchyard""#))
        }
    }

    @Test func `foreign names and origins are refused on TCP`() async throws {
        try await TestServer.run { server in
            let tcp = try Client(port: server.port)
            #expect(try tcp.ask(request("GET /livez", host: "evil.test")).status == 421)
            #expect(try tcp.ask(request("GET /livez", host: "localhost:1")).status == 421)
            let foreign = request("GET /livez", host: server.host, "Origin: http://evil.test")
            #expect(try tcp.ask(foreign).status == 403)
        }
    }

    @Test func `a connection carries many requests, pipelined too`() async throws {
        try await TestServer.run { server in
            let client = try Client(unix: server.unix)
            let one = request("GET /livez")
            #expect(try client.ask(one).status == 200)
            client.send(String(repeating: one + request("GET /v1/nothing"), count: 500))
            let answers = try client.answers(1000)
            #expect(answers.count == 1000)
            let alternate = answers.enumerated().allSatisfy { index, answer in
                answer.status == (index % 2 == 0 ? 200 : 404)
            }
            #expect(alternate)
        }
    }

    @Test func `HEAD has the length and no body`() async throws {
        try await TestServer.run { server in
            let client = try Client(unix: server.unix)
            client.send(request("HEAD /livez", "Connection: close"))
            let answer = try client.readToEnd()
            #expect(answer.contains("Content-Length: 2\r\n"))
            #expect(answer.hasSuffix("Connection: close\r\n\r\n"))
        }
    }

    @Test func `the connection ends when the client wants it to`() async throws {
        try await TestServer.run { server in
            let client = try Client(unix: server.unix)
            client.send(request("GET /livez", "Connection: close") + request("GET /livez"))
            let text = try client.readToEnd()
            #expect(text.hasSuffix("\r\n\r\nok"))
            #expect(text.split(separator: "HTTP/1.1 200").count == 1)
        }
    }

    @Test func `a client that has said all gets its answer`() async throws {
        try await TestServer.run { server in
            let client = try Client(unix: server.unix)
            client.send(request("GET /livez"))
            client.endWriting()
            #expect(try client.readToEnd().status == 200)
        }
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/3.0\r\n\r\n", 505), ("\u{16}\u{3}", 400),
        ("BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n", 501),
        ("GET / HTTP/1.1\r\nHost: localhost\r\nExpect: x\r\n\r\n", 417),
        ("GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n", 413),
        ("GET / HTTP/1.1\r\nHost: localhost\r\nX: \(String(repeating: "a", count: 1 << 20))", 431),
        ("GET / HTTP/1.0\r\nHost: localhost\r\n\r\n", 403),
    ])
    func `what is no request is answered and the connection closed`(
        text: String, status: Int
    ) async throws {
        try await TestServer.run { server in
            let client = try Client(unix: server.unix)
            client.send(text)
            let answer = try client.readToEnd()
            #expect(answer.status == status)
            #expect(answer.contains("Connection: close\r\n"))
            #expect(answer.contains("Content-Type: application/problem+json\r\n"))
            #expect(answer.contains(#""status":\#(status)"#))
        }
    }
}
