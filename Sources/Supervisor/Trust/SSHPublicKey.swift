import Crypto
import CryptoExtras
import FoundationEssentials

/// A public key of OpenSSH, of a kind whose signatures we can check.
package struct SSHPublicKey: Sendable, Hashable {
    /// As the wire has it, and as `ssh-keygen` writes it in base64.
    package let blob: [UInt8]
    let material: Material

    enum Material: Sendable, Hashable {
        case ed25519([UInt8])
        /// The point uncompressed, as SEC 1 writes it.
        case ecdsa(SSHCurve, [UInt8])
        case rsa(exponent: [UInt8], modulus: [UInt8])
        /// Those of FIDO, which sign a digest of the application's name with what is to be signed.
        case hardwareEd25519([UInt8], application: [UInt8])
        case hardwareECDSA([UInt8], application: [UInt8])
    }

    static let ed25519 = "ssh-ed25519"
    static let rsa = "ssh-rsa"
    static let hardwareEd25519 = "sk-ssh-ed25519@openssh.com"
    static let hardwareECDSA = "sk-ecdsa-sha2-nistp256@openssh.com"

    package init(blob: [UInt8]) throws(SSHKeyError) {
        var reader = SSHReader(blob)
        guard let name = reader.string() else { throw .malformed }
        let type = String(decoding: name, as: UTF8.self)
        let material = try Self.material(type, name, &reader)
        guard let material, reader.isAtEnd, material.isSound else { throw .malformed }
        if case .rsa(_, let modulus) = material, !Self.rsaBits.contains(modulus.bitCount) {
            throw .rsaSize(modulus.bitCount)
        }
        self.blob = blob
        self.material = material
    }

    /// Shorter ones are broken or soon will be; longer ones cost too much time.
    private static let rsaBits = 2048...8192

    /// Nil when the bytes behind the type are not what it says.
    private static func material(
        _ type: String, _ name: [UInt8], _ reader: inout SSHReader
    ) throws(SSHKeyError) -> Material? {
        switch type {
        case ed25519: return reader.string().map { .ed25519($0) }
        case rsa:
            guard let exponent = reader.positive() else { return nil }
            return reader.positive().map { .rsa(exponent: exponent, modulus: $0) }
        case hardwareEd25519:
            guard let key = reader.string() else { return nil }
            return reader.string().map { .hardwareEd25519(key, application: $0) }
        case hardwareECDSA:
            guard let point = SSHCurve.p256.point(&reader) else { return nil }
            return reader.string().map { .hardwareECDSA(point, application: $0) }
        default:
            guard let curve = SSHCurve.allCases.first(where: { $0.keyType == type }) else {
                throw type.hasSuffix("-cert-v01@openssh.com")
                    ? .certificate(name.shown) : .unknownType(name.shown)
            }
            return curve.point(&reader).map { .ecdsa(curve, $0) }
        }
    }

    package var type: String {
        switch material {
        case .ed25519: Self.ed25519
        case .ecdsa(let curve, _): curve.keyType
        case .rsa: Self.rsa
        case .hardwareEd25519: Self.hardwareEd25519
        case .hardwareECDSA: Self.hardwareECDSA
        }
    }

    /// `SHA256:` and base64 without padding, as `ssh-keygen -l` shows it.
    package var fingerprint: String {
        let text = Data(SHA256.hash(data: blob)).base64EncodedString()
        return "SHA256:" + text.prefix { $0 != "=" }
    }
}

/// The curves of ECDSA in SSH (RFC 5656).
enum SSHCurve: String, Sendable, CaseIterable {
    case p256 = "nistp256"
    case p384 = "nistp384"
    case p521 = "nistp521"

    var keyType: String { "ecdsa-sha2-" + rawValue }

    /// Bytes of a coordinate, and of each half of a signature.
    var width: Int {
        switch self {
        case .p256: 32
        case .p384: 48
        case .p521: 66
        }
    }

    /// The curve's name again, and a point of it that is not compressed.
    fileprivate func point(_ reader: inout SSHReader) -> [UInt8]? {
        guard let name = reader.string(), name.elementsEqual(rawValue.utf8),
            let point = reader.string(), point.count == 2 * width + 1, point.first == 4
        else { return nil }
        return point
    }
}

extension SSHPublicKey.Material {
    /// The library takes it: a point lies on its curve.
    fileprivate var isSound: Bool {
        switch self {
        case .ed25519(let key), .hardwareEd25519(let key, _): key.count == 32
        case .ecdsa(let curve, let point): curve.has(point)
        case .hardwareECDSA(let point, _): SSHCurve.p256.has(point)
        case .rsa(let exponent, let modulus):
            // One that is too short has a refusal of its own.
            modulus.bitCount < 2048 || (try? _RSA.Signing.PublicKey(n: modulus, e: exponent)) != nil
        }
    }
}

extension SSHCurve {
    fileprivate func has(_ point: [UInt8]) -> Bool {
        switch self {
        case .p256: (try? P256.Signing.PublicKey(x963Representation: point)) != nil
        case .p384: (try? P384.Signing.PublicKey(x963Representation: point)) != nil
        case .p521: (try? P521.Signing.PublicKey(x963Representation: point)) != nil
        }
    }
}

extension [UInt8] {
    /// Of a number without leading zeros.
    fileprivate var bitCount: Int {
        guard let first else { return 0 }
        return count * 8 - first.leadingZeroBitCount
    }
}

/// Why bytes are no key whose signatures we check.
package enum SSHKeyError: Error, Equatable, CustomStringConvertible {
    case malformed
    case certificate(String)
    case unknownType(String)
    /// Bits of the modulus.
    case rsaSize(Int)

    package var description: String {
        switch self {
        case .malformed: "the key is malformed"
        case .certificate(let type): "certificates are not supported (\(type))"
        case .unknownType(let type): "keys of type \(type) are not supported"
        case .rsaSize(let bits): "an RSA key must have 2048 to 8192 bits, and this has \(bits)"
        }
    }
}
