import Glibc
import StageMessages

/// The bytes of an archive, as libarchive asks for them.
final class ArchiveSource {
    /// What the file begins with.
    let head: [UInt8]
    /// Of a regular file, which alone can be read out of order.
    let size: Int64?
    /// Why the last read came to nothing; libarchive knows only that it did.
    private(set) var failure: StageFailure?

    private static let blockSize = 64 << 10
    private static let reportEvery: Int64 = 4 << 20

    private let file: Int32
    private let block = UnsafeMutableRawBufferPointer.allocate(byteCount: blockSize, alignment: 16)
    private var headIsNext = true
    private var taken: Int64 = 0
    private var reported: Int64 = 0

    init(_ file: Int32) throws(StageFailure) {
        self.file = file
        var status = stat()
        let isRegular = fstat(file, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        size = isRegular ? Int64(status.st_size) : nil
        let result = Self.fill(block, from: file)
        head = Array(block.prefix(max(0, result)))
        guard result >= 0 else { throw Self.readFailure }
    }

    deinit { block.deallocate() }

    /// Different bytes that were read: reading a piece again does not make an archive larger.
    var bytesRead: Int64 { min(taken, size ?? .max) }

    /// The next bytes, valid until the next call; empty at the end, nil after a failure.
    func next() -> UnsafeRawBufferPointer? {
        let count: Int
        if headIsNext {
            headIsNext = false
            count = head.count
        } else {
            Supervision.waitUntilReadable(file)
            count = readOnce()
        }
        guard count >= 0 else {
            failure = Self.readFailure
            return nil
        }
        taken = taken.addingReportingOverflow(Int64(count)).partialValue
        report()
        return UnsafeRawBufferPointer(rebasing: block[..<count])
    }

    /// - Returns: The new place, or nil.
    func seek(_ offset: Int64, from whence: Int32) -> Int64? {
        guard size != nil else { return nil }
        headIsNext = false
        let place = lseek(file, off_t(offset), whence)
        return place >= 0 ? Int64(place) : nil
    }

    private func report() {
        guard bytesRead - reported >= Self.reportEvery else { return }
        reported = bytesRead
        StageReport.progress(done: reported, total: size).say()
    }

    private func readOnce() -> Int {
        while true {
            let count = read(file, block.baseAddress, block.count)
            if count >= 0 || errno != EINTR { return count }
        }
    }

    /// A whole block, or what there is of it; -1 after a failure.
    private static func fill(_ block: UnsafeMutableRawBufferPointer, from file: Int32) -> Int {
        var filled = 0
        while filled < block.count {
            Supervision.waitUntilReadable(file)
            let rest = UnsafeMutableRawBufferPointer(rebasing: block[filled...])
            let count = read(file, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            if count < 0 { return -1 }
            if count == 0 { break }
            filled += count
        }
        return filled
    }

    private static var readFailure: StageFailure {
        StageFailure(.system, "the archive cannot be read: \(words(for: errno))")
    }
}
