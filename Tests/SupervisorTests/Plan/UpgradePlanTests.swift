import FoundationEssentials
import Testing

@testable import Supervisor

struct UpgradePlanTests {
    private static func plan(_ json: String) throws(PlanError) -> UpgradePlan {
        try UpgradePlan(json: Array(json.utf8), case: .lowered)
    }

    static let good: [(json: String, name: String, height: Height, info: String)] = [
        (#"{"name":"v2","height":100,"info":"x"}"#, "v2", 100, "x"),
        (#"{"name":"v2","time":"0001-01-01T00:00:00Z","height":100}"#, "v2", 100, ""),
        (#"{"name":"v2","time":null,"height":100,"info":null}"#, "v2", 100, ""),
        (#"{"name":"v2","height":"100"}"#, "v2", 100, ""),
        (#"{"height":100,"extra":{"a":[1,2]},"name":"v2"}"#, "v2", 100, ""),
        ("{\n\t\"name\": \"v2\",\r\n \"height\": 100 }\n\n", "v2", 100, ""),
        (#"{"name":"v2","height":9223372036854775807}"#, "v2", .max, ""),
        (#"{"name":"v2","height":"9223372036854775807"}"#, "v2", .max, ""),
        (#"{"name":"v2","height":1,"upgraded_client_state":null}"#, "v2", 1, ""),
        (#"{"name":"Chain2","height":49,"info":""}"#, "Chain2", 49, ""),
        (
            #"{"name":"v2","height":1,"info":"\u003ca\u003e \u0026 \"q\" \\ é 🚀"}"#, "v2", 1,
            #"<a> & "q" \ é 🚀"#
        ),
    ]

    @Test(arguments: good)
    func `every form that x/upgrade and its tools write is read`(
        json: String, name: String, height: Height, info: String
    ) throws {
        let plan = try Self.plan(json)
        #expect(plan.name.text == name)
        #expect(plan.height == height)
        #expect(plan.info == info)
    }

    static let bad: [(json: String, part: String)] = [
        ("", "empty"), (" ", "broken"), ("{", "broken"), ("null", "not an object"),
        ("[]", "not an object"), ("7", "not an object"), (#""v2""#, "not an object"),
        (#"{"name":"v2","hei"#, "broken"), (#"{"name":"v2","height":100"#, "broken"),
        (#"{"name":"v2","height":100}}"#, "broken"),
        ("{}", "height is 0"), (#"{"height":100}"#, "name is empty"),
        (#"{"name":"","height":100}"#, "name is empty"), (#"{"name":"v2"}"#, "height is 0"),
        (#"{"name":"v2","heigth":100}"#, "height is 0"),
        (#"{"name":"v2","height":0}"#, "height is 0"),
        (#"{"name":"v2","height":-1}"#, "height is -1"),
        (#"{"name":"v2","height":"-1"}"#, "height is -1"),
        (#"{"name":"v2","height":""}"#, #""height""#),
        (#"{"name":"v2","height":"1e3"}"#, #""height""#),
        (#"{"name":"v2","height":" 100"}"#, #""height""#),
        (#"{"name":"v2","height":"ten"}"#, #""height""#),
        (#"{"name":"v2","height":1.5}"#, "broken"),
        (#"{"name":"v2","height":true}"#, #""height""#),
        (#"{"name":"v2","height":[100]}"#, #""height""#),
        (#"{"name":"v2","height":{"n":1}}"#, #""height""#),
        (#"{"name":"v2","height":9223372036854775808}"#, "broken"),
        (#"{"name":"v2","height":"9223372036854775808"}"#, #""height""#),
        (#"{"name":"v2","height":1e400}"#, "broken"),
        (#"{"name":2,"height":100}"#, #""name""#),
        (#"{"name":["v2"],"height":100}"#, #""name""#),
        (#"{"name":"v2","height":100,"info":{"binaries":{}}}"#, #""info""#),
        (#"{"name":"v2","height":100,"info":1}"#, #""info""#),
        (#"{"name":"v2","height":100,"time":"2024-05-01T00:00:00Z"}"#, "time"),
        (#"{"name":"v2","height":100,"time":0}"#, #""time""#),
        (#"{"name":"v2","height":100,"upgraded_client_state":{"a":1}}"#, "client state"),
        (#"{"name":"..","height":100}"#, "upgrades folder"),
        (#"{"name":"a\u0000b","height":100}"#, "control character"),
        (#"{"name":"a\nb","height":100}"#, "control character"),
        ("{\"name\":\"a\u{0}b\",\"height\":100}", ""), ("\u{0}\u{0}\u{0}\u{0}", "broken"),
        (#"{"name":"\ud800","height":100}"#, ""),
    ]

    @Test(arguments: bad)
    func `what is no plan is refused in words that name its fault`(json: String, part: String) {
        let error = #expect(throws: PlanError.self) { try Self.plan(json) }
        #expect(error?.description.isEmpty == false)
        #expect(error?.description.contains(part) ?? false || part.isEmpty, "\(error as Any)")
    }

    @Test func `a height as text is told from a number, which alone the daemon reads`() throws {
        #expect(try Self.plan(#"{"name":"v2","height":100}"#).isPlain)
        #expect(try !Self.plan(#"{"name":"v2","height":"100"}"#).isPlain)
    }

    @Test func `no bytes at all make the reader fall over`() {
        let whole = Array(#"{"name":"v2","height":100,"info":"{\"binaries\":{}}"}"#.utf8)
        for count in 0..<whole.count {
            #expect(throws: PlanError.self) {
                try UpgradePlan(json: whole.prefix(count), case: .lowered)
            }
        }
        var random = SeededRandom(seed: 7)
        for _ in 0..<20_000 {
            var bytes = whole
            for _ in 0...random.below(3) {
                bytes[random.below(bytes.count)] = UInt8(random.below(256))
            }
            guard let plan = try? UpgradePlan(json: bytes, case: .lowered) else { continue }
            #expect(plan.height > 0)
        }
    }

    @Test func `invalid UTF-8, a byte order mark and depth are no trap`() {
        let invalid = Array(#"{"name":"v"#.utf8) + [0xff, 0xfe] + Array(#"","height":100}"#.utf8)
        #expect(throws: PlanError.self) { try UpgradePlan(json: invalid, case: .lowered) }
        for depth in [100, 100_000] {
            let nested = String(repeating: "[", count: depth)
            _ = try? Self.plan(#"{"name":"v2","height":100,"x":"# + nested)
            _ = try? Self.plan(nested)
            _ = try? Self.plan(String(repeating: #"{"a":"#, count: depth))
        }
        _ = try? Self.plan("\u{feff}" + #"{"name":"v2","height":100}"#)
        // Go would refuse the exponent; what counts is that it is read as what it says, if at all.
        if let plan = try? Self.plan(#"{"name":"v2","height":1e3}"#) {
            #expect(plan.height == 1000)
        }
    }

    @Test func `a plan outlives being written and read`() throws {
        for info in [
            "", "x", #"{"binaries":{"linux/amd64":"https://a/b?c=d&e"}}"#, "a\nb\t\"é🚀\u{1}",
        ] {
            for name in ["v2", "V2", "some spaces", "a/b", "İstanbul", "<&>", "\u{202e}v2"] {
                let plan = UpgradePlan(
                    name: try PlanName(name, case: .lowered), height: 1_234_567_890_123, info: info)
                let json = plan.json
                let back = try UpgradePlan(json: json, case: .lowered)
                #expect(back == plan)
                #expect(back.name.text == name)
                let text = String(decoding: json, as: UTF8.self)
                #expect(text.contains(#""height":1234567890123"#))
                #expect(text.contains(#""time":"0001-01-01T00:00:00Z""#))
                #expect(!text.contains("\n"))
                #expect(text.contains(#""info""#) == !info.isEmpty)
            }
        }
    }
}
