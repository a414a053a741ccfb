import Glibc
import Testing

@testable import API
@testable import Server
@testable import Supervisor

/// Whatever pieces a connection's bytes arrive in, the same requests and bodies reach the routes.
struct PipelineTests {
    /// Answers every body with itself.
    private static let echo = Route(
        .post, "/echo", scope: nil, takes: .bytes(type: "application/octet-stream", limit: 1 << 20)
    ) { call throws(Problem) in
        do throws(BodyError) {
            let bytes = try await call.request.body.collect(atMost: 1 << 20)
            return Response(status: .ok, type: "application/octet-stream", bytes: bytes)
        } catch {
            throw Problem(error)
        }
    }

    /// Requests with bodies of both kinds and without, and the bodies of their answers.
    private static func pipeline(_ random: inout SplitMix) -> (bytes: [UInt8], bodies: [String]) {
        var bytes: [UInt8] = []
        var bodies: [String] = []
        for _ in 0..<12 {
            let length = Int.random(in: 0...300, using: &random)
            let body = (0..<length).map { _ in UInt8.random(in: 32...126, using: &random) }
            switch Int.random(in: 0...2, using: &random) {
            case 0:
                bytes += request("GET /livez").utf8
                bodies.append("ok")
            case 1:
                bytes += upload("Content-Length: \(length)", to: "/echo").utf8
                bytes += body
                bodies.append(String(decoding: body, as: UTF8.self))
            default:
                bytes += upload("Transfer-Encoding: chunked", to: "/echo").utf8
                bytes += chunked(body, &random)
                bodies.append(String(decoding: body, as: UTF8.self))
            }
        }
        return (bytes, bodies)
    }

    private static func chunked(_ body: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = body[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 1...100, using: &random))
            rest = rest.dropFirst(piece.count)
            bytes += "\(String(piece.count, radix: 16))\r\n".utf8
            bytes += piece
            bytes += "\r\n".utf8
        }
        return bytes + Array("0\r\n\r\n".utf8)
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func `any split gives the same bodies in the same order`(seed: UInt64) async throws {
        try await TestServer.run(routes: [Self.echo]) { server in
            var random = SplitMix(state: seed)
            let (bytes, bodies) = Self.pipeline(&random)
            let client = try Client(unix: server.unix)
            var rest = bytes[...]
            while !rest.isEmpty {
                let piece = rest.prefix(Int.random(in: 1...400, using: &random))
                rest = rest.dropFirst(piece.count)
                client.send(Array(piece))
                // Gives the server a chance to see the piece alone.
                sched_yield()
            }
            let answers = try client.answers(bodies.count)
            #expect(answers.map { $0.split(separator: "\r\n\r\n").dropFirst().joined() } == bodies)
        }
    }

    @Test func `work that blocks on the pool holds up nobody else`() async throws {
        let pool = try BlockingPool(threads: 1)
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        let (reading, writing) = (Descriptor(owning: ends[0]), Descriptor(owning: ends[1]))
        let route = Route(.get, "/blocks", scope: nil) { _ in
            let text = await pool.run {
                var byte: UInt8 = 0
                return read(reading.number, &byte, 1) == 1 ? "unblocked" : "failed"
            }
            return .text(text)
        }
        try await TestServer.run(routes: [route]) { server in
            let blocked = try Client(unix: server.unix)
            blocked.send(request("GET /blocks"))
            for _ in 0..<10 {
                #expect(try Client(unix: server.unix).ask(request("GET /livez")).status == 200)
            }
            #expect(try !blocked.isReadable())
            _ = write(writing.number, "x", 1)
            #expect(try blocked.answers(1).first?.hasSuffix("unblocked") == true)
        }
    }
}
