import CLinux
import Glibc
import Supervisor

/// Where systemd's journal takes entries with fields of their own.
///
/// The protocol is systemd's "Native Journal Protocol": a datagram an entry. Like the rest of the log
/// it can neither crash nor hang: a journal that stands still loses the entry.
struct JournalSocket: Sendable {
    private let descriptor: Descriptor
    private let address: SocketAddress

    /// Nil where there is no such socket to be had.
    init?(path: String = "/run/systemd/journal/socket") {
        guard let address = SocketAddress(path: path) else { return nil }
        let number = socket(
            AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { return nil }
        descriptor = Descriptor(owning: number)
        self.address = address
    }

    /// - Returns: false when nobody is there to take it, so that it must be told elsewhere.
    func send(_ entry: String) -> Bool {
        let bytes = Array(entry.utf8)
        switch attempt(bytes) {
        case 0: return true
        case EAGAIN: break
        default: return false
        }
        var ready = pollfd(fd: descriptor.number, events: Int16(POLLOUT), revents: 0)
        if poll(&ready, 1, LineLogHandler.patience) > 0 { _ = attempt(bytes) }
        return true
    }

    /// - Returns: errno(3), or 0.
    private func attempt(_ bytes: [UInt8]) -> Int32 {
        let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
        return address.call { address, length in
            let count = sendto(descriptor.number, bytes, bytes.count, flags, address, length)
            return count < 0 ? errno : 0
        }
    }
}

extension LogSettings {
    /// Whether what is written to the descriptor goes to the journal: systemd.exec(5) says so in
    /// JOURNAL_STREAM, and a descriptor that was led elsewhere since is another file.
    func isJournal(_ descriptor: Int32) -> Bool {
        let parts = (journalStream ?? "").split(separator: ":", omittingEmptySubsequences: false)
        var status = stat()
        guard parts.count == 2, let device = UInt64(parts[0]), let inode = UInt64(parts[1]),
            fstat(descriptor, &status) == 0
        else { return false }
        return UInt64(status.st_dev) == device && UInt64(status.st_ino) == inode
    }
}
