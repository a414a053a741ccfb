import FoundationEssentials
import Testing

@testable import Supervisor

private enum SignatureVectors {
    static let folder =
        #filePath.split(separator: "/").dropLast(5).map { "/" + $0 }.joined()
        + "/shared/sigvectors"
    static let isThere = FileManager.default.fileExists(atPath: folder)
}

/// Signatures that were made elsewhere: OpenSSH's own for its tests, hardware keys among them.
@Suite(
    .enabled(
        if: SignatureVectors.isThere,
        "there are no vectors at \(SignatureVectors.folder)"))
struct SignatureVectorTests {
    private func read(_ name: String) throws -> [UInt8] {
        let path = SignatureVectors.folder + "/" + name
        return Array(try Data(contentsOf: URL(filePath: path)))
    }

    @Test(arguments: ["ed25519", "ecdsa", "rsa", "ed25519_sk", "ecdsa_sk"])
    func `the vectors of OpenSSH hold, and no other content does`(name: String) throws {
        let content = try read("openssh-regress/signed-data")
        let signature = try SSHSignature(armored: read("openssh-regress/\(name).sig"))
        try signature.verify(ContentDigests(of: content), namespace: "unittest")
        #expect(throws: SSHSignatureError.invalid) {
            try signature.verify(ContentDigests(of: content + [0]), namespace: "unittest")
        }
        #expect(throws: SSHSignatureError.namespace("\"unittest\"", expected: "switchyard")) {
            try signature.verify(ContentDigests(of: content), namespace: "switchyard")
        }
        let key = String(
            decoding: try read("openssh-regress/\(name).pub"), as: UTF8.self)
        let signers = try AllowedSigners("ops " + key)
        #expect(
            try signers.principals(of: signature.key, namespace: "x", at: .now) == ["ops"])
    }

    @Test(arguments: [
        ("ed25519", "sha256", "ops@example"), ("ed25519", "sha512", "ops@example"),
        ("ecdsa", "sha256", "*@ci.example"), ("ecdsa", "sha512", "*@ci.example"),
        ("rsa", "sha256", "rsa@example"), ("rsa", "sha512", "rsa@example"),
    ])
    func `the vectors of ssh-keygen hold, with their signers`(
        type: String, hash: String, principal: String
    ) throws {
        let content = try read("sshsig/msg")
        let signature = try SSHSignature(armored: read("sshsig/msg.\(type).\(hash).sig"))
        #expect(signature.hash.rawValue == hash)
        try signature.verify(
            ContentDigests(of: content), namespace: "cosmovisor-upgrade@example")
        let signers = try AllowedSigners(read("sshsig/allowed_signers"))
        #expect(
            try signers.principals(
                of: signature.key, namespace: "cosmovisor-upgrade@example", at: .now)
                == [principal])
    }

    @Test func `a vector for another namespace does not count for ours`() throws {
        let signature = try SSHSignature(armored: read("sshsig/msg.ed25519.ns-file.sig"))
        let digests = ContentDigests(of: try read("sshsig/msg"))
        try signature.verify(digests, namespace: "file")
        #expect(
            throws: SSHSignatureError.namespace("\"file\"", expected: "cosmovisor-upgrade@example")
        ) {
            try signature.verify(digests, namespace: "cosmovisor-upgrade@example")
        }
    }
}
