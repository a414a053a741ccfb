import FoundationEssentials
import Glibc

/// An upload while its bytes come; a value, of which an earlier copy is the way back.
///
/// Everything blocks. Who lets go of it must `suspend` or `discard` it before.
package struct Intake: Sendable {
    package let id: String
    package let record: QuarantineRecord?
    package private(set) var offset: Int64
    private let quarantine: Quarantine
    private let file: Descriptor
    private var digest: RunningDigest
    /// Up to here the kernel was told that nobody reads it soon.
    private var advised: Int64 = 0
    /// Bytes in all that were announced.
    private var length: Int64?

    private static let stretch: Int64 = 16 << 20

    init(
        _ quarantine: Quarantine, id: String, record: QuarantineRecord?, file: Descriptor,
        length: Int64?, offset: Int64, digest: RunningDigest
    ) {
        self.quarantine = quarantine
        self.id = id
        self.record = record
        self.file = file
        self.length = length
        self.offset = offset
        self.digest = digest
    }

    /// Writes and hashes what came; all of it or nothing.
    package mutating func append(_ pieces: [[UInt8]]) throws(StagingRefusal) {
        let hashed = hashed(pieces)
        try append(pieces, hashed: hashed)
    }

    /// The digest with what came; to be taken while that is written, on another thread.
    package func hashed(_ pieces: [[UInt8]]) -> RunningDigest {
        var digest = digest
        for piece in pieces { digest.update(piece) }
        return digest
    }

    /// Writes what came, as `append` does; its digest is `hashed`, by whoever called for it.
    package func written(_ pieces: [[UInt8]]) throws(StagingRefusal) -> Intake {
        var intake = self
        try intake.append(pieces, hashed: digest)
        return intake
    }

    package func with(_ digest: RunningDigest) -> Intake {
        var intake = self
        intake.digest = digest
        return intake
    }

    private mutating func append(
        _ pieces: [[UInt8]], hashed digest: RunningDigest
    ) throws(StagingRefusal) {
        let count = pieces.reduce(0) { $0 + Int64($1.count) }
        let end = offset + count
        if let length, end > length { throw .inconsistentLength }
        try quarantine.admit(count, to: id, size: end)
        do throws(StagingRefusal) {
            for piece in pieces {
                do throws(SystemError) {
                    try file.write(piece)
                } catch {
                    throw StagingRefusal(error)
                }
            }
            if offset < BinaryKind.headSize, end >= BinaryKind.headSize { try checkKind() }
        } catch {
            // What was written of it may stay behind only if the disk is broken, too.
            ftruncate(file.number, off_t(offset))
            lseek(file.number, off_t(offset), SEEK_SET)
            throw error
        }
        self.digest = digest
        offset = end
        quarantine.countReceived(count)
        quarantine.change(id) { $0?.size = end }
        adviseIfDue()
    }

    private func checkKind() throws(StagingRefusal) {
        // What cannot be read back is empty, and refused as that.
        let kind = BinaryKind(head: (try? file.head()) ?? [])
        switch kind {
        case .program: return
        case .archive where quarantine.limits.takesArchives: return
        default: throw .rejected(kind)
        }
    }

    /// Begins writing out what has come, and drops what was written of earlier: an upload is not to
    /// push the node's data out of memory.
    private mutating func adviseIfDue() {
        guard offset - advised >= Self.stretch else { return }
        posix_fadvise(file.number, 0, off_t(offset), POSIX_FADV_DONTNEED)
        advised = offset
    }

    /// Goes back to an earlier state of it: what came since is dropped.
    package mutating func rewind(to mark: Intake) throws(StagingRefusal) {
        guard ftruncate(file.number, off_t(mark.offset)) == 0,
            lseek(file.number, off_t(mark.offset), SEEK_SET) >= 0
        else { throw StagingRefusal(SystemError("ftruncate")) }
        self = mark
        quarantine.change(id) { $0?.size = mark.offset }
    }

    /// Keeps what has come, for a later request to go on with.
    package func suspend() {
        fsync(file.number)
        posix_fadvise(file.number, 0, 0, POSIX_FADV_DONTNEED)
        quarantine.change(id) { entry in
            entry?.isActive = false
            entry?.digest = digest
        }
    }

    package func discard() {
        quarantine.discard(id)
    }

    /// All has come: makes it durable and says what it is.
    ///
    /// - Throws: `.contentMismatch`, `.rejected`, `.inconsistentLength`.
    package func complete() throws(StagingRefusal) -> Received {
        if let length, offset != length { throw .inconsistentLength }
        let digests = digest.digests
        if let expected = record?.expected, !expected.isEmpty, !digests.fit(expected) {
            throw .contentMismatch
        }
        if offset < BinaryKind.headSize { try checkKind() }
        do throws(SystemError) {
            try file.sync()
        } catch {
            throw StagingRefusal(error)
        }
        posix_fadvise(file.number, 0, 0, POSIX_FADV_DONTNEED)
        guard let seal = Seal(file), seal.size == offset else { throw .contentMismatch }
        let kind = BinaryKind(head: (try? file.head()) ?? [])
        return Received(
            id: id, digests: digests, size: offset, isArchive: kind.isArchive, seal: seal)
    }

    /// Of what has come so far.
    package var digests: ContentDigests { digest.digests }
}

/// A complete file in quarantine.
package struct Received: Sendable, Equatable {
    package let id: String
    package let digests: ContentDigests
    package let size: Int64
    /// It has to be unpacked.
    let isArchive: Bool
    let seal: Seal
}
