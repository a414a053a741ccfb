import Testing

@testable import Supervisor

/// Lists of checksums, in the forms that tools write them.
struct PlanInfoListTests {
    private static let one = String(repeating: "1", count: 64)
    private static let two = String(repeating: "2", count: 64)
    private static let long = String(repeating: "3", count: 128)
    private static let short = String(repeating: "4", count: 40)

    private static func outcome(
        _ text: String, for name: String = "exampled", weak: Bool = false
    ) -> Result<Checksum, SourceRefusal> {
        let rules = SourceRules(allowsWeakDigests: weak)
        return Result { () throws(SourceRefusal) in
            try ChecksumList.digest(for: name, in: text, rules)
        }
    }

    private static func kind(_ text: String, for name: String = "exampled") -> String? {
        guard case .failure(let refusal) = outcome(text, for: name) else { return nil }
        return refusal.kind.rawValue
    }

    private static let lists = [
        "\(one)  exampled\n\(two)  exampled.exe\n", "\(one) *exampled\r\n\(two) *other\r\n",
        "\(two)  other\n\(one)  ./exampled", "\(two)  other\n\(one)\tdist/exampled  \n",
        "SHA256 (exampled) = \(one)\nSHA256 (other) = \(two)", "SHA2-256(exampled)= \(one)",
        "SHA256(dist/exampled)= \(one.uppercased())", one, " \(one)\n",
        "# made today\n\n\(one)  exampled\n", "\(one)  exampled\n\(one)  dist/exampled\n",
        "\(short)  exampled\n\(one)  exampled\n",
    ]

    @Test(arguments: lists)
    func `a file's digest is found by its name`(text: String) {
        #expect(Self.outcome(text) == .success(.digests(ContentDigests(sha256: Self.one))))
    }

    @Test func `digests of two kinds are both taken`() {
        let text = "SHA256 (exampled) = \(Self.one)\nSHA512 (exampled) = \(Self.long)\n"
        let both = ContentDigests(sha256: Self.one, sha512: Self.long)
        #expect(Self.outcome(text) == .success(.digests(both)))
    }

    @Test func `names with blanks and brackets are names`() {
        #expect(Self.kind("\(Self.one)  a b (1)", for: "a b (1)") == nil)
        #expect(Self.kind("SHA256 (a b (1)) = \(Self.one)", for: "a b (1)") == nil)
    }

    private static let refused = [
        ("", "list-malformed"), ("<html><body>Not found</body></html>", "list-malformed"),
        ("exampled", "list-malformed"), ("\(one)  other\n", "list-without-name"),
        ("\(one)  exampled-darwin\n", "list-without-name"),
        ("\(one)  exampled\n\(two)  exampled\n", "list-contradictory"),
        ("\(one)  exampled\n\(two)  dist/exampled\n", "list-contradictory"),
        ("\(one)1  exampled\n", "checksum-malformed"),
        ("SHA256 (exampled) = \(one.dropLast())\n", "checksum-malformed"),
        ("BLAKE2 (exampled) = \(one)\n", "checksum-malformed"), ("\(one)1", "checksum-malformed"),
        ("\(short)  exampled\n", "checksum-weak"), (short, "checksum-weak"),
        (String(repeating: "x", count: (1 << 20) + 1), "list-too-large"),
    ]

    @Test(arguments: refused)
    func `a list that does not tell the digest is refused by name`(text: String, kind: String) {
        #expect(Self.kind(text) == kind)
    }

    @Test func `a list of no name's digest helps nobody without a name`() {
        #expect(
            Self.kind("\(Self.one)  exampled/\n\(Self.two)  x\n", for: "") == "list-without-name")
    }

    @Test func `weak digests of a list are taken when that is allowed`() {
        let weak = WeakDigest(algorithm: .sha1, hex: Self.short)
        #expect(Self.outcome("\(Self.short)  exampled", weak: true) == .success(.weak(weak)))
        let two = "\(Self.short)  exampled\n\(String(repeating: "5", count: 40))  exampled"
        guard case .failure(let refusal) = Self.outcome(two, weak: true) else {
            Issue.record("one of two digests was taken")
            return
        }
        #expect(refusal.kind == .listContradictory)
    }
}
