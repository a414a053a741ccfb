import FoundationEssentials
import Testing

@testable import Server
@testable import Supervisor

struct ChainPlanTests {
    private static let path = "/abci_query?path=\"/cosmos.upgrade.v1beta1.Query/CurrentPlan\""

    /// A response to `abci_query` with that value.
    private static func answer(_ value: [UInt8]?) -> ScriptedNode.Answer {
        let text = value.map { #""\#(Data($0).base64EncodedString())""# } ?? "null"
        return .json(#"{"result":{"response":{"code":0,"value":\#(text),"height":"9"}}}"#)
    }

    /// Plan{name, the zero time, height, info}, as the SDK encodes it, and a field of the future.
    private static let plan: [UInt8] =
        [0x0a, 0x02] + Array("v3".utf8)
        + [0x12, 0x0b, 0x08, 0x80, 0x92, 0xb8, 0xc3, 0x98, 0xfe, 0xff, 0xff, 0xff, 0x01]
        + [0x18, 0xc0, 0x84, 0x3d, 0x22, 0x04] + Array("info".utf8)
        + [0x31, 1, 2, 3, 4, 5, 6, 7, 8, 0x3d, 1, 2, 3, 4, 0x40, 0x01]

    private static func plan(of rpc: CometRPC) async throws -> ChainPlan? {
        let message = try await rpc.answer(to: .currentPlan, until: .now + .seconds(5))
        return try ChainAnswer.plan(in: message)
    }

    @Test func `how the node is set up is asked of itself`() async throws {
        let path = "/abci_query?path=\"/cosmos.base.node.v1beta1.Service/Config\""
        try await ScriptedNode.run([path: Self.answer([0x20, 0x90, 0x4e])]) { rpc in
            let message = try await rpc.answer(to: .settings, until: .now + .seconds(5))
            #expect(try ChainAnswer.haltHeight(in: message) == 10_000)
        }
    }

    @Test func `the chain's plan is read from its state`() async throws {
        let response = [0x0a, UInt8(Self.plan.count)] + Self.plan
        try await ScriptedNode.run([Self.path: Self.answer(response)]) { rpc in
            let plan = try await Self.plan(of: rpc)
            #expect(plan == ChainPlan(name: "v3", height: 1_000_000, info: "info"))
        }
    }

    @Test(arguments: [nil, [], [0x12, 0x00]] as [[UInt8]?])
    func `a chain without a plan says so in several ways`(value: [UInt8]?) async throws {
        try await ScriptedNode.run([Self.path: Self.answer(value)]) { rpc in
            let plan = try await Self.plan(of: rpc)
            #expect(plan == nil)
        }
    }

    @Test func `a query the node refuses says why`() async throws {
        let refusal = #"{"result":{"response":{"code":6,"log":"unknown query path","value":null}}}"#
        try await ScriptedNode.run([Self.path: .json(refusal)]) { rpc in
            let error = await failure { () async throws(RPCError) in
                try await rpc.answer(to: .currentPlan, until: .now + .seconds(5))
            }
            #expect(error == .refused("unknown query path"))
        }
    }

    @Test func `the height of an applied plan is asked by its name`() async throws {
        let path = "/abci_query?path=\"/cosmos.upgrade.v1beta1.Query/AppliedPlan\"&data="
        try await ScriptedNode.run([
            path + "0x0a027632": Self.answer([0x08, 0x90, 0x4e]),
            path + "0x0a027633": Self.answer([]),
        ]) { rpc in
            let applied = try await rpc.answer(to: .appliedPlan("v2"), until: .now + .seconds(5))
            #expect(try ChainAnswer.appliedHeight(in: applied) == 10_000)
            let never = try await rpc.answer(to: .appliedPlan("v3"), until: .now + .seconds(5))
            #expect(try ChainAnswer.appliedHeight(in: never) == nil)
        }
    }
}

struct RPCAddressTests {
    @Test(
        arguments: [
            ("tcp://127.0.0.1:26657", .tcp(host: "127.0.0.1", port: 26_657, prefix: "")),
            ("tcp://0.0.0.0:1", .tcp(host: "127.0.0.1", port: 1, prefix: "")),
            ("tcp://:1", .tcp(host: "127.0.0.1", port: 1, prefix: "")),
            ("tcp://[::]:1", .tcp(host: "::1", port: 1, prefix: "")),
            ("http://localhost:1/rpc/", .tcp(host: "127.0.0.1", port: 1, prefix: "/rpc")),
            ("http://[::1]:1/", .tcp(host: "::1", port: 1, prefix: "")),
            ("unix:///run/rpc.sock", .unix(path: "/run/rpc.sock")),
            ("https://localhost:1", nil), ("localhost:1", nil), ("tcp://localhost", nil),
            ("tcp://example.org:1", nil), ("tcp://localhost:0", nil),
            ("tcp://localhost:70000", nil),
            ("http://localhost:1/a b", nil), ("http://localhost:1/\r\nX: y", nil),
            ("unix://rpc", nil),
            ("", nil),
        ] as [(String, RPCAddress?)])
    func `addresses are read in the node's own form`(text: String, address: RPCAddress?) {
        #expect(RPCAddress(text) == address)
    }

    @Test(
        arguments: [
            ("[rpc]\nladdr = \"tcp://0.0.0.0:26657\" # here\n", "tcp://0.0.0.0:26657"),
            ("laddr = \"a\"\n[p2p]\nladdr = \"b\"\r\n[ rpc ] # c\r\n  laddr='c'\r\n", "c"),
            ("[rpc]\n# laddr = \"a\"\ngrpc_laddr = \"b\"\n\"laddr\" = \"\"\n", ""),
            ("[rpc]\ncors = []\n[rpc.x]\nladdr = \"a\"\n", nil), ("[rpc]\nladdr = 3\n", nil),
            ("[rpc]\nladdr = \"a\n", nil), ("[rpc]\nladdr\n[", nil), ("", nil),
        ] as [(String, String?)])
    func `the address is found in its section`(text: String, laddr: String?) {
        #expect(NodeConfig(text: text).string("laddr", in: "rpc") == laddr)
    }

    @Test func `a home tells where its node listens`() throws {
        let directory = try TemporaryDirectory()
        let home = Home(path: directory.path, daemonName: "d")
        #expect(RPCAddress(configOf: home) == nil)
        let write = "mkdir \(home.config) && printf '[rpc]\\nladdr = \"tcp://0.0.0.0:7\"\\n' "
        _ = try Command.run("/bin/sh", ["-c", write + "> \(home.config)/config.toml"])
        #expect(RPCAddress(configOf: home) == .tcp(host: "127.0.0.1", port: 7, prefix: ""))
        _ = try Command.run(
            "/bin/sh",
            ["-c", "rm \(home.config)/config.toml && mkfifo \(home.config)/config.toml"])
        #expect(RPCAddress(configOf: home) == nil)
    }
}
