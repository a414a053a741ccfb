import FoundationEssentials
import Glibc

/// The folder in which bytes lie that nothing vouches for yet: on no path that anything runs.
///
/// Of each upload there is a file with its bytes, and a record when it is to outlive a crash: what
/// has none is removed at the next start. Everything here blocks, and belongs on a pool, but for
/// what is remembered: `held`, `record`.
package final class Quarantine: Sendable {
    package struct Limits: Sendable, Equatable {
        /// Bytes of one upload.
        package var maxSize: Int64 = 1 << 30
        package var reserve = DiskReserve.standard
        /// They can be unpacked here.
        package var takesArchives = false

        package init() {}

        /// Bytes of all together.
        var total: Int64 { 2 * maxSize }
        /// What even the smallest counts, so that their number is bounded, too.
        var least: Int64 { max(1, maxSize / 64) }
        /// Unfinished ones of one originator.
        static let unfinished = 4
    }

    package let limits: Limits
    private let home: Home
    private let counters: Counters
    private let state = Locked(State())
    /// Held while the folder is read for the first time.
    private let opening = Locked(false)

    private struct State {
        var folder: Folder?
        var entries: [String: Entry] = [:]
    }

    struct Entry: Sendable {
        /// Nil for one that ends with its request.
        var record: QuarantineRecord?
        /// Of the content, as far as it is there.
        var size: Int64
        /// Said beforehand; 0 when it was not.
        var expected: Int64 = 0
        var isActive = false
        /// Nil when all of it would have to be read again.
        var hashed: HashedPrefix?

        func charge(_ limits: Limits) -> Int64 { max(size, expected, limits.least) }
    }

    package init(home: Home, limits: Limits, counters: Counters) {
        self.home = home
        self.limits = limits
        self.counters = counters
    }

    // MARK: - What is remembered

    /// Complete ones, and no bytes of theirs are read to know it.
    var held: [QuarantineRecord] {
        state.withLock { $0.entries.values.compactMap(\.record).filter { $0.held != nil } }
    }

    func held(in directory: String) -> QuarantineRecord? {
        held.first { $0.directory == directory }
    }

    /// The upload of that id, if it is one of the originator's and not complete.
    package func record(_ id: String, of originator: Originator) -> QuarantineRecord? {
        guard let record = state.withLock({ $0.entries[id]?.record }), record.held == nil,
            record.originator == originator, !record.isExpired(at: Date())
        else { return nil }
        return record
    }

    /// Bytes that have come of an unfinished upload.
    package func offset(of id: String) -> Int64? { state.withLock { $0.entries[id]?.size } }

    /// When the next unfinished one will have been kept for long enough.
    var nextExpiry: Date? {
        state.withLock { state in
            state.entries.values.compactMap(\.record).filter { $0.held == nil }
                .map(\.expiresAt).min()
        }
    }

    func entry(_ id: String) -> Entry? { state.withLock { $0.entries[id] } }

    /// Changes what is remembered, and counts it.
    func change(_ id: String, _ body: (inout Entry?) -> Void) {
        let (bytes, active) = state.withLock { state in
            body(&state.entries[id])
            return (
                state.entries.values.reduce(0) { $0 + $1.size },
                state.entries.values.count(where: \.isActive)
            )
        }
        counters.count { values in
            values.quarantineBytes = bytes
            values.activeUploads = active
        }
    }

    func countReceived(_ count: Int64) {
        counters.count { $0.receivedUploadBytes += count }
    }

    // MARK: - Room

    /// Whether this much more may come.
    ///
    /// - Parameter size: What the upload will be then.
    func admit(_ count: Int64, to id: String?, size: Int64) throws(StagingRefusal) {
        guard size <= limits.maxSize else { throw .tooLarge(limit: limits.maxSize) }
        let others = state.withLock { state in
            state.entries.filter { $0.key != id }.values.reduce(0) { $0 + $1.charge(limits) }
        }
        guard others + max(size, limits.least) <= limits.total else { throw .quarantineFull }
        do throws(SystemError) {
            let (total, free) = try folder().space()
            guard free - count >= limits.reserve.bytes(of: total) else {
                throw SystemError("statvfs", code: ENOSPC)
            }
        } catch {
            throw StagingRefusal(error)
        }
    }

    /// The disk has as much left as is kept for the node; false when it cannot be told.
    var hasReserve: Bool {
        guard let (total, free) = try? folder().space() else { return false }
        return free >= limits.reserve.bytes(of: total)
    }

    func countUnfinished(of originator: Originator) -> Int {
        state.withLock { state in
            state.entries.values.compactMap(\.record)
                .count { $0.originator == originator && $0.held == nil }
        }
    }

    // MARK: - The folder

    /// The folder, made, and swept of what a crash has left, when it is opened first.
    func folder() throws(SystemError) -> Folder {
        if let folder = state.withLock(\.folder) { return folder }
        return try opening.withLock { _ throws(SystemError) in
            if let folder = state.withLock(\.folder) { return folder }
            let own = try Folder(home.state).makeFolder(".switchyard", mode: 0o711)
            let folder = try own.makeFolder("staging", mode: 0o700)
            let entries = Self.read(folder)
            state.withLock { state in
                state.folder = folder
                state.entries = entries
            }
            change("") { _ in }
            return folder
        }
    }

    private static func read(_ folder: Folder) -> [String: Entry] {
        var entries: [String: Entry] = [:]
        let names = folder.names
        for name in names where QuarantineRecord.isID(name) {
            guard let bytes = try? folder.read(name + ".json", limit: 64 * 1024),
                let record = try? JSONDecoder().decode(QuarantineRecord.self, from: Data(bytes)),
                record.id == name, !record.isExpired(at: Date()),
                let file = try? folder.file(name, O_RDONLY), let seal = Seal(file)
            else { continue }
            entries[name] = Entry(record: record, size: seal.size, expected: record.length ?? 0)
        }
        for name in names {
            let id = name.hasSuffix(".json") ? String(name.dropLast(5)) : name
            if entries[id] == nil { folder.removeTreeIfThere(name) }
        }
        return entries
    }

    /// Removes it, whatever has come of it.
    package func discard(_ id: String) {
        if let folder = try? folder() {
            folder.removeIfThere(id + ".json")
            folder.removeIfThere(id)
        }
        endUnpacking(id)
        change(id) { $0 = nil }
    }

    /// Removes what was not finished in time.
    func removeExpired(at now: Date = Date()) {
        let expired = state.withLock { state in
            state.entries.filter {
                !$0.value.isActive && $0.value.record?.isExpired(at: now) == true
            }
        }
        for id in expired.keys { discard(id) }
    }

    func store(_ record: QuarantineRecord) throws(SystemError) {
        // Strings, numbers and dates always encode.
        let bytes = (try? JSONEncoder().encode(record)) ?? Data()
        try folder().replace(record.id + ".json", with: Array(bytes))
        change(record.id) { $0?.record = record }
    }
}
