import FoundationEssentials
import Glibc

/// Beginning and going on with what comes in.
extension Quarantine {
    /// What is known of an upload before its first byte.
    package struct Announcement: Sendable {
        package let plan: PlanName
        package let originator: Originator
        /// Bytes in all, if they are known.
        package var length: Int64?
        /// Bytes that this request brings, if that is known.
        package var expects: Int64?
        /// Of all bytes.
        package var digests = ContentDigests()
        package var needsSHA512 = false
        /// Whether it outlives its request.
        package var isResumable = false
        /// Refuses what it cannot be as soon as its head has come, and not only at its end.
        var judgesHead = true

        package init(plan: PlanName, originator: Originator) {
            self.plan = plan
            self.originator = originator
        }
    }

    package func begin(_ announcement: Announcement) throws(StagingRefusal) -> Intake {
        let size = announcement.length ?? announcement.expects ?? 0
        do throws(SystemError) { _ = try folder() } catch { throw StagingRefusal(error) }
        removeExpired()
        if announcement.isResumable {
            guard countUnfinished(of: announcement.originator) < Limits.unfinished else {
                throw .tooManyUnfinished
            }
        }
        try admit(size, to: nil, size: size)
        let record = QuarantineRecord(
            id: QuarantineRecord.newID(), plan: announcement.plan.text,
            directory: "upgrades/" + announcement.plan.directory,
            originator: announcement.originator, createdAt: Date(), length: announcement.length,
            expected: announcement.digests)
        let digest = RunningDigest(
            withSHA512: announcement.needsSHA512 || announcement.digests.sha512 != nil)
        do throws(SystemError) {
            let file = try folder().file(
                record.id, O_RDWR | O_CREAT | O_EXCL, mode: 0o600)
            change(record.id) { entry in
                entry = Entry(size: 0, expected: size, isActive: true)
            }
            if announcement.isResumable { try store(record) }
            return Intake(
                self, id: record.id, record: record, file: file, length: announcement.length,
                offset: 0, hashed: HashedPrefix(digest), judgesHead: announcement.judgesHead)
        } catch {
            discard(record.id)
            throw StagingRefusal(error)
        }
    }

    /// Goes on with an unfinished upload.
    ///
    /// - Parameter length: Bytes in all, if this request says so.
    /// - Throws: `.uploadUnknown`, also while another request writes it; `.inconsistentLength`.
    package func resume(
        _ id: String, of originator: Originator, length: Int64?
    ) throws(StagingRefusal) -> Intake {
        do throws(SystemError) { _ = try folder() } catch { throw StagingRefusal(error) }
        guard var record = record(id, of: originator), let entry = claim(id) else {
            throw .uploadUnknown
        }
        if let length, let known = record.length, known != length {
            change(id) { $0?.isActive = false }
            throw .inconsistentLength
        }
        do throws(SystemError) {
            let file = try folder().file(id, O_RDWR)
            guard let seal = Seal(file), lseek(file.number, off_t(seal.size), SEEK_SET) >= 0 else {
                throw SystemError("lseek")
            }
            let hashed = try Self.hashed(file, size: seal.size, entry)
            if let length, record.length == nil {
                record.length = length
                try store(record)
            }
            change(id) { $0?.size = seal.size }
            return Intake(
                self, id: id, record: record, file: file, length: record.length,
                offset: seal.size, hashed: hashed)
        } catch {
            change(id) { $0?.isActive = false }
            throw StagingRefusal(error)
        }
    }

    /// Nil when somebody else writes it.
    private func claim(_ id: String) -> Entry? {
        var claimed: Entry?
        change(id) { entry in
            guard entry?.isActive == false else { return }
            claimed = entry
            entry?.isActive = true
        }
        return claimed
    }

    private static func hashed(
        _ file: Descriptor, size: Int64, _ entry: Entry
    ) throws(SystemError) -> HashedPrefix {
        let isKnown = entry.size == size && entry.hashed.map { $0.count <= size } ?? false
        // From before a crash of ours; SHA-512 in case that the plan knows only that.
        let fresh = HashedPrefix(RunningDigest(withSHA512: true))
        var hashed = (isKnown ? entry.hashed : nil) ?? fresh
        try file.read(size - hashed.count, from: hashed.count) { hashed.update($0) }
        return hashed
    }

    // MARK: - Held

    /// Keeps a complete file until something vouches for it; an earlier one of the plan goes.
    func hold(
        _ received: Received, for plan: PlanName, source: BinaryFacts.Source,
        by originator: Originator
    ) throws(StagingRefusal) -> QuarantineRecord {
        let directory = "upgrades/" + plan.directory
        let earlier = held(in: directory)
        var record = QuarantineRecord(
            id: received.id, plan: plan.text, directory: directory, originator: originator,
            createdAt: Date(), length: received.size, expected: ContentDigests())
        record.held = QuarantineRecord.Held(
            digests: received.digests, size: received.size, seal: received.seal, source: source,
            heldAt: Date(), isArchive: received.isArchive)
        do throws(SystemError) {
            try store(record)
        } catch {
            throw StagingRefusal(error)
        }
        change(received.id) { entry in
            entry?.isActive = false
            entry?.hashed = nil
        }
        if let earlier, earlier.id != received.id { discard(earlier.id) }
        return record
    }

    /// The file of a record as it lies there now; its digests are taken anew if its seal has broken
    /// or a SHA-512 is asked for that is not known.
    ///
    /// - Returns: Nil when the bytes are others: it is discarded then.
    func verified(
        _ record: QuarantineRecord, needsSHA512: Bool
    ) throws(StagingRefusal) -> Received? {
        guard var held = record.held else { return nil }
        do throws(SystemError) {
            let file = try folder().file(record.id, O_RDONLY)
            guard let seal = Seal(file) else { throw SystemError("fstat") }
            if seal != held.seal || needsSHA512 && held.digests.sha512 == nil {
                var digest = RunningDigest(withSHA512: true)
                try digest.update(from: file)
                guard digest.digests.fit(held.digests), Seal(file) == seal else {
                    discard(record.id)
                    return nil
                }
                held.digests = digest.digests
                held.seal = seal
                var record = record
                record.held = held
                try store(record)
            }
            return Received(
                id: record.id, digests: held.digests, size: held.size,
                isArchive: held.isArchive == true, seal: held.seal)
        } catch {
            throw StagingRefusal(error)
        }
    }
}
