import Crypto
import CryptoExtras
import FoundationEssentials

/// What a key has made of the bytes it signed, in the form that its kind has.
struct SSHSignatureValue: Sendable, Equatable {
    private let proof: Proof
    /// Of keys that are hardware.
    private let presence: Presence?

    private enum Proof: Sendable, Equatable {
        case ed25519([UInt8])
        /// Both halves, each as wide as the curve.
        case ecdsa([UInt8])
        case rsa(SSHSignature.Hash, [UInt8])
    }

    /// What the hardware says of how it was asked.
    private struct Presence: Sendable, Equatable {
        let flags: UInt8
        let counter: UInt32

        init?(_ reader: inout SSHReader) {
            guard let flags = reader.byte(), let counter = reader.uint32() else { return nil }
            (self.flags, self.counter) = (flags, counter)
        }
    }

    /// - Throws: `.algorithm` for one that is none of the key's, such as the `ssh-rsa` of SHA-1.
    init(_ blob: [UInt8], of key: SSHPublicKey) throws(SSHSignatureError) {
        var reader = SSHReader(blob)
        guard let name = reader.string(), let content = reader.string() else { throw .malformed }
        let algorithms = Self.algorithms(of: key)
        guard let algorithm = algorithms.first(where: { name.elementsEqual($0.utf8) }) else {
            throw .algorithm(name.shown, key: key.type)
        }
        guard let proof = Self.proof(content, algorithm, of: key) else { throw .malformed }
        self.proof = proof
        if key.isHardware {
            guard let presence = Presence(&reader) else { throw .malformed }
            self.presence = presence
        } else {
            presence = nil
        }
        guard reader.isAtEnd else { throw .malformed }
    }

    /// Bit 0 of the flags (WebAuthn's user presence); what is no hardware cannot be touched.
    var isTouched: Bool { presence.map { $0.flags & 1 != 0 } ?? true }

    private static func algorithms(of key: SSHPublicKey) -> [String] {
        if case .rsa = key.material { return ["rsa-sha2-512", "rsa-sha2-256"] }
        return [key.type]
    }

    private static func proof(
        _ content: [UInt8], _ algorithm: String, of key: SSHPublicKey
    ) -> Proof? {
        switch key.material {
        case .ed25519, .hardwareEd25519: content.count == 64 ? .ed25519(content) : nil
        case .ecdsa(let curve, _): halves(content, width: curve.width).map(Proof.ecdsa)
        case .hardwareECDSA: halves(content, width: SSHCurve.p256.width).map(Proof.ecdsa)
        case .rsa(_, let modulus):
            content.count == modulus.count
                ? .rsa(algorithm == "rsa-sha2-512" ? .sha512 : .sha256, content) : nil
        }
    }

    private static func halves(_ content: [UInt8], width: Int) -> [UInt8]? {
        var reader = SSHReader(content)
        guard let r = reader.positive()?.padded(to: width),
            let s = reader.positive()?.padded(to: width), reader.isAtEnd
        else { return nil }
        return r + s
    }

    /// Whether the key has made it of these bytes.
    func isValid(for signed: [UInt8], key: SSHPublicKey) -> Bool {
        // What the library does not take is not valid; why does not matter to anyone.
        (try? isProof(of: signed, key)) ?? false
    }

    private func isProof(of signed: [UInt8], _ key: SSHPublicKey) throws -> Bool {
        switch (key.material, proof) {
        case (.ed25519(let point), .ed25519(let bytes)):
            return try Self.isEd25519(bytes, of: signed, point)
        case (.hardwareEd25519(let point, let application), .ed25519(let bytes)):
            return try Self.isEd25519(bytes, of: attested(signed, application), point)
        case (.ecdsa(let curve, let point), .ecdsa(let bytes)):
            return try Self.isECDSA(bytes, of: signed, curve, point)
        case (.hardwareECDSA(let point, let application), .ecdsa(let bytes)):
            return try Self.isECDSA(bytes, of: attested(signed, application), .p256, point)
        case (.rsa(let exponent, let modulus), .rsa(let hash, let bytes)):
            let key = try _RSA.Signing.PublicKey(n: modulus, e: exponent)
            return Self.isRSA(bytes, of: signed, hash, key)
        default: return false
        }
    }

    /// What a hardware key signs (PROTOCOL.u2f).
    private func attested(_ signed: [UInt8], _ application: [UInt8]) -> [UInt8] {
        var bytes = Array(SHA256.hash(data: application))
        bytes.append(presence?.flags ?? 0)
        bytes.appendSSH(presence?.counter ?? 0)
        return bytes + SHA256.hash(data: signed)
    }

    private static func isEd25519(
        _ bytes: [UInt8], of signed: [UInt8], _ point: [UInt8]
    ) throws -> Bool {
        try Curve25519.Signing.PublicKey(rawRepresentation: point)
            .isValidSignature(bytes, for: signed)
    }

    private static func isECDSA(
        _ bytes: [UInt8], of signed: [UInt8], _ curve: SSHCurve, _ point: [UInt8]
    ) throws -> Bool {
        switch curve {
        case .p256:
            try P256.Signing.PublicKey(x963Representation: point)
                .isValidSignature(.init(rawRepresentation: bytes), for: signed)
        case .p384:
            try P384.Signing.PublicKey(x963Representation: point)
                .isValidSignature(.init(rawRepresentation: bytes), for: signed)
        case .p521:
            try P521.Signing.PublicKey(x963Representation: point)
                .isValidSignature(.init(rawRepresentation: bytes), for: signed)
        }
    }

    private static func isRSA(
        _ bytes: [UInt8], of signed: [UInt8], _ hash: SSHSignature.Hash,
        _ key: _RSA.Signing.PublicKey
    ) -> Bool {
        let signature = _RSA.Signing.RSASignature(rawRepresentation: bytes)
        return switch hash {
        case .sha256:
            key.isValidSignature(
                signature, for: SHA256.hash(data: signed), padding: .insecurePKCS1v1_5)
        case .sha512:
            key.isValidSignature(
                signature, for: SHA512.hash(data: signed), padding: .insecurePKCS1v1_5)
        }
    }
}

extension SSHPublicKey {
    /// A FIDO authenticator holds the other half.
    fileprivate var isHardware: Bool {
        switch material {
        case .hardwareEd25519, .hardwareECDSA: true
        case .ed25519, .ecdsa, .rsa: false
        }
    }
}
