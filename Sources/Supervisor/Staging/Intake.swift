import FoundationEssentials
import Glibc

/// An upload while its bytes come; a value, of which an earlier copy is the way back.
///
/// What comes is written and hashed piece by piece; where only the one could be done, the other is
/// made up for from the file.
///
/// Everything blocks. Who lets go of it must `suspend` or `discard` it before.
package struct Intake: Sendable {
    package let id: String
    package let record: QuarantineRecord?
    /// Bytes that are written.
    package private(set) var offset: Int64
    /// Hashes what comes from when it is set, beside the whole; all before must be hashed then.
    package var part: RunningDigest?
    private let quarantine: Quarantine
    private let file: Descriptor
    private var hashed: HashedPrefix
    /// What we left behind at the last write: whatever else writes the file shows in it.
    private var seal: Seal?
    /// Up to here the kernel was told that nobody reads it soon.
    private var advised: Int64 = 0
    /// Bytes in all that were announced.
    private let length: Int64?
    private let judgesHead: Bool

    private static let stretch: Int64 = 16 << 20

    init(
        _ quarantine: Quarantine, id: String, record: QuarantineRecord?, file: Descriptor,
        length: Int64?, offset: Int64, hashed: HashedPrefix, judgesHead: Bool = true
    ) {
        self.quarantine = quarantine
        self.id = id
        self.record = record
        self.file = file
        self.length = length
        self.offset = offset
        self.hashed = hashed
        self.judgesHead = judgesHead
    }

    /// Writes what came; all of it or nothing.
    mutating func write(_ bytes: UnsafeRawBufferPointer) throws(StagingRefusal) {
        let count = Int64(bytes.count)
        let end = offset + count
        if let length, end > length { throw .inconsistentLength }
        try quarantine.admit(count, to: id, size: end)
        try checkSeal()
        defer { seal = Seal(file) }
        do throws(StagingRefusal) {
            do throws(SystemError) {
                try file.write(bytes)
            } catch {
                throw StagingRefusal(error)
            }
            if judgesHead, offset < BinaryKind.headSize, end >= BinaryKind.headSize {
                try checkKind()
            }
        } catch {
            // What was written of it may stay behind only if the disk is broken, too.
            ftruncate(file.number, off_t(offset))
            lseek(file.number, off_t(offset), SEEK_SET)
            throw error
        }
        offset = end
        quarantine.countReceived(count)
        quarantine.change(id) { $0?.size = end }
        adviseIfDue()
    }

    // MARK: - Hashing

    /// Hashes what comes next after all that is hashed.
    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        hashed.update(bytes)
        part?.update(bytes)
    }

    /// Bytes that are written and not hashed.
    var unhashed: Int64 { offset - hashed.count }

    /// Hashes from the file what is written and not hashed.
    ///
    /// - Throws: `.cancelled` soon after the task was cancelled: what was hashed until then stays so.
    mutating func hash() throws(StagingRefusal) {
        var (hashed, part) = (hashed, part)
        defer { (self.hashed, self.part) = (hashed, part) }
        do throws(SystemError) {
            try file.read(unhashed, from: hashed.count) { bytes in
                hashed.update(bytes)
                part?.update(bytes)
            }
        } catch {
            throw StagingRefusal(error)
        }
        // Somebody has cut it.
        guard hashed.count == offset else { throw .system(SystemError("read", code: EIO)) }
    }

    /// The same, hashed as far as another copy of it.
    func hashed(as other: Intake) -> Intake {
        var intake = self
        intake.hashed = other.hashed
        intake.part = other.part
        return intake
    }

    /// Begins writing out what has come, and drops what was written of earlier: an upload is
    /// not to push the node's data out of memory.
    private mutating func adviseIfDue() {
        guard offset - advised >= Self.stretch else { return }
        // What was still on its way to the disk at the last time is dropped at this one.
        let start = max(0, advised - Self.stretch)
        posix_fadvise(file.number, off_t(start), off_t(offset - start), POSIX_FADV_DONTNEED)
        advised = offset
    }

    /// What was hashed on its way is what the file holds, as long as nobody else writes it.
    private func checkSeal() throws(StagingRefusal) {
        guard let seal, Seal(file) != seal else { return }
        throw .system(SystemError("read", code: EIO))
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

    /// Goes back to an earlier state of it: what came since is dropped.
    package mutating func rewind(to mark: Intake) throws(StagingRefusal) {
        guard ftruncate(file.number, off_t(mark.offset)) == 0,
            lseek(file.number, off_t(mark.offset), SEEK_SET) >= 0
        else { throw StagingRefusal(SystemError("ftruncate")) }
        self = mark
        seal = Seal(file)
        quarantine.change(id) { $0?.size = mark.offset }
    }

    /// Keeps what has come, for a later request to go on with.
    package func suspend() {
        fsync(file.number)
        posix_fadvise(file.number, 0, 0, POSIX_FADV_DONTNEED)
        quarantine.change(id) { entry in
            entry?.isActive = false
            entry?.hashed = hashed
        }
    }

    package func discard() {
        quarantine.discard(id)
    }

    /// All has come: hashes the rest, makes it durable and says what it is.
    ///
    /// - Throws: `.contentMismatch`, `.rejected`, `.inconsistentLength`.
    package func complete() throws(StagingRefusal) -> Received {
        if let length, offset != length { throw .inconsistentLength }
        var whole = self
        try whole.hash()
        try checkSeal()
        let digests = whole.digests
        if let expected = record?.expected, !expected.isEmpty, !digests.fit(expected) {
            throw .contentMismatch
        }
        if !judgesHead || offset < BinaryKind.headSize { try checkKind() }
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

    /// Of what is hashed.
    package var digests: ContentDigests { hashed.digest.digests }
}

/// The digest of a file's first bytes.
struct HashedPrefix: Sendable {
    private(set) var digest: RunningDigest
    private(set) var count: Int64 = 0

    init(_ digest: RunningDigest) {
        self.digest = digest
    }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        digest.update(bytes)
        count += Int64(bytes.count)
    }
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
