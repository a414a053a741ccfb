import FoundationEssentials
import Glibc

extension AllowedSigners {
    /// Reads the file of that path, which may lie outside of the home and belong to root.
    ///
    /// It decides what may run, so it counts only while nobody but root and our own user can write
    /// to it.
    package init(contentsOf path: String) throws(AllowedSignersError) {
        let reading: FileReading
        do throws(ForeignFileError) {
            reading = try ForeignFile.read(path, limit: Self.limit)
        } catch {
            throw .file(path, .unreadable(error))
        }
        // Of the very file that was read: whoever may replace it may write to the folder.
        var status = stat()
        guard lstat(path, &status) == 0, UInt64(status.st_ino) == reading.identity.inode,
            UInt64(status.st_dev) == reading.identity.device
        else { throw .file(path, .unreadable(.changing)) }
        guard status.st_uid == 0 || status.st_uid == geteuid() else {
            throw .file(path, .foreign(owner: status.st_uid))
        }
        guard status.st_mode & 0o022 == 0 else { throw .file(path, .writable) }
        try self.init(reading.bytes)
    }
}

/// What keeps a file of allowed signers from being read or believed.
package enum SignersFileError: Error, Equatable, CustomStringConvertible {
    case unreadable(ForeignFileError)
    case foreign(owner: UInt32)
    case writable

    package var description: String {
        switch self {
        case .unreadable(let error): "\(error)"
        case .foreign(let owner):
            "it belongs to the user \(owner), and must belong to root or to the supervisor's user"
        case .writable: "others than its owner can write to it; `chmod go-w` mends it"
        }
    }
}
