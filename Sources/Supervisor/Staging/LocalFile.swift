import Glibc

/// A file of this host that somebody named: opened without following a link in its last part and
/// without waiting for a pipe.
struct LocalFile: Sendable {
    let file: Descriptor
    let size: Int64

    init(_ path: String) throws(ForeignFileError) {
        file = try ForeignFile.open(path)
        size = Int64(try ForeignFile.status(of: file, path: path).st_size)
    }

    /// A file that is open already.
    init(_ file: Descriptor) throws(SystemError) {
        guard let seal = Seal(file) else { throw SystemError("fstat") }
        self.file = file
        size = seal.size
    }

    /// All of it.
    ///
    /// - Throws: EFBIG when there is more.
    func bytes(limit: Int) throws(SystemError) -> [UInt8] {
        guard size <= limit else { throw SystemError("read", code: EFBIG) }
        var bytes = [UInt8](repeating: 0, count: Int(size))
        let count = pread(file.number, &bytes, bytes.count, 0)
        guard count == bytes.count else { throw SystemError("read", code: EIO) }
        return bytes
    }

    /// Nil when it cannot be read to its end.
    func digest(_ algorithm: WeakDigest.Algorithm) -> WeakDigest? {
        var digest = WeakDigest.Running(algorithm)
        guard (try? file.read { digest.update($0) }) != nil else { return nil }
        return digest.digest
    }

    /// Nil when it cannot be read to its end.
    var sha256: String? {
        var digest = RunningDigest()
        return (try? digest.update(from: file)) == nil ? nil : digest.digests.sha256
    }
}

extension Intake {
    /// What of the file comes next, 2 MiB at most.
    ///
    /// - Throws: `.inconsistentLength` when it has become shorter meanwhile.
    func next(of source: LocalFile) throws(StagingRefusal) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var place = offset
        while place < source.size, pieces.count < 8 {
            let wanted = Int(min(256 * 1024, source.size - place))
            var failure: Int32 = 0
            let piece = [UInt8](unsafeUninitializedCapacity: wanted) { space, count in
                let got = pread(source.file.number, space.baseAddress, wanted, off_t(place))
                if got < 0 { failure = errno }
                count = max(0, got)
            }
            if failure == EINTR { continue }
            guard failure == 0 else { throw StagingRefusal(SystemError("read", code: failure)) }
            guard !piece.isEmpty else { throw .inconsistentLength }
            pieces.append(piece)
            place += Int64(piece.count)
        }
        return pieces
    }
}

extension Quarantine {
    /// The bytes of what was received.
    func content(of received: Received) throws(SystemError) -> LocalFile {
        try LocalFile(try folder().file(received.id, O_RDONLY))
    }
}
