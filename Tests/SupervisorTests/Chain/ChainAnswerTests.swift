import Testing

@testable import Supervisor

struct ChainAnswerTests {
    /// Plan{name, the zero time, height, info}, as the SDK encodes it, an Any, and fields of the
    /// future: a double, a float, a varint and a text.
    private static let plan: [UInt8] =
        [0x0a, 0x02] + Array("v3".utf8)
        + [0x12, 0x0b, 0x08, 0x80, 0x92, 0xb8, 0xc3, 0x98, 0xfe, 0xff, 0xff, 0xff, 0x01]
        + [0x18, 0xc0, 0x84, 0x3d, 0x22, 0x04] + Array("info".utf8)
        + [0x2a, 0x04, 0x0a, 0x02, 0x2f, 0x61]
        + [0x31, 1, 2, 3, 4, 5, 6, 7, 8, 0x3d, 1, 2, 3, 4, 0x40, 0x01, 0x4a, 0x01, 0x61]

    private static func response(_ plan: [UInt8]) -> [UInt8] {
        [0x0a, UInt8(plan.count)] + plan
    }

    @Test func `a plan is read, and what is unknown of it passed over`() throws {
        let expected = ChainPlan(name: "v3", height: 1_000_000, info: "info")
        #expect(try ChainAnswer.plan(in: Self.response(Self.plan)) == expected)
        let more: [UInt8] = [0x12, 0x01, 0x00] + Self.response(Self.plan) + [0x18, 0x01]
        #expect(try ChainAnswer.plan(in: more) == expected)
    }

    @Test(arguments: [[], [0x12, 0x00], [0x08, 0x01]] as [[UInt8]])
    func `a chain without a plan says so in several ways`(message: [UInt8]) throws {
        #expect(try ChainAnswer.plan(in: message) == nil)
    }

    @Test func `of what comes twice the last one counts`() throws {
        let message =
            Self.response([0x0a, 0x02] + Array("v2".utf8)) + Self.response([0x18, 1, 0x18, 2])
        #expect(try ChainAnswer.plan(in: message) == ChainPlan(name: "", height: 2, info: ""))
    }

    @Test func `every cut of a plan is malformed, and never traps`() {
        let response = Self.response(Self.plan)
        for length in 1..<response.count {
            #expect(throws: ProtobufError.malformed) {
                try ChainAnswer.plan(in: Array(response.prefix(length)))
            }
        }
    }

    @Test(
        arguments: [
            [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
            [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
            [0x0b], [0x0a, 0x02, 0x0f, 0x00], [0x00, 0x00],
            // A name that is no UTF-8.
            [0x0a, 0x03, 0x0a, 0x01, 0xff],
        ] as [[UInt8]])
    func `what is no message is malformed`(bytes: [UInt8]) {
        #expect(throws: ProtobufError.malformed) { try ChainAnswer.plan(in: bytes) }
    }

    @Test(
        arguments: [
            ([0x08, 0x90, 0x4e], 10_000), ([], nil), ([0x08, 0x00], nil), ([0x10, 0x05], nil),
            // -1.
            ([0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], nil),
        ] as [([UInt8], Height?)])
    func `an applied plan has a height, and 0 is never`(message: [UInt8], height: Height?) throws {
        #expect(try ChainAnswer.appliedHeight(in: message) == height)
    }

    @Test(
        arguments: [
            // minimum_gas_price, pruning_keep_recent, pruning_interval, halt_height.
            ([0x0a, 0x01, 0x30, 0x12, 0x01, 0x31, 0x1a, 0x01, 0x32, 0x20, 0x90, 0x4e], 10_000),
            ([0x0a, 0x01, 0x30], 0), ([], 0),
            ([0x20, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], nil),
        ] as [([UInt8], Height?)])
    func `a node tells the height it halts at, and 0 is none`(
        message: [UInt8], height: Height?
    ) throws {
        #expect(try ChainAnswer.haltHeight(in: message) == height)
    }

    @Test func `a node tells its own id, and its chain's`() throws {
        let node: [UInt8] =
            [0x0a, 0x02, 0x08, 0x08, 0x12, 0x02] + Array("ab".utf8) + [0x22, 0x03]
            + Array("c-1".utf8)
        let message = [0x0a, UInt8(node.count)] + node + [0x12, 0x00]
        #expect(
            try ChainAnswer.identity(in: message)
                == ChainAnswer.Identity(node: "ab", network: "c-1"))
        #expect(try ChainAnswer.identity(in: []) == ChainAnswer.Identity())
    }

    @Test(arguments: [1, 127, 128, 300])
    func `a plan is asked for by its name, whatever its length`(count: Int) {
        let name = String(repeating: "a", count: count)
        let length: [UInt8] =
            count < 128 ? [UInt8(count)] : [UInt8(count & 0x7f) | 0x80, UInt8(count >> 7)]
        #expect(ChainQuestion.appliedPlan(name).request == [0x0a] + length + Array(name.utf8))
    }
}
