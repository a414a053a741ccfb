import CStageKernel
import Glibc
import StageMessages

/// The folder that is unpacked into; it was empty, and holds no link, ever.
struct OutputFolder {
    private let root: Int32

    init(_ root: Int32) {
        self.root = root
    }

    func makeFolder(_ path: EntryPath) throws(StageFailure) {
        let parent = try openParent(of: path)
        defer { close(parent) }
        guard mkdirat(parent, Self.name(of: path), 0o700) == 0 else { throw Self.failure(path) }
    }

    /// - Returns: An empty file, open for writing.
    func create(_ path: EntryPath, isExecutable: Bool) throws(StageFailure) -> Int32 {
        let parent = try openParent(of: path)
        defer { close(parent) }
        let file = openat(
            parent, Self.name(of: path), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
            isExecutable ? 0o700 : 0o600)
        guard file >= 0 else { throw Self.failure(path) }
        return file
    }

    func open(_ path: EntryPath) throws(StageFailure) -> Int32 {
        let parent = try openParent(of: path)
        defer { close(parent) }
        let file = openat(parent, Self.name(of: path), O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard file >= 0 else { throw Self.failure(path) }
        return file
    }

    static func write(
        _ bytes: UnsafeRawBufferPointer, at offset: Int64, to file: Int32, _ path: EntryPath
    ) throws(StageFailure) {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = pwrite(file, rest.baseAddress, rest.count, off_t(offset) + off_t(done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure(path) }
            done += count
        }
    }

    /// Of the errno of the call just made.
    static func failure(_ path: EntryPath) -> StageFailure {
        let number = errno
        let kind: StageFailure.Kind =
            switch number {
            case ENOSPC, EDQUOT: .diskFull
            case EFBIG: .limitExceeded
            default: .system
            }
        return StageFailure(kind, "writing \"\(shown(path.bytes))\": \(words(for: number))")
    }

    private func openParent(of path: EntryPath) throws(StageFailure) -> Int32 {
        var folder = openat(root, ".", stagekernel_path_alone | O_DIRECTORY | O_CLOEXEC)
        for name in path.components.dropLast() where folder >= 0 {
            let above = folder
            folder = openat(
                above, Self.cString(name),
                stagekernel_path_alone | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            let number = errno
            close(above)
            errno = number
        }
        guard folder >= 0 else { throw Self.failure(path) }
        return folder
    }

    private static func name(of path: EntryPath) -> [CChar] {
        cString(path.components.last ?? [])
    }

    private static func cString(_ name: [UInt8]) -> [CChar] {
        name.map { CChar(bitPattern: $0) } + [0]
    }
}
