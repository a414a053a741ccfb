import Glibc
import Testing

@testable import Server

struct StopTests {
    @Test func `stopping ends idle connections and finishes the request in hand`() async throws {
        try await TestServer.run { server in
            let idle = try Client(unix: server.unix)
            #expect(try idle.ask(request("GET /livez")).status == 200)
            let busy = try Client(port: server.port)
            busy.send("GET /livez HTTP/1.1\r\n")
            // Seen at work: it stays when the idle one goes.
            #expect(
                try Client(port: server.port).ask(request("GET /livez", host: server.host)).status
                    == 200)
            server.server.stop(within: .seconds(5))
            #expect(try idle.readToEnd() == "")
            busy.send("Host: \(server.host)\r\n\r\n")
            let answer = try busy.readToEnd()
            #expect(answer.status == 200)
            #expect(answer.contains("Connection: close\r\n"))
            eventually { access(server.unix, F_OK) != 0 }
        }
    }

    @Test func `stopping cuts off what does not end within the grace`() async throws {
        try await TestServer.run { server in
            let slow = try Client(unix: server.unix)
            slow.send("GET /livez HTTP/1.1\r\n")
            #expect(try Client(unix: server.unix).ask(request("GET /livez")).status == 200)
            server.server.stop(within: .milliseconds(50))
            #expect(try slow.readToEnd() == "")
        }
    }

    @Test func `a stopped server refuses connections`() async throws {
        try await TestServer.run { server in
            let slow = try Client(port: server.port)
            slow.send("GET /livez HTTP/1.1\r\n")
            #expect(
                try Client(port: server.port).ask(request("GET /livez", host: server.host)).status
                    == 200)
            server.server.stop(within: .seconds(5))
            eventually { (try? Client(port: server.port)) == nil }
            slow.send("Host: \(server.host)\r\n\r\n")
            #expect(try slow.readToEnd().status == 200)
        }
    }
}
