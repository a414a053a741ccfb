import FoundationEssentials
import Glibc
import Testing

@testable import Supervisor

struct AllowedSignersTests {
    private let one = HandMadeSigner.ed25519()
    private let two = HandMadeSigner.p256()

    private func key(_ signer: HandMadeSigner) throws -> SSHPublicKey {
        try SSHPublicKey(blob: signer.key)
    }

    private func names(
        _ text: String, of signer: HandMadeSigner, namespace: String = "switchyard",
        at date: Date = .now
    ) throws -> [String] {
        try AllowedSigners(text).principals(of: key(signer), namespace: namespace, at: date)
    }

    private func mistakes(_ text: String) -> [AllowedSignersError.Mistake] {
        do throws(AllowedSignersError) {
            _ = try AllowedSigners(text)
            return []
        } catch {
            guard case .mistakes(let mistakes) = error else { return [] }
            return mistakes
        }
    }

    @Test func `lines, comments and blanks are read`() throws {
        let text = """
            # the publishers

            \t \(one.line("a@example.org,b@example.org"))
            """ + two.line("\"two names\"").replacing("\n", with: " a comment \"of\" words\r\n")
        #expect(try names(text, of: one) == ["a@example.org", "b@example.org"])
        #expect(try names(text, of: two) == ["two names"])
        #expect(throws: SignerRefusal.unknown) { try names(text, of: .p384()) }
        #expect(throws: SignerRefusal.unknown) { try names("", of: one) }
    }

    @Test func `a name behind an exclamation mark is nobody's`() throws {
        #expect(try names(one.line("!x,a,!b"), of: one) == ["a"])
        #expect(mistakes(one.line("!x")) == [.init(line: 1, reason: .nobody)])
    }

    @Test func `a key of several lines has the names of all that fit`() throws {
        let text =
            one.line("a", options: "namespaces=\"git\"") + one.line("b")
            + one.line("c", options: "valid-before=\"20200101Z\"") + one.line("d")
        #expect(try names(text, of: one) == ["b", "d"])
    }

    @Test func `an authority for certificates does not sign itself`() throws {
        let text = one.line("*@example.org", options: "cert-authority,namespaces=\"switchyard\"")
        #expect(throws: SignerRefusal.unknown) { try names(text, of: one) }
        #expect(try names(text + one.line("a"), of: one) == ["a"])
    }

    @Test(arguments: [
        ("switchyard", true), ("git,switchyard", true), ("switch*", true), ("*", true),
        ("switchyar?", true), ("*,!git", true), ("s*y*d", true), ("**d", true),
        ("Switchyard", false), ("git", false), ("switch", false), ("*,!switchyard", false),
        ("!git", false), ("switchyard?", false), ("", false), (",", false), ("*x*", false),
    ])
    func `namespaces are patterns`(patterns: String, fits: Bool) throws {
        #expect(SSHPatternList(patterns).matches("switchyard") == fits)
        guard !patterns.isEmpty else { return }
        let text = one.line("a", options: "NameSpaces=\"\(patterns)\"")
        if fits {
            #expect(try names(text, of: one) == ["a"])
        } else {
            #expect(throws: SignerRefusal.namespace(1, "switchyard")) { try names(text, of: one) }
        }
    }

    @Test func `a pattern of many stars takes no time`() {
        let pattern = String(repeating: "*a", count: 2000) + "b"
        let text = String(repeating: "a", count: 4000)
        #expect(!SSHPatternList(pattern).matches(text))
    }

    @Test func `a key counts only in its time, both ends included`() throws {
        let text = one.line(
            "a", options: "valid-after=\"20260101Z\",valid-before=\"20260201123045Z\"")
        let (begin, end) = (1_767_225_600.0, 1_769_949_045.0)
        func names(at seconds: Double) throws -> [String] {
            try self.names(text, of: one, at: Date(timeIntervalSince1970: seconds))
        }
        #expect(try names(at: begin) == ["a"])
        #expect(try names(at: end) == ["a"])
        let (from, until) = (
            Date(timeIntervalSince1970: begin), Date(timeIntervalSince1970: end)
        )
        #expect(throws: SignerRefusal.notYetValid(1, from)) { try names(at: begin - 1) }
        #expect(throws: SignerRefusal.expired(1, until)) { try names(at: end + 1) }
    }

