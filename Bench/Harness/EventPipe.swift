import Glibc

/// What the daemon tells of itself, a line each.
struct Event {
    let what: Substring
    /// 1 for genesis, n for `upgrades/vn`.
    let release: Int
    let pid: pid_t
    let at: UInt64

    init?(_ line: Substring) {
        let words = line.split(separator: " ")
        guard words.count == 4, let release = Int(words[1]), let pid = pid_t(words[2]),
            let at = UInt64(words[3])
        else { return nil }
        what = words[0]
        self.release = release
        self.pid = pid
        self.at = at
    }
}

/// The reading end of a named pipe that the daemons of one home write to.
final class EventPipe {
    private let descriptor: Int32
    private var text = ""
    private(set) var lastDaemon: pid_t?

    init(_ path: String) throws(BenchError) {
        guard mkfifo(path, 0o600) == 0 else { throw .system("mkfifo \(path)", errno) }
        // Open for writing too, so that it is never at its end.
        descriptor = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system("open \(path)", errno) }
    }

    deinit {
        close(descriptor)
    }

    /// The next event of one of these names; earlier ones of other names are passed over.
    ///
    /// Nil when it does not come in time.
    func next(_ names: String...) -> Event? {
        let deadline = now() + patience
        while true {
            while let event = takeLine() {
                if event.what == "main" { lastDaemon = event.pid }
                if names.contains(String(event.what)) { return event }
            }
            guard fill(until: deadline) else { return nil }
        }
    }

    private func takeLine() -> Event? {
        guard let end = text.firstIndex(of: "\n") else { return nil }
        let event = Event(text[..<end])
        text.removeSubrange(...end)
        return event
    }

    private func fill(until deadline: UInt64) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count > 0 {
                text += String(decoding: buffer[..<count], as: UTF8.self)
                return true
            }
            let time = now()
            guard time < deadline else { return false }
            var interest = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            poll(&interest, 1, Int32((deadline - time) / 1_000_000 + 1))
        }
    }
}
