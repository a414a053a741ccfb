import FoundationEssentials

/// How many signers vouch for a content, and why the other signatures do not count.
///
/// k of n means people: a signer counts once, with however many keys, and a key counts once, on
/// however many lines. So signatures that share a key, or a name by any chain of lines, are those
/// of one signer. Names are compared as the lines write them, and not by what their patterns match.
package struct SignatureTally: Sendable, Equatable {
    /// In the order of their first signatures.
    package private(set) var signers: [Signer] = []
    /// In the order of the signatures.
    package private(set) var uncounted: [Uncounted] = []

    package struct Signer: Sendable, Equatable {
        package fileprivate(set) var names: [String]
        /// Of the key of its first signature.
        package let fingerprint: String
        fileprivate var keys: Set<SSHPublicKey>
        /// Of its first signature.
        fileprivate let index: Int
    }

    package struct Uncounted: Sendable, Equatable {
        /// Of the signature, from 0.
        package let index: Int
        package let reason: Reason
    }

    package enum Reason: Error, Equatable {
        case signature(SSHSignatureError)
        case signer(SignerRefusal)
        /// Another signature of the same signer counts already.
        case repeated
        case tooMany
    }

    /// More are not looked at: each costs time.
    static let limit = 64

    /// - Parameter signatures: armored texts, each over the content of these digests.
    package init(
        _ signatures: [[UInt8]], over digests: ContentDigests, signers allowed: AllowedSigners,
        at date: Date
    ) {
        for (index, text) in signatures.enumerated() {
            do throws(Reason) {
                guard index < Self.limit else { throw .tooMany }
                let (key, names) = try Self.signer(text, digests, allowed, date)
                try count(key, names, index)
            } catch {
                uncounted.append(Uncounted(index: index, reason: error))
            }
        }
        uncounted.sort { $0.index < $1.index }
    }

    private static func signer(
        _ text: [UInt8], _ digests: ContentDigests, _ allowed: AllowedSigners, _ date: Date
    ) throws(Reason) -> (SSHPublicKey, [String]) {
        let key: SSHPublicKey
        do throws(SSHSignatureError) {
            let signature = try SSHSignature(armored: text)
            try signature.verify(digests, namespace: TrustPolicy.namespace)
            key = signature.key
        } catch {
            throw .signature(error)
        }
        do throws(SignerRefusal) {
            return (
                key,
                try allowed.principals(of: key, namespace: TrustPolicy.namespace, at: date)
            )
        } catch {
            throw .signer(error)
        }
    }

    /// Adds a signer, or joins those that turn out to be one.
    private mutating func count(
        _ key: SSHPublicKey, _ names: [String], _ index: Int
    ) throws(Reason) {
        let same = signers.indices.filter { place in
            signers[place].keys.contains(key)
                || signers[place].names.contains(where: names.contains)
        }
        guard let first = same.first else {
            signers.append(
                Signer(names: names, fingerprint: key.fingerprint, keys: [key], index: index))
            return
        }
        signers[first].add(names, [key])
        for other in same.dropFirst().reversed() {
            let joined = signers.remove(at: other)
            signers[first].add(joined.names, joined.keys)
            uncounted.append(Uncounted(index: joined.index, reason: .repeated))
        }
        throw .repeated
    }
}

extension SignatureTally.Signer {
    fileprivate mutating func add(_ more: [String], _ keys: Set<SSHPublicKey>) {
        names += more.filter { !names.contains($0) }
        self.keys.formUnion(keys)
    }
}

extension SignatureTally.Reason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .signature(let error): "\(error)"
        case .signer(let refusal): "\(refusal)"
        case .repeated: "its signer counts already"
        case .tooMany: "only the first \(SignatureTally.limit) signatures are looked at"
        }
    }
}

extension SignatureTally {
    /// Why there are not as many signers as the policy asks for; nil when there are.
    package func shortfall(of threshold: Int) -> String? {
        guard signers.count < threshold else { return nil }
        let reasons = uncounted.prefix(5).map { "signature \($0.index + 1): \($0.reason)" }
        return (["\(signers.count) of \(threshold) signers vouch for it"] + reasons)
            .joined(separator: "; ")
    }

    /// A signature that would count but for what is not known yet, or not yet the time.
    var isWaiting: Bool {
        uncounted.allSatisfy { uncounted in
            switch uncounted.reason {
            case .signature(.needsDigest), .signer(.notYetValid), .repeated: true
            case .signature, .signer, .tooMany: false
            }
        }
    }
}
