import CLinux
import Glibc

/// An inotify watch on one folder, for files that are closed after writing or renamed in.
final class FolderWatch {
    let descriptor: Descriptor
    private let path: String
    private let device: UInt64
    private let inode: UInt64
    /// The kernel tells of every change in the folder, for it is made through this kernel.
    let isComplete: Bool

    enum Sight: Equatable {
        case nothing
        /// The file that was looked for was written.
        case seen
        /// The folder is gone, moved or unmounted, or events were lost: a new watch is needed.
        case lost
    }

    init(_ path: String) throws(SystemError) {
        self.path = path
        descriptor = try Descriptor(
            inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC)), call: "inotify_init1")
        let mask =
            UInt32(IN_CLOSE_WRITE) | UInt32(IN_MOVED_TO) | UInt32(IN_DELETE_SELF)
            | UInt32(IN_MOVE_SELF) | UInt32(IN_ONLYDIR)
        // Before the watch: a folder that is replaced in between is then not in place, and watched anew.
        var status = stat()
        guard stat(path, &status) == 0 else { throw SystemError("stat", path: path) }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        isComplete = Self.isLocal(path)
        guard inotify_add_watch(descriptor.number, path, mask) >= 0 else {
            throw SystemError("inotify_add_watch", path: path)
        }
    }

    /// Of a filesystem that is not known here, others may change the files behind the kernel's back.
    private static func isLocal(_ path: String) -> Bool {
        var filesystem = statfs()
        guard statfs(path, &filesystem) == 0 else { return false }
        // From linux/magic.h: ext4, XFS, Btrfs, F2FS, tmpfs, overlay; and ZFS's own.
        let local: Set<UInt32> = [
            0xef53, 0x5846_5342, 0x9123_683e, 0xf2f5_2010, 0x0102_1994, 0x794c_7630, 0x2fc1_2fc1,
        ]
        return local.contains(UInt32(truncatingIfNeeded: filesystem.f_type))
    }

    /// The path still leads to the folder that is watched.
    var isInPlace: Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { return false }
        return UInt64(status.st_dev) == device && UInt64(status.st_ino) == inode
    }

    /// Takes all events that are there.
    ///
    /// Other names are dropped after one compare: a validator renames its signing state into `data/`
    /// at every block.
    func read(lookingFor name: String) -> Sight {
        var sight = Sight.nothing
        var buffer = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = Glibc.read(descriptor.number, &buffer, buffer.count)
            guard count > 0 else { return sight }
            buffer.withUnsafeBytes { bytes in
                var offset = 0
                while offset + MemoryLayout<inotify_event>.size <= count {
                    let event = bytes.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
                    let start = offset + MemoryLayout<inotify_event>.size
                    let text = bytes[start..<(start + Int(event.len))].prefix { $0 != 0 }
                    // Nothing that came after a loss can make up for it.
                    if sight != .lost {
                        sight = Self.sight(of: event, named: text, lookingFor: name) ?? sight
                    }
                    offset = start + Int(event.len)
                }
            }
            if sight == .lost { return sight }
        }
    }

    private static func sight(
        of event: inotify_event, named text: Slice<UnsafeRawBufferPointer>, lookingFor name: String
    ) -> Sight? {
        let lost =
            UInt32(IN_DELETE_SELF) | UInt32(IN_MOVE_SELF) | UInt32(IN_IGNORED)
            | UInt32(IN_UNMOUNT) | UInt32(IN_Q_OVERFLOW)
        if event.mask & lost != 0 { return .lost }
        return text.elementsEqual(name.utf8) ? .seen : nil
    }
}
