import Glibc
import StageMessages

/// The file that is being fetched, as far as it has come.
///
/// What was written stays so: the descriptor may be a socket.
final class Download {
    private let file: Int32
    let limit: Int64
    /// Bytes that came, of which the last may wait for `flush`.
    private(set) var written: Int64 = 0
    /// libcurl hands on 16 KiB at a time, and each write wakes whoever reads it.
    private let waiting = UnsafeMutableRawBufferPointer.allocate(
        byteCount: 128 << 10, alignment: 4096)
    private var waitingCount = 0
    /// Bytes of the whole file, when the server has said.
    private(set) var total: Int64?
    /// By what a server can tell that the rest is of the same file.
    private(set) var version: Version?

    struct Version: Equatable {
        /// Without it a validator says nothing.
        let place: String
        /// A strong one (RFC 9110, section 8.8.1).
        let validator: String
    }

    init(_ file: Int32, limit: Int64) {
        self.file = file
        self.limit = limit
    }

    deinit {
        waiting.deallocate()
    }

    /// What can be left out of a request for the place; nil when all has to come.
    func rest(at place: String) -> (from: Int64, validator: String)? {
        guard let version, version.place == place, written > 0 else { return nil }
        return (written, version.validator)
    }

    /// The file comes from its beginning.
    ///
    /// - Throws: `.tooLarge`; `.startedOver` when some of it was written already.
    func begin(total: Int64?, _ version: Version?) throws(StageFailure) {
        guard written == 0 else {
            throw StageFailure(
                .startedOver, "the server sent the file from its beginning again \(self)")
        }
        try check(total)
        self.total = total
        self.version = version
    }

    /// - Parameter total: As the server says it now.
    func goOn(total: Int64?) throws(StageFailure) {
        try check(total)
        self.total = total ?? self.total
    }

    /// Makes the next attempt begin anew.
    func forget() {
        version = nil
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws(StageFailure) {
        guard Int64(bytes.count) <= limit - written else {
            throw StageFailure(.tooLarge, "more than the \(limit) bytes came that are allowed")
        }
        var rest = bytes[...]
        while !rest.isEmpty {
            let space = UnsafeMutableRawBufferPointer(rebasing: waiting[waitingCount...])
            let next = rest.prefix(space.count)
            space.copyMemory(from: UnsafeRawBufferPointer(rebasing: next))
            waitingCount += next.count
            rest = rest.dropFirst(next.count)
            if waitingCount == waiting.count { try flush() }
        }
        written += Int64(bytes.count)
    }

    /// Writes what waits; to be called whenever nothing more is there to come at once.
    func flush() throws(StageFailure) {
        var rest = waiting[..<waitingCount]
        waitingCount = 0
        while !rest.isEmpty {
            let count = write(file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure("write") }
            rest = rest.dropFirst(count)
        }
    }

    private func check(_ total: Int64?) throws(StageFailure) {
        guard let total, total > limit else { return }
        throw StageFailure(.tooLarge, "the file has \(total) bytes, and \(limit) are allowed")
    }

    private static func failure(_ call: String) -> StageFailure {
        let words = String(cString: strerror(errno))
        let isFull = [ENOSPC, EDQUOT].contains(errno)
        return StageFailure(isFull ? .diskFull : .system, "\(call): \(words)")
    }
}

extension Download: CustomStringConvertible {
    /// `after 5 of 10 bytes`.
    var description: String {
        "after \(written)" + (total.map { " of \($0)" } ?? "") + " bytes"
    }
}
