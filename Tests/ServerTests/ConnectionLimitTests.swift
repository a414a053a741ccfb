import CLinux
import Glibc
import Testing

@testable import API
@testable import Server
@testable import Supervisor

struct ConnectionLimitTests {
    @Test func `the connection idle longest makes room`() async throws {
        var limits = HTTPLimits()
        limits.connections = 3
        try await TestServer.run(limits: limits) { server in
            let clients = try (0..<3).map { _ in try Client(unix: server.unix) }
            for client in clients { #expect(try client.ask(request("GET /livez")).status == 200) }
            // The first is the youngest now.
            #expect(try clients[0].ask(request("GET /livez")).status == 200)
            let late = try Client(unix: server.unix)
            #expect(try late.ask(request("GET /livez")).status == 200)
            #expect(try clients[1].readToEnd() == "")
            #expect(try clients[0].ask(request("GET /livez")).status == 200)
            #expect(try clients[2].ask(request("GET /livez")).status == 200)
        }
    }

    @Test func `each listener has a limit of its own`() async throws {
        var limits = HTTPLimits()
        limits.connections = 1
        try await TestServer.run(limits: limits) { server in
            let peer = try Client(unix: server.unix)
            #expect(try peer.ask(request("GET /livez")).status == 200)
            let first = try Client(port: server.port)
            #expect(try first.ask(request("GET /livez", host: server.host)).status == 200)
            let second = try Client(port: server.port)
            #expect(try second.ask(request("GET /livez", host: server.host)).status == 200)
            #expect(try first.readToEnd() == "")
            #expect(try peer.ask(request("GET /livez")).status == 200)
        }
    }

    @Test func `evicting prefers the longest idle and spares the busy`() throws {
        let table = ConnectionTable(
            limit: 2, kind: .unix, loop: try EventLoop(name: "table-test"),
            counters: HTTPCounters())
        let descriptors = try (0..<3).map { _ in
            try Descriptor(socket(AF_UNIX, streamSocketType, 0), call: "socket")
        }
        let first = try #require(table.enter(descriptors[0]))
        let second = try #require(table.enter(descriptors[1]))
        first.becomeBusy()
        second.becomeBusy()
        #expect(table.enter(descriptors[2]) == nil)
        first.becomeIdle()
        let third = table.enter(descriptors[2])
        #expect(third != nil)
        #expect(table.count == 3)
        first.leave()
        #expect(table.count == 2)
        table.stop()
        #expect(table.enter(descriptors[0]) == nil)
    }
}
