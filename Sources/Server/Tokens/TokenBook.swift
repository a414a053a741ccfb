import API
import Crypto
import FoundationEssentials
import Logging
import Supervisor

/// The tokens that count, as the files say at this moment.
///
/// Every question looks whether a file has changed, and reads it only then. A file that cannot be
/// used gives no tokens and one line in the log.
final class TokenBook: Sendable {
    private let shelves: Locked<[Shelf]>
    private let log: Logger

    /// - Parameter files: the first that has an id decides about it.
    init(_ files: [TokenFile], log: Logger) {
        shelves = Locked(files.map(Shelf.init))
        self.log = log
        look(for: nil)
    }

    /// No token counts.
    static let empty = TokenBook([], log: Logger(label: "") { _ in SwiftLogNoOpLogHandler() })

    /// Whoever shows this Authorization field.
    func caller(authorization field: String) -> Caller {
        guard let token = Token(authorization: field) else { return .invalidToken }
        let entry = look(for: token.id)
        // Digests are compared in constant time, and one is compared also for an unknown id.
        let fits = token.digest == (entry?.digest ?? Self.nobodys)
        guard fits, let entry, !entry.hasExpired(at: .now) else { return .invalidToken }
        return .token(id: "\(entry.id)", label: entry.label?.text, scope: entry.scope)
    }

    /// Whether a caller that was admitted still may what it could, for streams, which outlive their
    /// request.
    ///
    /// Its token has neither been revoked nor expired, nor lost its scope.
    func isValid(_ caller: Caller) -> Bool {
        switch caller {
        case .peer: return true
        case .anonymous, .invalidToken: return false
        case .token(let id, _, let scope):
            guard let entry = TokenID(id).flatMap(look) else { return false }
            return !entry.hasExpired(at: .now) && entry.scope >= scope
        }
    }

    private static let nobodys = [UInt8](repeating: 0, count: 32)

    @discardableResult
    private func look(for id: TokenID?) -> TokenEntry? {
        shelves.withLock { shelves in
            for index in shelves.indices { shelves[index].refresh(log: log) }
            guard let id else { return nil }
            return shelves.lazy.compactMap { $0.entries[id] }.first
        }
    }
}

/// One file, as it was when it was last read.
private struct Shelf {
    let file: TokenFile
    private(set) var entries: [TokenID: TokenEntry] = [:]
    /// Of the last reading, whether it gave anything or not.
    private var seen: TokenFile.Stamp?
    /// When it is read again though it looks the same.
    private var nextReading: Instant?
    private var complaint: TokenFileError?
    private var reported: TokenFile.Stamp?

    /// So long a file may be written again without its times showing it, on a coarse clock.
    private static let unrest = Duration.milliseconds(100)

    init(_ file: TokenFile) {
        self.file = file
    }

    mutating func refresh(log: Logger) {
        do throws(TokenFileError) {
            let present = try file.stamp()
            guard present != seen || nextReading.map({ $0 <= .now }) ?? false else { return }
            seen = present
            nextReading = .now + Self.unrest
            let (list, stamp) = try file.read()
            entries = Dictionary(uniqueKeysWithValues: list.entries.map { ($0.id, $0) })
            seen = stamp
            if stamp.isOlder(than: Self.unrest) { nextReading = nil }
            complaint = nil
            if reported != stamp { report(list, to: log) }
            reported = stamp
        } catch {
            entries = [:]
            complain(error, to: log)
        }
    }

    private mutating func complain(_ error: TokenFileError, to log: Logger) {
        if complaint != error, !error.isAbsence || file.isExpected {
            log.warning("a tokens file does not count", metadata: ["reason": "\(error)"])
        }
        complaint = error
    }

    /// Numbers and reasons only: a broken line may hold what somebody took for a token.
    private func report(_ list: TokenList, to log: Logger) {
        let broken = list.broken
        guard let first = broken.first else { return }
        let numbers = broken.prefix(10).map { "\($0.number)" }.joined(separator: ", ")
        log.warning(
            "a tokens file has lines that do not count",
            metadata: [
                "file": "\(file.path)", "count": "\(broken.count)",
                "lines": "\(numbers)\(broken.count > 10 ? ", …" : "")",
                "reason": "line \(first.number): \(first.error)",
            ])
    }
}