    @Test func `the words of a line that is wrong name it`() {
        let key = one.line("a").split(separator: " ").dropFirst().joined(separator: " ")
        let rows: [(String, SignerLineError)] = [
            ("a", .noKey), ("a ssh-ed25519", .noKey), ("\"a", .malformed), ("\"a\"b", .malformed),
            ("a\0b \(key)", .malformed), ("a ssh-ed25519 !", .badBase64),
            ("a ssh-ed25519 AAAA", .key(.malformed)),
            (
                "a ssh-dss \(Data("\0\0\0\u{7}ssh-dss".utf8).base64EncodedString())",
                .key(.unknownType("\"ssh-dss\""))
            ),
            (
                "a ecdsa-sha2-nistp256 \(key.dropFirst(12))",
                .keyType("\"ecdsa-sha2-nistp256\"", "ssh-ed25519")
            ),
            ("a no-touch-required \(key)", .unknownOption("\"no-touch-required\"")),
            ("a namespaces \(key)", .unknownOption("\"namespaces\"")),
            ("a cert-authority=\"x\" \(key)", .unknownOption("\"cert-authority\"")),
            ("a namespaces=git \(key)", .badValue("\"namespaces\"")),
            ("a namespaces=\"\" \(key)", .badValue("\"namespaces\"")),
            ("a namespaces=\"git \(key)", .badValue("\"namespaces\"")),
            ("a cert-authority, \(key)", .malformed),
            ("a cert-authority,,x \(key)", .unknownOption("\"\"")),
            ("a namespaces=\"a\"x \(key)", .malformed),
            ("a namespaces=\"a\",namespaces=\"b\" \(key)", .repeatedOption("\"namespaces\"")),
            ("a valid-after=\"2026\" \(key)", .badValue("\"valid-after\"")),
            ("a valid-after=\"20260101Z\",valid-before=\"20260101Z\" \(key)", .emptyTime),
        ]
        for (text, reason) in rows {
            #expect(mistakes("# one\n\n\(text)") == [.init(line: 3, reason: reason)], "\(text)")
        }
        #expect(mistakes("a\n" + one.line("b") + "c").map(\.line) == [1, 3])
    }

    @Test func `a file that is too large is not read`() {
        let text = String(repeating: "# x\n", count: 70_000)
        #expect(throws: AllowedSignersError.tooLarge) { try AllowedSigners(text) }
    }

    @Test func `a file counts while only its owner can write to it`() throws {
        let home = try TemporaryHome()
        let path = home["signers"]
        try home.write(one.line("a"), to: "signers", mode: 0o644)
        #expect(try AllowedSigners(contentsOf: path) == AllowedSigners(one.line("a")))
        for mode: mode_t in [0o664, 0o646] {
            #expect(chmod(path, mode) == 0)
            #expect(throws: AllowedSignersError.file(path, .writable)) {
                try AllowedSigners(contentsOf: path)
            }
        }
        #expect(chmod(path, 0o600) == 0)
        try home.makeLink("link", to: "signers")
        #expect(
            throws: AllowedSignersError.file(
                home["link"], .unreadable(.notRegular("a symbolic link")))
        ) { try AllowedSigners(contentsOf: home["link"]) }
        #expect(throws: AllowedSignersError.file(home["none"], .unreadable(.absent))) {
            try AllowedSigners(contentsOf: home["none"])
        }
        guard geteuid() == 0 else { return }
        #expect(chown(path, 65534, 65534) == 0)
        #expect(throws: AllowedSignersError.file(path, .foreign(owner: 65534))) {
            try AllowedSigners(contentsOf: path)
        }
    }
}
