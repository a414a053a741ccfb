import Testing

@testable import Supervisor

/// Every shape of an info, by table: what it says, what is decided, and a word of why.
struct PlanInfoTests {
    private static let one = String(repeating: "1", count: 64)
    private static let two = String(repeating: "2", count: 64)

    private static func decision(
        _ info: String, _ change: (inout SourceRules) -> Void = { _ in }
    ) -> PlanInfoRow {
        var rules = SourceRules(platform: "linux/amd64", daemon: "exampled")
        change(&rules)
        return PlanInfoRow(SourceDecision(info: info, rules))
    }

    private static func entry(_ key: String, _ address: String) -> String {
        #"{"binaries":{"\#(key)":"\#(address)"}}"#
    }

    private static let infos: [(String, String, String)] = [
        ("", "refused: info-blank", "says nothing"),
        (" \r\n\t", "refused: info-blank", "says nothing"),
        ("v8.0.1", "refused: info-text", #"binaries: "v8.0.1""#),
        ("see https://example.org/v1", "refused: info-text", "text for people"),
        ("\u{202e}\u{0}bad", "refused: info-text", #""\u{202E}\0bad""#),
        (String(repeating: "x", count: 200), "refused: info-text", #"x...""#),
        ("https://example.org/v1.json", "fetch the info", "v1.json, unchecked"),
        ("https://example.org/v1.json?checksum=sha256:\(one)", "fetch the info", "SHA-256"),
        (" https://example.org/v1.json\n", "fetch the info", "v1.json"),
        ("https://github.com/a/b/blob/main/README.md", "refused: page", "a/b/blob/main/README.md"),
        ("https://github.com/a/b/releases/tag/v1", "refused: page", "releases/tag"),
        ("http://example.org/v1.json", "refused: scheme", "http can be changed"),
        ("file:///etc/passwd", "refused: scheme", "files of this machine"),
        ("git::https://example.org/x", "refused: scheme", #""git""#),
        ("/srv/plans/v1.json", "refused: local-path", "is a path"),
        ("../v1.json", "refused: local-path", "is a path"),
        ("{", "refused: info-broken-json", "line 1, column 2"),
        (#"{"binaries":{"any":"https://x/y"}"#, "refused: info-broken-json", "column 34"),
        ("{\n \"binaries\": {,}}", "refused: info-broken-json", "line 2, column 15"),
        ("{} {}", "refused: info-broken-json", "something follows"),
        (
            String(repeating: #"{"a":"#, count: 5000), "refused: info-broken-json",
            "deeper than 16 levels"
        ),
        ("[]", "refused: info-no-object", "no object"),
        (#""https://x/y""#, "refused: info-no-object", "no object"),
        ("{}", "refused: binaries-missing", #"no member "binaries""#),
        (#"{"Binaries":{}}"#, "refused: binaries-missing", #"only "Binaries""#),
        (#"{"binaries":null}"#, "refused: binaries-no-object", "no object"),
        (#"{"binaries":["https://x/y"]}"#, "refused: binaries-no-object", "no object"),
        (#"{"binaries":{},"binaries":{}}"#, "refused: key-repeated", "twice"),
        (#"{"binaries":{}}"#, "refused: entry-missing", "are empty"),
        (
            #"{"binaries":{"linux/amd64":{"url":"https://x/y"}}}"#, "refused: entry-no-text",
            "no text"
        ),
        (
            #"{"urls":[{"any":1}],"source":"x","binaries":{"any":"https://x/y"}}"#, "fetch any",
            "any's is taken"
        ),
        (
            "{\n  \"binaries\": {\n\t\"linux/amd64\": \"https:\\/\\/x/y\"\r\n  }\n}\n",
            "fetch linux/amd64", "y, unchecked"
        ),
    ]

    @Test(arguments: infos)
    func `an info is a decision or a refusal with a reason`(
        info: String, decision: String, why: String
    ) {
        let row = Self.decision(info)
        #expect(row.decision == decision)
        #expect(row.why.contains(why), "\(row.why)")
    }

    private static let keys: [(String, String)] = [
        ("docker", "names an image"), ("exampled-linux/amd64", "names one program"),
        ("Linux/AMD64", "lower case"), ("ANY", "lower case"), ("linux/x86_64", "is not how"),
        ("linux-amd64", "is not how"), ("linux", "is not how"), ("amd64", "is not how"),
        ("linux/arm64", #"only for "linux/arm64""#), ("darwin/amd64", "only for"),
        ("\u{200b}linux/amd64", #""\u{200B}linux/amd64""#),
    ]

    @Test(arguments: keys)
    func `a key that is nearly the platform's is named and not taken`(key: String, why: String) {
        let row = Self.decision(Self.entry(key, "https://example.org/v1"))
        #expect(row.decision == "refused: entry-missing")
        #expect(row.why.contains("no binary for linux/amd64"), "\(row.why)")
        #expect(row.why.contains(why), "\(row.why)")
    }

    @Test func `a great many keys are told in few words`() {
        let keys = (0..<3000).map { #""plan9/\#($0)":"https://x/y""# }.joined(separator: ",")
        let row = Self.decision(#"{"binaries":{\#(keys)}}"#)
        #expect(row.why.contains("and 2992 more") && row.why.utf8.count < 1000, "\(row.why)")
    }

    @Test func `only the entry for this platform counts`() {
        let good = #""linux/amd64":"https://x/y?checksum=sha256:\#(Self.one)""#
        for other in [
            #""darwin/arm64":"https://x/y?checksum=sha256:136gaiad""#, #""windows/amd64":7"#,
            #""linux/arm64":"git::ssh://x""#, #""any":"/etc/passwd""#,
        ] {
            let row = Self.decision(#"{"binaries":{\#(other),\#(good)}}"#)
            #expect(row.decision == "fetch linux/amd64")
        }
        let twice = Self.decision(#"{"binaries":{"darwin/arm64":"a","darwin/arm64":"b",\#(good)}}"#)
        #expect(twice.decision == "fetch linux/amd64")
        #expect(twice.why.contains("two entries"))
    }

    @Test func `two entries for one platform are no choice of ours`() {
        let pairs = [
            ("linux/amd64", "linux/amd64", "key-repeated"), ("any", "any", "key-repeated"),
        ]
        for (key, other, kind) in pairs + [("linux/amd64", "Linux/amd64", "keys-alike")] {
            let info = #"{"binaries":{"\#(key)":"https://x/y","\#(other)":"https://x/z"}}"#
            #expect(Self.decision(info).decision == "refused: \(kind)")
        }
        let same = #"{"binaries":{"linux/amd64":"https://x/y","Linux/amd64":"https://x/y"}}"#
        #expect(Self.decision(same).decision == "fetch linux/amd64")
    }

    @Test func `an address behind the info's address is not followed`() {
        let rules = SourceRules(platform: "linux/amd64")
        let again = SourceDecision(fetchedInfo: "https://example.org/v2.json", rules)
        #expect(PlanInfoRow(again).decision == "refused: info-address-again")
        let found = SourceDecision(fetchedInfo: Self.entry("any", "https://x/y"), rules)
        #expect(PlanInfoRow(found).decision == "fetch any")
        let page = SourceDecision(fetchedInfo: "<html>", rules)
        #expect(PlanInfoRow(page).decision == "refused: info-text")
        #expect(
            PlanInfoRow(SourceDecision(fetchedInfo: "", rules)).decision == "refused: info-blank")
    }

    @Test func `a checksum can be required of every address`() {
        for info in ["https://example.org/v1.json", Self.entry("linux/amd64", "https://x/y")] {
            let row = Self.decision(info) { $0.mustHaveChecksum = true }
            #expect(row.decision == "refused: checksum-missing")
        }
        for checksum in ["sha256:\(Self.one)", "file:https://x/sums"] {
            let address = "https://x/y?checksum=\(checksum)"
            for info in [address, Self.entry("any", address)] {
                let row = Self.decision(info) { $0.mustHaveChecksum = true }
                #expect(row.decision.hasPrefix("fetch"))
            }
        }
    }
}
