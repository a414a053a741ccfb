import FoundationEssentials

/// A signature of `ssh-keygen -Y sign`, read strictly and not yet checked.
///
/// The format is OpenSSH's PROTOCOL.sshsig, version 1. Everything in the text is either signed, or
/// can be written in one way only.
package struct SSHSignature: Sendable, Equatable {
    package let key: SSHPublicKey
    package let namespace: String
    /// Of the message; which one is the signer's choice.
    package let hash: Hash
    let blob: [UInt8]
    private let value: SSHSignatureValue

    package enum Hash: String, Sendable, CaseIterable {
        case sha256, sha512

        var byteCount: Int { self == .sha256 ? 32 : 64 }
    }

    static let magic = Array("SSHSIG".utf8)

    package init(armored text: String) throws(SSHSignatureError) {
        try self.init(armored: Array(text.utf8))
    }

    /// - Throws: for more than 64 KiB, other forms of armor, and keys or algorithms that we do not
    ///   know.
    package init(armored text: [UInt8]) throws(SSHSignatureError) {
        try self.init(blob: try SSHArmor.blob(in: text))
    }

    init(blob: [UInt8]) throws(SSHSignatureError) {
        var reader = SSHReader(blob)
        guard reader.take(Self.magic), let version = reader.uint32() else { throw .malformed }
        guard version == 1 else { throw .version(version) }
        guard let keyBlob = reader.string(), let namespace = reader.string(),
            let reserved = reader.string(), let hash = reader.string(),
            let value = reader.string(), reader.isAtEnd
        else { throw .malformed }
        guard let namespace = String(validating: namespace, as: UTF8.self), !namespace.isEmpty
        else { throw .malformed }
        guard reserved.isEmpty else { throw .reserved }
        guard let known = Hash.allCases.first(where: { hash.elementsEqual($0.rawValue.utf8) })
        else { throw .unknownHash(hash.shown) }
        let key: SSHPublicKey
        do throws(SSHKeyError) {
            key = try SSHPublicKey(blob: keyBlob)
        } catch {
            throw .key(error)
        }
        (self.key, self.namespace, self.hash, self.blob) = (key, namespace, known, blob)
        self.value = try SSHSignatureValue(value, of: key)
    }

    /// Whether the key has signed content of these digests for this purpose.
    ///
    /// Whose key it is, and whether it counts, is for `AllowedSigners` to say.
    /// - Throws: `.needsDigest` when the digest that was signed is not known, `.invalid` when
    ///   another content was signed or another key has signed.
    package func verify(
        _ digests: ContentDigests, namespace expected: String
    ) throws(SSHSignatureError) {
        // Byte by byte: strings that only look the same are different purposes.
        guard namespace.utf8.elementsEqual(expected.utf8) else {
            throw .namespace(Array(namespace.utf8).shown, expected: expected)
        }
        let hex = hash == .sha256 ? digests.sha256 : digests.sha512
        guard let digest = hex.flatMap(Self.bytes), digest.count == hash.byteCount else {
            throw .needsDigest(hash)
        }
        guard value.isTouched else { throw .untouched }
        guard value.isValid(for: signed(digest), key: key) else { throw .invalid }
    }

    /// What the key signs: all of the blob but the key, with the message's digest.
    private func signed(_ digest: [UInt8]) -> [UInt8] {
        var bytes = Self.magic
        bytes.appendSSH(namespace.utf8)
        bytes.appendSSH([])
        bytes.appendSSH(hash.rawValue.utf8)
        bytes.appendSSH(digest)
        return bytes
    }

    private static func bytes(hex text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        for place in stride(from: 0, to: digits.count, by: 2) {
            let pair = String(decoding: digits[place..<place + 2], as: UTF8.self)
            guard pair.first != "+", let byte = UInt8(pair, radix: 16) else { return nil }
            bytes.append(byte)
        }
        return bytes
    }
}

/// Why a signature does not hold.
package enum SSHSignatureError: Error, Equatable, CustomStringConvertible {
    case tooLarge, noHeader, noEnd, badBase64, malformed
    case version(UInt32)
    case reserved
    case unknownHash(String)
    case key(SSHKeyError)
    /// The algorithm of the signature is none of the key's.
    case algorithm(String, key: String)
    case namespace(String, expected: String)
    case needsDigest(SSHSignature.Hash)
    case untouched
    case invalid

    package var description: String {
        switch self {
        case .tooLarge: "it is larger than 64 KiB"
        case .noHeader: "it does not begin with -----BEGIN SSH SIGNATURE-----"
        case .noEnd: "it does not end with -----END SSH SIGNATURE-----"
        case .badBase64: "what is between its marks is not canonical base64"
        case .malformed: "its content is malformed"
        case .version(let number): "its version is \(number), and only 1 is known"
        case .reserved: "its reserved field is not empty"
        case .unknownHash(let name): "its hash \(name) is neither sha256 nor sha512"
        case .key(let error): "\(error)"
        case .algorithm(let name, let key): "its algorithm \(name) is none of a key \(key)"
        case .namespace(let found, let expected):
            "it was made for the namespace \(found), not for \"\(expected)\""
        case .needsDigest(let hash): "it signs a \(hash) digest, and that is not known"
        case .untouched: "nobody touched the hardware key when it was made"
        case .invalid: "it was made of other content, or by another key"
        }
    }
}
