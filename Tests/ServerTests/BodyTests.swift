import Testing

@testable import Server

struct BodyTests {
    @Test(arguments: ["GET /livez", "POST /livez", "GET /v1/nothing"])
    func `a small body is read away and the connection stays`(line: String) async throws {
        try await TestServer.run { server in
            let client = try Client(unix: server.unix)
            let length = request(line, "Content-Length: 65536")
            client.send(length + String(repeating: "G", count: 65_536))
            client.send(request(line, "Transfer-Encoding: chunked") + "3\r\nabc\r\n0\r\n\r\n")
            client.send(request("GET /livez"))
            let answers = try client.answers(3)
            #expect(answers.count == 3)
            #expect(answers.last?.status == 200)
        }
    }

    @Test(arguments: ["Content-Length: 65537", "Transfer-Encoding: chunked"])
    func `a large body is refused and the connection closed`(field: String) async throws {
        try await TestServer.run { server in
            let client = try Client(unix: server.unix)
            client.send(request("GET /livez", field))
            client.send("20000\r\n" + String(repeating: "a", count: 0x20000))
            let answer = try client.readToEnd()
            #expect(answer.status == 413)
            #expect(answer.contains("Connection: close\r\n"))
            #expect(answer.contains(#""instance":"/livez""#))
        }
    }

    @Test func `who may not is told so whatever the body`() async throws {
        try await TestServer.run { server in
            let client = try Client(unix: server.token)
            client.send(
                request("GET /v1/status", host: "proxy.test", "Content-Length: 65537"))
            let answer = try client.readToEnd()
            #expect(answer.status == 401)
            #expect(answer.contains("Connection: close\r\n"))
        }
    }

    @Test func `no body is asked for that nobody wants`() async throws {
        try await TestServer.run { server in
            let client = try Client(unix: server.unix)
            client.send(request("GET /livez", "Expect: 100-continue", "Content-Length: 5"))
            let answer = try client.readToEnd()
            #expect(answer.status == 200)
            #expect(answer.contains("Connection: close\r\n"))
        }
    }

    @Test func `broken chunks end the connection`() async throws {
        try await TestServer.run { server in
            let client = try Client(unix: server.unix)
            client.send(request("GET /livez", "Transfer-Encoding: chunked") + "zz\r\n")
            #expect(try client.readToEnd().status == 400)
        }
    }
}
