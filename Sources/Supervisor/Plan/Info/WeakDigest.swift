import Crypto

/// An MD5 or SHA-1: tells a broken download from a whole one, and nothing of who made it.
package struct WeakDigest: Sendable, Hashable {
    package let algorithm: Algorithm
    /// In lower case.
    package let hex: String

    package enum Algorithm: String, Sendable {
        case md5, sha1
    }

    /// That of bytes that come piece by piece.
    package struct Running: Sendable {
        private var state: State

        private enum State: Sendable {
            case md5(Insecure.MD5)
            case sha1(Insecure.SHA1)
        }

        package init(_ algorithm: Algorithm) {
            switch algorithm {
            case .md5: state = .md5(Insecure.MD5())
            case .sha1: state = .sha1(Insecure.SHA1())
            }
        }

        package mutating func update(_ bytes: UnsafeRawBufferPointer) {
            switch state {
            case .md5(var hash):
                hash.update(bufferPointer: bytes)
                state = .md5(hash)
            case .sha1(var hash):
                hash.update(bufferPointer: bytes)
                state = .sha1(hash)
            }
        }

        package var digest: WeakDigest {
            switch state {
            case .md5(let hash): WeakDigest(algorithm: .md5, hex: hash.finalize().hex)
            case .sha1(let hash): WeakDigest(algorithm: .sha1, hex: hash.finalize().hex)
            }
        }
    }
}
