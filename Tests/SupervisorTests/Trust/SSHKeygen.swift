import FoundationEssentials
import Glibc
import Testing

@testable import Supervisor

/// Keys and signatures of OpenSSH's own program, in a folder of their own.
struct SSHKeygen {
    static let isThere = HostTool.works("command -v ssh-keygen")

    let home: TemporaryHome

    init() throws {
        home = try TemporaryHome()
    }

    /// Every kind that needs no hardware: type and bits.
    static let kinds = [
        ("ed25519", 256), ("ecdsa", 256), ("ecdsa", 384), ("ecdsa", 521), ("rsa", 2048),
        ("rsa", 3072), ("rsa", 4096),
    ]

    /// - Returns: the name of its file.
    func makeKey(_ type: String, bits: Int, named name: String = "key") throws -> String {
        try run("ssh-keygen -q -t \(type) -b \(bits) -N '' -C '' -f \(name)")
        return name
    }

    /// `ssh-ed25519 AAAA…`.
    func publicKey(_ name: String) throws -> String {
        try home.read(name + ".pub").split(separator: "\n").joined()
            .trimmingSuffix(while: { $0 == " " })
    }

    func sign(
        _ content: [UInt8], with key: String, namespace: String = TrustPolicy.namespace,
        hash: SSHSignature.Hash = .sha512
    ) throws -> [UInt8] {
        try home.write(content, to: "content")
        try run(
            "rm -f content.sig && ssh-keygen -q -Y sign -f \(key) -n '\(namespace)' "
                + "-O hashalg=\(hash) content 2>/dev/null")
        return Array(try home.read("content.sig").utf8)
    }

    /// What `ssh-keygen -Y verify` says.
    func verifies(
        _ signature: [UInt8], of content: [UInt8], signers: String, principal: String,
        namespace: String = TrustPolicy.namespace, environment: String = ""
    ) throws -> Bool {
        try home.write(content, to: "content")
        try home.write(signature, to: "content.sig")
        try home.write(signers, to: "signers")
        return system(
            "cd '\(home.path)' && \(environment) ssh-keygen -q -Y verify -f signers "
                + "-I '\(principal)' -n '\(namespace)' -s content.sig <content >/dev/null 2>&1")
            == 0
    }

    /// What ssh-keygen makes of a signature whose signer does not matter.
    func isGenuine(
        _ signature: [UInt8], of content: [UInt8], namespace: String = TrustPolicy.namespace
    ) throws -> Bool {
        try home.write(content, to: "content")
        try home.write(signature, to: "content.sig")
        return system(
            "cd '\(home.path)' && ssh-keygen -q -Y check-novalidate -n '\(namespace)' "
                + "-s content.sig <content >/dev/null 2>&1") == 0
    }

    private func run(_ line: String) throws {
        try #require(system("cd '\(home.path)' && \(line)") == 0, "\(line)")
    }
}

extension String {
    fileprivate func trimmingSuffix(while condition: (Character) -> Bool) -> String {
        String(reversed().drop(while: condition).reversed())
    }
}

extension ContentDigests {
    /// Both of the content.
    init(of content: [UInt8]) {
        var digest = RunningDigest(withSHA512: true)
        digest.update(content)
        self = digest.digests
    }
}

extension SSHSignature {
    /// Whether the text is a signature of the content.
    static func holds(
        _ text: [UInt8], of content: ContentDigests, namespace: String = TrustPolicy.namespace
    ) -> Bool {
        // Why it does not hold is what other tests ask.
        (try? SSHSignature(armored: text).verify(content, namespace: namespace)) != nil
    }
}
