import Crypto
import Glibc

/// Digests of one content, as lower-case hex; nil for those that nobody knows or asked for.
package struct ContentDigests: Codable, Sendable, Hashable {
    package var sha256: String?
    package var sha512: String?

    package init(sha256: String? = nil, sha512: String? = nil) {
        self.sha256 = sha256
        self.sha512 = sha512
    }

    package var isEmpty: Bool { sha256 == nil && sha512 == nil }

    /// Both know at least one algorithm, and agree on each that both know.
    package func fit(_ other: ContentDigests) -> Bool {
        let pairs = [(sha256, other.sha256), (sha512, other.sha512)]
        let known = pairs.filter { $0.0 != nil && $0.1 != nil }
        return !known.isEmpty && known.allSatisfy { $0.0 == $0.1 }
    }

    /// Contradicts the other in an algorithm that both know.
    package func contradict(_ other: ContentDigests) -> Bool {
        !isEmpty && !other.isEmpty && !fit(other)
    }
}

/// The digests of bytes that come piece by piece; SHA-512 only where somebody needs it.
package struct RunningDigest: Sendable {
    private var sha256 = SHA256()
    private var sha512: SHA512?

    package init(withSHA512: Bool = false) {
        sha512 = withSHA512 ? SHA512() : nil
    }

    package var hasSHA512: Bool { sha512 != nil }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        sha256.update(bufferPointer: bytes)
        sha512?.update(bufferPointer: bytes)
    }

    package mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// Reads from the descriptor's beginning, that many bytes or to the end.
    ///
    /// - Throws: ECANCELED soon after the task was cancelled.
    mutating func update(
        from file: Descriptor, count: Int64 = .max
    ) throws(SystemError) {
        try file.read(count) { self.update($0) }
    }

    package var digests: ContentDigests {
        ContentDigests(
            sha256: sha256.finalize().hex, sha512: sha512.map { $0.finalize().hex })
    }
}

extension Descriptor {
    /// Reads a file, that many bytes or to the end.
    ///
    /// - Throws: ECANCELED soon after the task was cancelled.
    func read(
        _ count: Int64 = .max, from start: Int64 = 0, _ take: (UnsafeRawBufferPointer) -> Void
    ) throws(SystemError) {
        let space = UnsafeMutableRawBufferPointer.allocate(
            byteCount: 128 << 10, alignment: 64)
        defer { space.deallocate() }
        var done: Int64 = 0
        while done < count {
            guard !Task.isCancelled else { throw SystemError("read", code: ECANCELED) }
            let wanted = min(Int64(space.count), count - done)
            let got = pread(number, space.baseAddress, Int(wanted), off_t(start + done))
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw SystemError("read") }
            if got == 0 { return }
            take(UnsafeRawBufferPointer(rebasing: space[..<got]))
            done += Int64(got)
        }
    }
}
