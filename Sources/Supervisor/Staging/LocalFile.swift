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

extension LocalFile {
    /// What comes at that place.
    ///
    /// - Throws: `.inconsistentLength` when it has become shorter meanwhile.
    func take(
        at place: Int64, into space: UnsafeMutableRawBufferPointer
    ) throws(StagingRefusal) -> IntakeTurn.Arrival {
        let wanted = min(Int64(space.count), size - place)
        guard wanted > 0 else { return .end }
        while true {
            let count = pread(file.number, space.baseAddress, Int(wanted), off_t(place))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw StagingRefusal(SystemError("read")) }
            guard count > 0 else { throw .inconsistentLength }
            return .bytes(count)
        }
    }
}

extension StagingArea {
    /// Copies the next bytes, as a turn of receiving.
    func copyMore(
        of file: LocalFile, to intake: inout Intake
    ) async throws(StagingRefusal) {
        let place = Locked(intake.offset)
        let pause = await turn(of: &intake) { space, _ throws(StagingRefusal) in
            try place.withLock { place throws(StagingRefusal) in
                let arrival = try file.take(at: place, into: space)
                if case .bytes(let count) = arrival { place += Int64(count) }
                return arrival
            }
        }
        switch pause {
        case .turn, .nothing, .end: return
        case .failed(let refusal), .refused(let refusal): throw refusal
        }
    }
}

extension Quarantine {
    /// The bytes of what was received.
    func content(of received: Received) throws(SystemError) -> LocalFile {
        try LocalFile(try folder().file(received.id, O_RDONLY))
    }
}
