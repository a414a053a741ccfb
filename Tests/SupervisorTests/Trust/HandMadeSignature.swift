import Crypto
import FoundationEssentials
import Testing

@testable import Supervisor

/// A private key, and the form that its signatures have.
struct HandMadeSigner: Sendable, CustomTestStringConvertible {
    let type: String
    let key: [UInt8]
    let application: [UInt8]?
    /// Signs bytes, and writes what comes out as SSH does.
    let sign: @Sendable ([UInt8]) throws -> [UInt8]

    var testDescription: String { type }

    static var hardware: [HandMadeSigner] { [hardwareEd25519(), hardwareP256()] }
    static var all: [HandMadeSigner] { [ed25519(), p256(), p384(), p521()] + hardware }

    private init(
        _ type: String, _ parts: [[UInt8]], application: String? = nil,
        sign: @escaping @Sendable ([UInt8]) throws -> [UInt8]
    ) {
        var key: [UInt8] = []
        key.appendSSH(type.utf8)
        for part in parts { key.appendSSH(part) }
        if let application { key.appendSSH(application.utf8) }
        self.application = application.map { Array($0.utf8) }
        (self.type, self.key, self.sign) = (type, key, sign)
    }

    private static func ed25519(_ type: String, application: String?) -> HandMadeSigner {
        let key = Curve25519.Signing.PrivateKey()
        return HandMadeSigner(
            type, [Array(key.publicKey.rawRepresentation)], application: application
        ) { Array(try key.signature(for: $0)) }
    }

    static func ed25519() -> HandMadeSigner { ed25519("ssh-ed25519", application: nil) }

    static func hardwareEd25519() -> HandMadeSigner {
        ed25519("sk-ssh-ed25519@openssh.com", application: "ssh:")
    }

    static func p256(
        _ type: String = "ecdsa-sha2-nistp256", application: String? = nil
    ) -> HandMadeSigner {
        let key = P256.Signing.PrivateKey()
        let parts = [Array("nistp256".utf8), Array(key.publicKey.x963Representation)]
        return HandMadeSigner(type, parts, application: application) {
            halves(try key.signature(for: $0).rawRepresentation)
        }
    }

    static func hardwareP256() -> HandMadeSigner {
        p256("sk-ecdsa-sha2-nistp256@openssh.com", application: "ssh:")
    }

    static func p384() -> HandMadeSigner {
        let key = P384.Signing.PrivateKey()
        let parts = [Array("nistp384".utf8), Array(key.publicKey.x963Representation)]
        return HandMadeSigner("ecdsa-sha2-nistp384", parts) {
            halves(try key.signature(for: $0).rawRepresentation)
        }
    }

    static func p521() -> HandMadeSigner {
        let key = P521.Signing.PrivateKey()
        let parts = [Array("nistp521".utf8), Array(key.publicKey.x963Representation)]
        return HandMadeSigner("ecdsa-sha2-nistp521", parts) {
            halves(try key.signature(for: $0).rawRepresentation)
        }
    }

    private static func halves(_ raw: Data) -> [UInt8] {
        let bytes = Array(raw)
        var proof: [UInt8] = []
        for half in [bytes[..<(bytes.count / 2)], bytes[(bytes.count / 2)...]] {
            let number = Array(half.drop { $0 == 0 })
            proof.appendSSH((number.first.map { $0 >= 0x80 } ?? true ? [0] : []) + number)
        }
        return proof
    }

    /// A line of allowed signers.
    func line(_ principals: String, options: String = "") -> String {
        let blank = options.isEmpty ? "" : " "
        return "\(principals) \(options)\(blank)\(type) \(Data(key).base64EncodedString())\n"
    }

    /// An armored signature of the content.
    func signature(
        of content: [UInt8], namespace: String = TrustPolicy.namespace
    ) -> [UInt8] {
        let signature = HandMadeSignature(
            ContentDigests(of: content), namespace: Array(namespace.utf8), signer: self)
        return Array(SSHArmor.text(of: signature.blob).utf8)
    }
}

/// The parts of a signature, of which each can be changed after it was made.
struct HandMadeSignature {
    var magic = Array("SSHSIG".utf8)
    var version: UInt32 = 1
    var key: [UInt8]
    var namespace: [UInt8]
    var reserved: [UInt8] = []
    var hash = Array("sha512".utf8)
    var algorithm: [UInt8]
    var proof: [UInt8]
    /// Flags and counter of hardware.
    var presence: [UInt8]
    var tail: [UInt8] = []

    init(
        _ digests: ContentDigests, namespace: [UInt8] = Array("switchyard".utf8),
        signer: HandMadeSigner, flags: UInt8 = 1
    ) {
        var signed = magic
        for part in [namespace, [], hash, (digests.sha512 ?? "").bytes] { signed.appendSSH(part) }
        presence = []
        if let application = signer.application {
            presence = [flags, 0, 0, 0, 7]
            signed = SHA256.hash(data: application) + presence + SHA256.hash(data: signed)
        }
        (key, self.namespace, algorithm) = (signer.key, namespace, Array(signer.type.utf8))
        // Without a proof no test passes.
        proof = (try? signer.sign(signed)) ?? []
    }

    var blob: [UInt8] {
        var value: [UInt8] = []
        value.appendSSH(algorithm)
        value.appendSSH(proof)
        value += presence
        var blob = magic
        blob.appendSSH(version)
        for part in [key, namespace, reserved, hash, value] { blob.appendSSH(part) }
        return blob + tail
    }
}

extension String {
    /// Of hex digits.
    fileprivate var bytes: [UInt8] {
        let digits = Array(utf8)
        return stride(from: 0, to: digits.count, by: 2).map { place in
            UInt8(String(decoding: digits[place..<place + 2], as: UTF8.self), radix: 16) ?? 0
        }
    }
}
