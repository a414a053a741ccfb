import FoundationEssentials
import Glibc

/// What tells without reading whether a file still holds the bytes it held: any write, rename or
/// change of mode since shows in it.
///
/// Taken after fsync: a page that was dirty already may be written again without a new time.
package struct Seal: Codable, Sendable, Hashable {
    private let device: UInt64
    private let inode: UInt64
    package let size: Int64
    /// Nanoseconds since the epoch, as the next one.
    private let changed: Int64
    private let modified: Int64

    /// Follows a link, as the kernel does that executes it; nil for what is no regular file.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    init?(_ file: Descriptor) {
        var status = stat()
        guard fstat(file.number, &status) == 0 else { return nil }
        self.init(status)
    }

    private init?(_ status: stat) {
        guard status.st_mode & S_IFMT == S_IFREG else { return nil }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        changed = status.st_ctim.nanoseconds
        modified = status.st_mtim.nanoseconds
    }

    func isOfSameFile(as other: Seal) -> Bool {
        (device, inode) == (other.device, other.inode)
    }

    /// When the bytes were written last.
    var date: Date {
        let (seconds, nanoseconds) = modified.quotientAndRemainder(dividingBy: 1_000_000_000)
        return Date(timeIntervalSince1970: Double(seconds) + Double(nanoseconds) / 1e9)
    }
}
