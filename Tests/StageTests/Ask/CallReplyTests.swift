import FoundationEssentials
import StageMessages
import Testing

@testable import Stage

/// gRPC's answers by value: what is left out, cut and added.
struct CallReplyTests {
    private static let head = [
        "HTTP/2 200 \r\n", "content-type: application/grpc+proto\r\n", "\r\n",
    ]
    private static let end = ["grpc-status: 0\r\n"]

    private func reply(
        _ head: [String] = Self.head, body: [[UInt8]], _ end: [String] = Self.end, limit: Int = 8
    ) throws(StageFailure) -> CallAnswer {
        var reply = CallReply(limit: limit)
        for line in head { try reply.take(line: line) }
        for piece in body { try reply.take(body: piece) }
        for line in end { try reply.take(line: line) }
        return try reply.answer()
    }

    private func kind(_ body: () throws(StageFailure) -> CallAnswer) -> StageFailure.Kind? {
        do throws(StageFailure) {
            _ = try body()
            return nil
        } catch {
            return error.kind
        }
    }

    @Test func `a message is the same in whatever pieces it comes`() throws {
        let body: [UInt8] = [0, 0, 0, 0, 3, 7, 8, 9]
        for cut in 0...body.count {
            let answer = try reply(body: [Array(body[..<cut]), Array(body[cut...])])
            #expect(answer == CallAnswer(status: 0, words: "", message: Data([7, 8, 9])))
        }
        #expect(try reply(body: [[0, 0, 0, 0, 0]]).message.isEmpty)
    }

    @Test(
        arguments: [
            // Compressed, another flag, more than one message, more than allowed, cut.
            ([1, 0, 0, 0, 0], .answerBroken), ([2, 0, 0, 0, 0], .answerBroken),
            ([0, 0, 0, 0, 1, 7, 0], .answerBroken), ([0, 0, 0, 0, 9], .tooLarge),
            ([0, 0xff, 0xff, 0xff, 0xff], .tooLarge), ([0, 0, 0, 0, 2, 7], .cut),
            ([0, 0, 0], .cut), ([], .cut),
        ] as [([UInt8], StageFailure.Kind)])
    func `what is not one plain message is refused`(body: [UInt8], expected: StageFailure.Kind) {
        #expect(kind { () throws(StageFailure) in try reply(body: [body]) } == expected)
    }

    @Test func `more than is allowed is refused before it has come`() {
        #expect(
            kind { () throws(StageFailure) in
                try reply(body: [[0, 0, 0, 0, 8, 1, 2, 3], [4, 5, 6, 7, 8, 9]])
            } == .tooLarge)
    }

    @Test func `an outcome without a message says what it is`() throws {
        let answer = try reply(
            ["HTTP/2 200\r\n", "content-type: application/grpc\r\n"], body: [],
            ["grpc-status: 5\r\n", "grpc-message: 100%25 no%1b[31m %zz %\r\n"])
        #expect(answer.status == 5)
        #expect(answer.words == "100% no\\u{1b}[31m %zz %")
        #expect(answer.message.isEmpty)
    }

    @Test(
        arguments: [
            (["HTTP/1.1 200 OK\r\n"], .answerBroken), (["HTTP/2 404\r\n"], .status),
            (["HTTP/2 200\r\n", "content-type: text/html\r\n"], .answerBroken), ([], .answerBroken),
        ] as [([String], StageFailure.Kind)])
    func `what is no gRPC is named so`(head: [String], expected: StageFailure.Kind) {
        let body: [UInt8] = [0, 0, 0, 0, 1, 7]
        #expect(kind { () throws(StageFailure) in try reply(head, body: [body]) } == expected)
    }

    @Test(arguments: ["grpc-status: x\r\n", "grpc-status: -1\r\n", "other: 0\r\n"])
    func `an answer without an outcome is none`(line: String) {
        let body: [UInt8] = [0, 0, 0, 0, 1, 7]
        let found = kind { () throws(StageFailure) in try reply(body: [body], [line]) }
        #expect(found == .answerBroken)
    }

    @Test func `heads without an end are refused`() {
        var reply = CallReply(limit: 8)
        let found = kind { () throws(StageFailure) in
            for number in 0..<10_000 { try reply.take(line: "x-\(number): 12345678\r\n") }
            return CallAnswer(status: 0, words: "", message: Data())
        }
        #expect(found == .answerBroken)
    }

    @Test(
        arguments: [
            ("localhost:9090", "http://localhost:9090/a"), ("http://n:1/", "http://n:1/a"),
            ("https://grpc.example.org:443", "https://grpc.example.org:443/a"),
            ("[::1]:9090", "http://[::1]:9090/a"), ("n", nil), ("n:0", nil), ("n:70000", nil),
            ("me:secret@n:1", nil), ("n:1/path", nil), ("unix:///run/grpc", nil), (":1", nil),
            ("n:1 \r\nx", nil), ("::1:9090", nil), ("n:1?a", nil),
        ] as [(String, String?)])
    func `an address is a host and a port`(text: String, url: String?) {
        do throws(StageFailure) {
            #expect(try CallAddress(text).url(of: "/a") == url)
        } catch {
            #expect(url == nil && error.kind == .urlRefused)
            #expect(!error.detail.contains("secret"))
        }
    }
}
