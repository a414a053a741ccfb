import FoundationEssentials
import Testing

@testable import Supervisor

@Suite(.enabled(if: SSHKeygen.isThere, "there is no ssh-keygen"))
struct SSHSignatureTests {
    private static let content = Array("the bytes of a release\n".utf8)
    private let keygen: SSHKeygen

    init() throws {
        keygen = try SSHKeygen()
    }

    @Test(arguments: SSHKeygen.kinds, SSHSignature.Hash.allCases)
    func `what ssh-keygen signs holds, for both and for nothing else`(
        kind: (type: String, bits: Int), hash: SSHSignature.Hash
    ) throws {
        let key = try keygen.makeKey(kind.type, bits: kind.bits)
        let text = try keygen.sign(Self.content, with: key, hash: hash)
        let signature = try SSHSignature(armored: text)
        #expect(signature.hash == hash)
        #expect(signature.namespace == "switchyard")
        #expect(signature.key.fingerprint == (try fingerprint(of: key)))
        let digests = ContentDigests(of: Self.content)
        try signature.verify(digests, namespace: "switchyard")
        #expect(throws: SSHSignatureError.invalid) {
            try signature.verify(
                ContentDigests(of: Self.content + [0]), namespace: "switchyard")
        }
        #expect(throws: SSHSignatureError.namespace("\"switchyard\"", expected: "file")) {
            try signature.verify(digests, namespace: "file")
        }
        let signers = "ops@example.org \(try keygen.publicKey(key))\n"
        #expect(
            try keygen.verifies(
                text, of: Self.content, signers: signers, principal: "ops@example.org"))
        #expect(
            try AllowedSigners(signers).principals(
                of: signature.key, namespace: "switchyard", at: .now) == ["ops@example.org"])
    }

    private func fingerprint(of key: String) throws -> String {
        let line = HostTool.run("ssh-keygen -lf '\(keygen.home[key]).pub'")
        return String(try #require(line.split(separator: " ").dropFirst().first))
    }

    @Test func `a digest that is not known is asked for`() throws {
        let key = try keygen.makeKey("ed25519", bits: 256)
        let long = try SSHSignature(armored: keygen.sign(Self.content, with: key))
        var digests = ContentDigests(of: Self.content)
        digests.sha512 = nil
        #expect(throws: SSHSignatureError.needsDigest(.sha512)) {
            try long.verify(digests, namespace: "switchyard")
        }
        let short = try SSHSignature(
            armored: keygen.sign(Self.content, with: key, hash: .sha256))
        try short.verify(digests, namespace: "switchyard")
        for broken in ["", "0", "zz", String(repeating: "+1", count: 32)] {
            #expect(throws: SSHSignatureError.needsDigest(.sha256)) {
                try short.verify(ContentDigests(sha256: broken), namespace: "switchyard")
            }
        }
    }

    @Test func `short RSA keys and old algorithms are refused`() throws {
        let key = try keygen.makeKey("rsa", bits: 1024)
        let text = try keygen.sign(Self.content, with: key)
        #expect(throws: SSHSignatureError.key(.rsaSize(1024))) {
            try SSHSignature(armored: text)
        }
        let line = "ops \(try keygen.publicKey(key))"
        #expect(
            throws: AllowedSignersError.mistakes([.init(line: 1, reason: .key(.rsaSize(1024)))])
        ) { try AllowedSigners(line) }
    }

    @Test func `lines of any length and both ends of lines are read`() throws {
        let key = try keygen.makeKey("ed25519", bits: 256)
        let text = String(
            decoding: try keygen.sign(Self.content, with: key), as: UTF8.self)
        let signature = try SSHSignature(armored: text)
        let lines = text.split(separator: "\n")
        let base64 = lines.dropFirst().dropLast().joined()
        let forms = [
            text.replacing("\n", with: "\r\n"), String(text.dropLast()), text + "\n\r\n",
            [String(lines[0]), base64, String(lines[lines.count - 1])].joined(separator: "\n"),
            ([lines[0]] + base64.map { Substring(String($0)) } + [lines[lines.count - 1]])
                .joined(separator: "\n"),
        ]
        for form in forms { #expect(try SSHSignature(armored: form) == signature) }
        #expect(SSHArmor.text(of: signature.blob) == text)
    }

    @Test func `armor of other forms is refused`() throws {
        let key = try keygen.makeKey("ed25519", bits: 256)
        let text = String(
            decoding: try keygen.sign(Self.content, with: key), as: UTF8.self)
        let forms: [(String, SSHSignatureError)] = [
            ("", .noHeader), (" " + text, .noHeader), ("\n" + text, .noHeader),
            ("Signed:\n" + text, .noHeader), ("\u{feff}" + text, .noHeader),
            (text.replacing("-----BEGIN", with: "----BEGIN"), .noHeader),
            (text + "x", .noEnd), (text + text, .badBase64), (text + " \n", .noEnd),
            (text.replacing("-----END", with: "----END"), .noEnd),
            (String(text.prefix(29)), .noEnd), (String(text.prefix(200)), .noEnd),
            (text.replacing("\nU1", with: "\n U1"), .badBase64),
            (text.replacing("\nU1", with: "\nU-1"), .badBase64),
            (text + String(repeating: "\n", count: 64 << 10), .tooLarge),
        ]
        for (form, error) in forms {
            #expect(throws: error, "\(form.prefix(40).debugDescription)") {
                try SSHSignature(armored: form)
            }
        }
    }
}
