import CArchive
import Glibc

/// What the header of an entry says.
struct ArchiveEntry {
    /// Nil when it cannot be told as UTF-8.
    let name: [UInt8]?
    let type: Kind
    let permissions: UInt32
    /// Nil where the archive does not say.
    let size: Int64?
    let isEncrypted: Bool
    /// Capabilities that a file would have on this host.
    let hasCapabilities: Bool

    enum Kind: Equatable {
        case file
        case folder
        case hardLink(to: [UInt8])
        case link(to: [UInt8])
        /// A device, a FIFO, a socket.
        case special
    }

    init(_ entry: OpaquePointer) {
        name = (archive_entry_pathname(entry) ?? archive_entry_pathname_utf8(entry)).map(Self.bytes)
        type = Self.kind(of: entry)
        permissions = UInt32(archive_entry_perm(entry))
        size = archive_entry_size_is_set(entry) != 0 ? archive_entry_size(entry) : nil
        isEncrypted = archive_entry_is_encrypted(entry) != 0
        hasCapabilities = Self.attributes(of: entry).contains("security.capability")
    }

    var isExecutable: Bool { permissions & 0o111 != 0 }

    /// Runs with the rights of its owner or group.
    var isPrivileged: Bool { permissions & 0o6000 != 0 }

    private static func kind(of entry: OpaquePointer) -> Kind {
        if let target = archive_entry_hardlink(entry) { return .hardLink(to: bytes(target)) }
        return switch mode_t(archive_entry_filetype(entry)) {
        case S_IFREG: .file
        case S_IFDIR: .folder
        case S_IFLNK: .link(to: archive_entry_symlink(entry).map(bytes) ?? [])
        default: .special
        }
    }

    private static func attributes(of entry: OpaquePointer) -> [String] {
        var names: [String] = []
        archive_entry_xattr_reset(entry)
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var count = 0
        while archive_entry_xattr_next(entry, &name, &value, &count) == ARCHIVE_OK {
            if let name { names.append(String(cString: name)) }
        }
        return names
    }

    private static func bytes(_ text: UnsafePointer<CChar>) -> [UInt8] {
        Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
    }
}
