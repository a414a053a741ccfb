import FoundationEssentials
import Glibc

/// The history on disk: `events.jsonl`, and the files it was rotated to, newest first.
///
/// Not synced: events survive a crash of ours, and a power loss as far as the kernel had written
/// them. What cannot be written is dropped, for the history must never hold up the node.
struct JournalFiles: Sendable {
    /// `…/events.jsonl`.
    let path: String
    private let limit: Int64
    private let count: Int

    /// - Parameters:
    ///   - limit: bytes of a file before the next is begun.
    ///   - count: files that are kept, the present one included.
    init(home: Home, limit: Int64 = 10 << 20, count: Int = 4) {
        path = home.own + "/events.jsonl"
        self.limit = limit
        self.count = count
    }

    /// `events.jsonl`, `events.1.jsonl` and so on: the newest first.
    var all: [String] { (0..<count).map(name) }

    private func name(_ index: Int) -> String {
        index == 0 ? path : path.dropLast("jsonl".count) + "\(index).jsonl"
    }

    /// Opens the present file for appending; a last line that was cut off by our end is removed.
    func open() throws(SystemError) -> Descriptor {
        let file = try Descriptor(
            Glibc.open(
                path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o600),
            call: "open", path: path)
        var status = stat()
        guard fstat(file.number, &status) == 0 else { throw SystemError("fstat", path: path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw SystemError("open", path: path, code: EINVAL)
        }
        let end = endOfLastLine(in: file, size: Int64(status.st_size))
        if end < Int64(status.st_size), ftruncate(file.number, off_t(end)) != 0 {
            throw SystemError("ftruncate", path: path)
        }
        return file
    }

    /// Appends whole lines in one write, or nothing.
    func append(_ lines: [UInt8], to file: Descriptor) throws(SystemError) {
        var status = stat()
        guard fstat(file.number, &status) == 0 else { throw SystemError("fstat", path: path) }
        let written = write(file.number, lines, lines.count)
        guard written == lines.count else {
            let code = written < 0 ? errno : ENOSPC
            // A part of a line would be taken for the next one's beginning.
            ftruncate(file.number, status.st_size)
            throw SystemError("write", path: path, code: code)
        }
    }

    /// Moves the files on by one when the present one is full; it is to be opened anew then.
    func rotateIfFull(_ file: Descriptor) -> Bool {
        var status = stat()
        guard fstat(file.number, &status) == 0, Int64(status.st_size) >= limit else { return false }
        for index in (1..<count).reversed() { rename(name(index - 1), name(index)) }
        return true
    }

    /// The lines of one file, oldest first; none when it is not there.
    func lines(of path: String) -> [Substring.UTF8View] {
        let content = try? ForeignFile.read(path, limit: Int(limit) * 2)
        guard let content else { return [] }
        return String(decoding: content.bytes, as: UTF8.self).utf8
            .split(separator: UInt8(ascii: "\n"))
    }

    /// The newest whole line of all files; nil when there is none.
    var lastLine: Substring.UTF8View? {
        for path in all {
            guard
                let file = try? Descriptor(
                    Glibc.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC),
                    call: "open", path: path)
            else { continue }
            let end = lseek(file.number, 0, SEEK_END)
            let begin = max(0, end - 256 * 1024)
            var bytes = [UInt8](repeating: 0, count: Int(max(0, end - begin)))
            let count = pread(file.number, &bytes, bytes.count, begin)
            guard count > 0, let last = bytes[..<count].lastIndex(of: UInt8(ascii: "\n")) else {
                continue
            }
            return String(decoding: bytes[..<last], as: UTF8.self).utf8
                .split(separator: UInt8(ascii: "\n")).last
        }
        return nil
    }

    /// 0 when there is no line in the last two files' worth of it, which then is no history of ours.
    private func endOfLastLine(in file: Descriptor, size: Int64) -> Int64 {
        var end = size
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while end > max(0, size - 2 * limit) {
            let begin = max(0, end - Int64(buffer.count))
            let count = pread(file.number, &buffer, Int(end - begin), off_t(begin))
            guard count > 0 else { return end }
            if let last = buffer[..<count].lastIndex(of: UInt8(ascii: "\n")) {
                return begin + Int64(last) + 1
            }
            end = begin
        }
        return 0
    }
}
